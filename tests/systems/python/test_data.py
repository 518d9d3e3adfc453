"""Files and data: what goes in comes out, and what cannot be read is said with its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanger.domain.errors import Reject
from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue, Variable, Variables, VariableType
from exchanger.systems.python.data import DATA
from exchanger.systems.python.data.rows import Form, Kind, read_rows
from exchanger.systems.python.data.writing import FileAction, FileCall, file_of
from tests.connect.orders import order
from tests.systems.python.calling import called

ORDERS: list[Any] = [
    {"client": "А", "sum": "1 200,50", "paid": True},
    {"client": "Б", "sum": "99", "paid": False},
    {"client": "А", "sum": "10", "paid": True},
]


async def file(**given: PlainValue) -> Variables:
    return await called(DATA, None, "file_processing", given)


async def data(**given: PlainValue) -> Variables:
    return await called(DATA, None, "data_processing", {"source": "rows", "rows": ORDERS, **given})


@pytest.mark.parametrize(
    ("content", "changes"),
    [
        ("имя;сумма\nИван;5\n", {}),
        (b"\xef\xbb\xbf" + "имя,сумма\r\nИван,5\r\n".encode(), {}),
        ("имя|сумма\nИван|5".encode("cp1251"), {"encoding": "windows-1251", "delimiter": "|"}),
        ('[{"имя": "Иван", "сумма": "5"}]', {"format": "json"}),
    ],
    ids=["text", "Excel's UTF-8", "windows-1251", "json"],
)
async def test_a_file_becomes_rows(content: str | bytes, changes: Mapping[str, PlainValue]) -> None:
    found = await file(source="f", f=content, **changes)
    assert found == {"result": typed([{"имя": "Иван", "сумма": "5"}]), "result_count": typed(1)}


async def test_rows_become_a_file_variable_with_its_content() -> None:
    rows: Any = [{"a": 1, "b": "x;y"}, {"b": "=HYPERLINK()", "c": [1]}]
    found = await file(action="write", source="r", r=rows, result="report", file_name="отчёт.csv")
    assert found == {
        "report": Variable(
            VariableType.FILE,
            b'a;b;c\r\n1;"x;y";\r\n;\'=HYPERLINK();[1]\r\n',
            {"filename": "отчёт.csv", "mimeType": "text/csv", "encoding": "utf-8"},
        )
    }


@given(
    st.lists(
        st.fixed_dictionaries(
            {"a": st.text(st.characters(codec="utf-8", exclude_characters="\0\r")), "б": st.text("xy,;\"'\n ")}
        ),
        min_size=1,
    )
)
def test_what_is_written_is_read_back(rows: list[dict[str, str]]) -> None:
    safe: Any = [{name: value.lstrip("=+-@\t\r") for name, value in row.items()} for row in rows]
    call = FileCall(action=FileAction.WRITE, source="r", format=Kind.CSV, delimiter=";")
    written = file_of(call, safe).value
    assert isinstance(written, bytes)
    assert read_rows(order({"f": written}), "f", Form(Kind.CSV, ";")) == safe


@pytest.mark.parametrize(
    ("content", "changes", "said"),
    [
        ("a;b\n1\n", {}, "строке 2"),
        ("a;b\n1;2;3\n", {}, "строке 2"),
        ('a;b\n"1;2\n', {}, "CSV не разобран"),
        (b"\xff\xfe", {}, "кодировке utf-8"),
        ("[1]", {"format": "json"}, "строка 1"),
        ("{", {"format": "json"}, "JSON не разобран"),
        (5, {}, "не файл и не текст"),
    ],
)
async def test_what_cannot_be_read_is_an_incident_with_its_place(
    content: PlainValue, changes: Mapping[str, PlainValue], said: str
) -> None:
    with pytest.raises(Reject, match=said):
        await file(source="f", f=content, **changes)


async def test_rows_are_chosen_ordered_and_summed() -> None:
    found = await data(
        where={"client": "А", "paid": "true"},
        sort_by="-sum",
        totals="sum",
        columns={"клиент": "client", "сумма": "sum"},
    )
    assert found == {
        "result": typed([{"клиент": "А", "сумма": "1 200,50"}, {"клиент": "А", "сумма": "10"}]),
        "result_count": typed(2),
        "result_totals": typed({"sum": 1210.5}),
    }


async def test_numbers_are_ordered_as_numbers_and_limited() -> None:
    found = await data(sort_by="sum", limit=2, columns={"s": "sum"}, result="top")
    assert found["top"] == typed([{"s": "10"}, {"s": "99"}])


@pytest.mark.parametrize(
    ("changes", "said"), [({"columns": {"x": "none"}}, "Столбца «none»"), ({"totals": "client"}, "строка 1: не число")]
)
async def test_a_column_that_is_not_there_or_not_a_number_is_an_incident(
    changes: Mapping[str, PlainValue], said: str
) -> None:
    with pytest.raises(Reject, match=said):
        await data(**changes)
