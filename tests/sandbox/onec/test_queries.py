"""How 1C reads a query: spaces, casts, references, texts without a limit; the traps of the facts, one by one."""

from __future__ import annotations

import pytest

from exchanger.sandbox.onec import Infobase
from exchanger.sandbox.onec.seed import (
    CLERK,
    ENGINEER,
    GOOD,
    GOODS,
    KEY_FIELD,
    LOGIN,
    ORDERS,
    PARTNER,
    PARTNERS,
    RATES,
    TASKS,
    USERS,
)
from tests.sandbox.onec.client import ODATA, Client, at

DATE = "2026-03-01T10:00:00"
USER_TYPE = {"Исполнитель_Type": "StandardODATA." + USERS}
SET = "Catalog_%D0%9A%D0%BE%D0%BD%D1%82%D1%80%D0%B0%D0%B3%D0%B5%D0%BD%D1%82%D1%8B"


async def test_a_plus_is_an_addition_and_a_space_is_percent_20(client: Client) -> None:
    assert (await client.raw("GET", f"{ODATA}{SET}?$format=json&$filter=IsFolder%20eq%20false")).status == 200
    refused = await client.raw("GET", f"{ODATA}{SET}?$format=json&$filter=IsFolder+eq+false")
    assert refused.error == (500, "-1")
    assert "ГДЕ" in refused.text


async def test_a_plus_inside_a_text_stays_a_plus(client: Client) -> None:
    await client.add(PARTNERS, Description="А+Б")
    query = "$filter=Description%20eq%20'%D0%90+%D0%91'"
    answer = await client.raw("GET", f"{ODATA}{SET}?$format=json&{query}")
    assert len(answer.body["value"]) == 1


async def test_a_composite_reference_is_found_only_with_cast(client: Client) -> None:
    await client.add(TASKS, Date=DATE, Description="Дело", Исполнитель=CLERK, **USER_TYPE)
    assert await client.names(TASKS, f"Исполнитель eq cast(guid'{CLERK}','{USERS}')") == ["Дело"]
    assert await client.names(TASKS, f"cast(Исполнитель,'{USERS}') eq guid'{CLERK}'") == ["Дело"]
    assert await client.names(TASKS, f"Исполнитель eq guid'{CLERK}'") == []
    assert await client.names(TASKS, f"isof(Исполнитель,'{USERS}')") == ["Дело"]
    assert await client.names(TASKS, f"Исполнитель eq cast(guid'{ENGINEER}','{USERS}')") == []


@pytest.mark.parametrize(
    ("condition", "error"),
    [
        (f"Ref_Key gt guid'{PARTNER}'", (500, "-1")),
        ("Комментарий eq 'слово'", (500, "-1")),
        ("Code eq 5", (500, "-1")),
        ("Ref_Key eq guid'не-ссылка'", (400, "1")),
        ("Нет eq 'слово'", (400, "10")),
        ("length(Code) eq 9", (400, "21")),
        ("tolower(Code) eq '9'", (400, "21")),
        ("Code eq", (400, "14")),
        ("Code ~ '9'", (400, "14")),
        ("(Code eq '9'", (400, "14")),
        ("Code", (400, "14")),
    ],
)
async def test_a_condition_that_1c_does_not_take(client: Client, condition: str, error: tuple[int, str]) -> None:
    assert (await client.send("GET", PARTNERS, filter=condition)).error == error


async def test_a_text_without_a_limit_is_searched_by_its_parts(client: Client, base: Infobase) -> None:
    await client.add(PARTNERS, Description="А", Комментарий="ключ exch:1 тут")
    assert await client.names(PARTNERS, "substringof('exch:1',Комментарий)") == ["А"]
    assert await client.names(PARTNERS, "like(Комментарий,'%exch:_ %')") == ["А"]
    base.config.compares_text = True
    assert await client.names(PARTNERS, "Комментарий eq 'ключ exch:1 тут'") == ["А"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("Description eq 'ооо ромашка'", 1),
        ("Description eq 'О''Кей'", 1),
        ("startswith(Description,'ООО') and endswith(Description,'ка')", 1),
        ("not (Description eq 'О''Кей')", 1),
        ("Description eq 'О''Кей' or ИНН eq '7701234567'", 2),
        ("Parent_Key eq guid'00000000-0000-0000-0000-000000000000'", 2),
        ("concat(ИНН,'!') eq '7701234567!'", 1),
        ("substring(ИНН,1,2) eq '77'", 1),
        ("КонтактнаяИнформация/any(d: d/АдресЭП eq 'a@b.ru')", 1),
        ("КонтактнаяИнформация/all(d: d/АдресЭП eq 'a@b.ru')", 2),
    ],
)
async def test_the_words_of_the_query_language(client: Client, condition: str, found: int) -> None:
    await client.add(PARTNERS, Description="О'Кей", КонтактнаяИнформация=[{"LineNumber": "1", "АдресЭП": "a@b.ru"}])
    assert len(await client.names(PARTNERS, condition)) == found


async def test_dates_numbers_and_links_in_a_condition(client: Client) -> None:
    await client.add(ORDERS, Date=DATE, Контрагент_Key=PARTNER, СуммаДокумента=100, Приоритет=7)

    async def found(text: str) -> int:
        return len(await client.rows(ORDERS, filter=text))

    assert await found(f"Date ge datetime'{DATE}' and Date lt datetime'2026-03-02T00:00:00'") == 1
    assert await found("year(Date) eq 2026 and month(Date) eq 3") == 1
    assert await found("СуммаДокумента mul 2 add 1 eq 201 and Приоритет gt 6") == 1
    assert await found("Контрагент/Description eq 'ООО Ромашка'") == 1
    assert (await client.send("GET", ORDERS, filter="Date ge datetime'2026-03-01'")).error == (400, "1")


async def test_pages_order_and_count(client: Client) -> None:
    for number in range(5):
        await client.add(GOODS, Description=f"Товар {number}", Артикул=str(number % 2))
    order = {"orderby": "Артикул desc,Description", "select": "Description", "filter": "startswith(Description,'Т')"}
    assert [row["Description"][-1] for row in await client.rows(GOODS, **order)] == ["1", "3", "0", "2", "4"]
    assert [row["Description"][-1] for row in await client.rows(GOODS, skip="1", top="2", **order)] == ["3", "0"]
    answer = await client.send("GET", GOODS, top="0", inlinecount="allpages")
    assert (answer.body["odata.count"], answer.body["value"]) == ("6", [])  # a count is a text


async def test_an_order_by_reference_is_the_order_of_its_presentation(client: Client) -> None:
    last = await client.add(PARTNERS, Description="Яблоко", Ref_Key="00000000-0000-4000-8000-00000000000a")
    rows = await client.rows(PARTNERS, orderby="Ref_Key", select="Ref_Key")
    assert [row["Ref_Key"] for row in rows] == [PARTNER, last["Ref_Key"]]


async def test_a_link_is_expanded_only_when_it_is_selected(client: Client) -> None:
    await client.add(ORDERS, Date=DATE, Контрагент_Key=PARTNER)
    (row,) = await client.rows(ORDERS, select="Контрагент/Description", expand="Контрагент")
    assert row["Контрагент"]["Description"] == "ООО Ромашка"
    assert await client.rows(ORDERS, select="Number,Контрагент") == [{"Number": "000000001"}]
    (row,) = await client.rows(ORDERS, expand="Контрагент")
    assert "Контрагент" not in row
    assert row["Контрагент@navigationLinkUrl"].endswith("/Контрагент")
    (row,) = await client.rows(ORDERS, select="Number,Контрагент____Presentation")
    assert row == {"Number": "000000001", "Контрагент____Presentation": "ООО Ромашка"}


async def test_no_metadata_leaves_the_fields_alone(client: Client) -> None:
    answer = await client.send("GET", at(GOODS, GOOD), format="application/json;odata=nometadata")
    assert not [name for name in answer.body if "odata" in name or "@" in name]
    assert (await client.send("GET", at(GOODS, GOOD))).body["odata.metadata"].endswith("/@Element")


async def test_a_hidden_row_refuses_the_whole_set_unless_allowed_only(client: Client, base: Infobase) -> None:
    base.users[LOGIN].hidden.add(PARTNER)
    assert (await client.send("GET", PARTNERS)).error == (401, "20")
    assert (await client.send("GET", at(PARTNERS, PARTNER))).error == (401, "20")
    assert await client.rows(PARTNERS, allowedOnly="true") == []


async def test_a_filter_may_be_ignored_without_a_word(client: Client, base: Infobase) -> None:
    assert await client.names(PARTNERS, f"{KEY_FIELD} eq 'нет такого'") == []
    base.faults.ignored_filters.add(KEY_FIELD)
    assert await client.names(PARTNERS, f"{KEY_FIELD} eq 'нет такого'") == ["ООО Ромашка"]


async def test_what_is_not_there_has_a_code(client: Client, base: Infobase) -> None:
    assert (await client.send("GET", "Catalog_Нет")).error == (404, "8")
    assert (await client.send("GET", at(PARTNERS, CLERK))).error == (404, "9")
    assert (await client.send("GET", at(PARTNERS, "негодная"))).error == (400, "1")
    assert (await client.send("GET", PARTNERS, select="Нет")).error == (400, "10")
    assert (await client.send("GET", PARTNERS, search="Нет")).error == (400, "14")
    assert (await client.send("GET", f"{RATES}(Period=datetime'{DATE}')")).error == (400, "7")
    assert (await client.send("POST", at(PARTNERS, PARTNER) + "/Post")).error == (404, "6")
    base.hidden_types.add(PARTNERS)  # taken out of the composition of the interface
    assert (await client.send("GET", PARTNERS)).error == (404, "8")


async def test_atom_is_what_comes_when_nothing_is_asked(client: Client) -> None:
    answer = await client.raw("GET", f"{ODATA}{SET}")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert "ООО Ромашка" in answer.text
    refused = await client.raw("GET", f"{ODATA}Catalog_X")
    assert "<m:code>8</m:code>" in refused.text
    accepted = await client.raw("GET", f"{ODATA}{SET}", headers={"Accept": "application/json"})
    assert len(accepted.body["value"]) == 1
