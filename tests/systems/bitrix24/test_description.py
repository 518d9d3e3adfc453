"""C10 and the blocks of a description: whose answer is shown, how values look, where a long text is cut."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exchanger.systems.bitrix24 import wording
from exchanger.systems.bitrix24.content.blocks import results_block
from exchanger.systems.bitrix24.content.diagram import Diagram, Element, element_ids
from exchanger.systems.bitrix24.content.predecessors import Predecessor, TaskResult
from exchanger.systems.bitrix24.content.result_files import ResultFile
from exchanger.systems.bitrix24.content.values import answers, show
from tests.systems.bitrix24.addon_world import PROFILE, VARIABLES, open_addon, template
from tests.systems.bitrix24.test_template import BARE, build
from tests.systems.bitrix24.world import BitrixWorld

MOSCOW = ZoneInfo("Europe/Moscow")


def chain(**predecessors: str) -> Diagram:
    """A diagram of elements: name=predecessors separated by spaces."""
    elements = {name: Element(None, tuple(before.split())) for name, before in predecessors.items()}
    return Diagram(elements)


LINE = chain(A="", B="A", C="B", D="C")
LOOP = chain(A="C", B="A", C="B", D="C")
FORK = chain(A="", B="A", C="A", D="B C")

CASES: list[tuple[str, dict[str, object], Diagram | None, str, list[object]]] = [
    ("the nearest step wins", {"A_q_x": "старый", "C_q_x": "новый"}, LINE, "D", ["новый"]),
    ("whatever the order of variables", {"C_q_x": "новый", "A_q_x": "старый"}, LINE, "D", ["новый"]),
    ("a far one when nobody is nearer", {"A_q_x": "старый"}, LINE, "D", ["старый"]),
    ("a foreign variable with such an end", {"SomeOther_q_x": "чужой", "A_q_x": "свой"}, LINE, "D", ["свой"]),
    ("only a foreign one is no answer", {"SomeOther_q_x": "чужой"}, LINE, "D", []),
    ("another questionnaire with such an end", {"A_big_q_x": "чужой"}, LINE, "D", []),
    ("branches that differ are both shown", {"B_q_x": "1", "C_q_x": "2"}, FORK, "D", ["1", "2"]),
    ("branches that agree are one", {"B_q_x": "1", "C_q_x": "1"}, FORK, "D", ["1"]),
    ("in a loop the step before beats one's own earlier answer", {"A_q_x": "свой", "C_q_x": "до"}, LOOP, "A", ["до"]),
    ("in a loop one's own earlier answer", {"A_q_x": "свой"}, LOOP, "A", ["свой"]),
    ("an empty value is no answer", {"C_q_x": " ", "A_q_x": "старый"}, LINE, "D", ["старый"]),
    ("without a diagram all that differ", {"A_q_x": "1", "B_q_x": "2"}, None, "D", ["1", "2"]),
    ("nothing", {"q_x": "без элемента"}, LINE, "D", []),
]


@pytest.mark.parametrize(("variables", "diagram", "element", "expected"), [row[1:] for row in CASES],
                         ids=[row[0] for row in CASES])  # fmt: skip
def test_c10_the_answer_of_the_nearest_step_is_shown(
    variables: dict[str, object], diagram: Diagram | None, element: str, expected: list[object]
) -> None:
    assert answers(variables, "q_x", diagram, element) == expected


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (True, "boolean", "Да"),
        ("false", "boolean", "Нет"),
        (True, "string", "Да"),
        ("2025-12-21", "date", "21.12.2025"),
        ("2025-12-21T23:30:00Z", "datetime", "22.12.2025"),  # in Moscow it is the next day
        (datetime(2025, 12, 21, 23, 30, tzinfo=UTC), "string", "22.12.2025"),
        ("21 декабря", "date", "21 декабря"),
        (["а", "", "б"], "string", "а, б"),
        ({"value": 5}, "integer", "5"),
        (0, "integer", "0"),
        (1.5, "string", "1.5"),
        (None, "string", ""),
        ("", "boolean", ""),
    ],
)
def test_a_value_is_shown_as_people_write_it(value: object, kind: str, expected: str) -> None:
    assert show(value, kind, MOSCOW) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(["A", "B"], ("A", "B")), ('["A", "B"]', ("A", "B")), ("A", ("A",)), (False, ()), ([], ()), (None, ()),
     ({"0": "A"}, ("A",)), ("[испорчено", ())],
)  # fmt: skip
def test_predecessors_come_in_every_form_of_php(raw: object, expected: tuple[str, ...]) -> None:
    assert element_ids(raw) == expected


async def described(world: BitrixWorld, **given: Any) -> str:
    return world.task((await build(world, **given)).ref).description


async def test_a_missing_answer_is_a_dash_and_a_missing_variable_an_empty_place() -> None:
    async with open_addon(template(**BARE | {"in_description": (PROFILE,)})) as world:
        shown = await described(world, variables={"startedBy": 107})
    assert "• ФИО: -\n• Дата: -\n• Рук: -\n• Орг: -" in shown
    assert "Флаг: ;\nИмя: ;" in shown


async def test_a_name_that_is_not_found_is_its_number_and_is_looked_for_again() -> None:
    async with open_addon(template(**BARE | {"in_description": (PROFILE,)})) as world:
        world.portal.directory.users.pop(43)
        assert "• Рук: 43" in await described(world)
        before = world.portal.calls["user.get"]
        await described(world, task_id="task-2")
        assert world.portal.calls["user.get"] == before + 1


def test_several_results_are_numbered_and_their_entities_decoded() -> None:
    results = (
        TaskResult("a &lt;b&gt; &amp;\u00a0c", (ResultFile(1, "а.docx"), ResultFile(2, "б.pdf"))),
        TaskResult("второй"),
    )
    assert results_block([Predecessor(7, results), Predecessor(8, ()), Predecessor(9, (TaskResult("ок"),))]) == (
        "[B]Результаты предшествующих задач:[/B]\n\n[B]Задача №7:[/B]\n  1. a <b> & c\n     Файлы: а.docx, б.pdf\n"
        "  2. второй\n\n[B]Задача №9:[/B]\n  ок\n"
    )


TEXTS = [
    "Кириллица — «ёлочки», №",
    "Эмодзи 👩‍💻🇷🇺 и 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "[B]жирно[/B] [URL=https://a.b]ссылка[/URL] [незакрытый",
    "&lt;b&gt; &amp; &quot;",
    "строка\r\nвторая\tтаб",
    "a+b=c %20 & d[x]=1",
]


@pytest.mark.parametrize("text", TEXTS)
async def test_a_text_arrives_as_it_was_written(text: str) -> None:
    async with open_addon(template(items=())) as world:
        variables = VARIABLES | {"name": text}
        given = {"description": text, "tags": "т", "checklists": f"Список • {' '.join(text.split())}"}
        made = await build(world, variables=variables, extension_properties=given)
        task = world.task(made.ref)
        assert task.description.startswith(text.strip())
        assert f"Имя: {text};" in task.description
        titles = [each.title for each in world.portal.checklists[task.id].values()]
        assert " ".join(text.split()) in titles


async def test_a_text_of_100_kb_is_cut_at_a_border_with_its_tags_closed() -> None:
    text = "[B]Важно: условия договора описаны ниже. 👩‍💻 " * 2500
    async with open_addon() as world:
        shown = await described(world, extension_properties={"description": text})
    assert len(text.encode()) > 100_000
    assert len(shown) <= 10_000
    assert shown.count("[B]") == shown.count("[/B]")
    assert shown.endswith("… (описание сокращено)")


async def test_a_variable_of_100_kb_makes_no_batch_burst() -> None:
    async with open_addon() as world:
        shown = await described(world, variables=VARIABLES | {"name": "б" * 100_000})
    assert "Имя: ббб" in shown


@pytest.mark.parametrize("limit", [60, 80, 100, 130, 200])
def test_a_cut_is_inside_no_tag_and_leaves_none_open(limit: int) -> None:
    link = "[URL=https://portal.example/very/long]сюда[/URL]"
    text = f"[QUOTE][B]Первый абзац, и он длинный.[/B]\n\n{link} хвост[/QUOTE] и ещё"
    shown = wording.description(text, ("[B]Анк[/B]\n• а: б",), limit, overdue=False)
    assert len(shown) <= limit
    for tag in ("QUOTE", "B", "URL"):
        assert shown.count(f"[{tag}") == shown.count(f"[/{tag}]")


def test_a_text_of_nothing_but_tags_is_not_lost_whole() -> None:
    shown = wording.description("[B]" * 100, (), 120, overdue=False)
    assert len(shown) <= 120
    assert shown.startswith("[B][B]")


def test_blocks_are_cut_before_the_text_at_their_line() -> None:
    shown = wording.description("Описание " * 10, ("Б" * 300,), 160, overdue=False)
    assert shown == ("Описание " * 10).strip() + "\n\n… (описание сокращено)"
