"""The verdict of the demo cannot be fooled: each way of going wrong is named."""

from dataclasses import replace

import pytest

from exchanger.domain.key import Key
from exchanger.engine.admin import Step
from exchanger.sandbox.demo.scenario import ASKING, END, REWORK
from exchanger.sandbox.demo.verdict import Trial, Work, problems

PREPARE, SIGN, BILL = "Activity_podgotovit", "Activity_podpisat", "Activity_schet"
WALKED = (PREPARE, ASKING, REWORK, ASKING, SIGN, BILL)


def step(element: str, kind: str = "serviceTask") -> Step:
    return Step(element, kind, finished=True, canceled=False)


def work(number: int, element: str, answer: str = "", *, task: str | None = None) -> Work:
    return Work(number, Key("demo", "default", task or f"task-{number}"), element, answer)


GOOD = Trial(
    name="Д-001",
    ended=True,
    steps=(*(step(element) for element in WALKED), step(END, "noneEndEvent")),
    incidents=(),
    works=(
        work(1, PREPARE),
        work(2, ASKING, "НЕТ"),
        work(3, REWORK),
        work(4, ASKING, "ДА"),
        work(5, SIGN),
        work(6, BILL),
    ),
)


def test_a_contract_that_went_its_way_has_no_problems() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        (replace(GOOD, steps=GOOD.steps[:-1]), "отменён"),
        (replace(GOOD, steps=(*GOOD.steps[:-1], step("End_drugoi", "noneEndEvent"))), "End_drugoi"),
        (replace(GOOD, works=(*GOOD.works, work(7, BILL, task="task-6"))), "несколько раз (Activity_schet): №6, №7"),
        (replace(GOOD, works=(*GOOD.works, work(7, BILL))), "пройден 1 раз, а задач на портале 2"),
        (replace(GOOD, works=GOOD.works[:-1]), "пройден 1 раз, а задач на портале 0"),
        (replace(GOOD, works=(*GOOD.works[:-1], replace(GOOD.works[-1], key=None))), "без ключа: №6"),
        (replace(GOOD, works=(replace(GOOD.works[1], answer="ДА"), *GOOD.works[2:])), "ответов НЕТ 0, а доработок 1"),
    ],
)
def test_each_fault_of_an_ended_process_is_named(trial: Trial, said: str) -> None:
    assert any(said in text and text.startswith("Д-001: ") for text in problems(trial)), problems(trial)


@pytest.mark.parametrize(
    ("works", "incidents", "said"),
    [
        ((replace(GOOD.works[0], waiting="«Подготовить» у Петра"),), (), "ждёт задачу №1 «Подготовить» у Петра"),
        ((GOOD.works[0],), (f"{PREPARE}: портал отказал",), "портал отказал [задача №1 (Activity_podgotovit)]"),
        ((GOOD.works[0],), (), "все его задачи закрыты, а движок стоит"),
    ],
)
def test_a_stuck_process_says_where_it_stands(works: tuple[Work, ...], incidents: tuple[str, ...], said: str) -> None:
    (text,) = problems(replace(GOOD, ended=False, steps=(), works=works, incidents=incidents))
    assert text.startswith("Д-001: не завершён, ")
    assert said in text
