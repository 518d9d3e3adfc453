"""What is said once although many tasks have it."""

from exchanger.ops.rehearsal.remarks import not_made
from exchanger.ops.rehearsal.results import Card, Play


def card(element: str, refusal: str) -> Card:
    return Card("p", element, f"Задача {element}", "t", system="bitrix24", source="params", refusal=refusal)


def play(*cards: Card) -> Play:
    return Play("p", (), (), (), ended=True, cards=cards)


def test_one_cause_of_many_tasks_is_one_remark_that_names_each_once() -> None:
    nobody, group = "исполнитель не найден.", "группы нет."
    said = list(not_made([play(card("a", nobody), card("b", nobody), card("c", group)), play(card("a", nobody))]))
    assert [(one.element, one.what) for one in said] == [
        ("a", f"Задачи «Задача a», «Задача b» система bitrix24 не поставила бы: {nobody}"),
        ("c", f"Задачу «Задача c» система bitrix24 не поставила бы: {group}"),
    ]


def test_a_task_that_would_be_made_is_not_remarked() -> None:
    assert list(not_made([play(card("a", ""))])) == []
