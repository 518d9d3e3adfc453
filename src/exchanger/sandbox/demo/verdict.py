"""Суд: каждый ли экземпляр прошёл так, как должен, и каждая ли задача ровно одна. Чистые функции."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exchanger.domain.key import Key
from exchanger.engine.admin import Step
from exchanger.sandbox.demo.scenario import ASKING, END, REWORK

YES, NO = "ДА", "НЕТ"
_TASK, _END_EVENT = "serviceTask", "noneEndEvent"


@dataclass(frozen=True, slots=True)
class Work:
    """Задача портала, как её видит сам портал."""

    number: int
    key: Key | None
    element: str
    answer: str = ""
    waiting: str = ""
    """Открытая задача: «Название» и у кого; пусто — закрыта."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Всё об одном экземпляре: что говорит движок и что лежит на портале."""

    name: str
    ended: bool
    steps: Sequence[Step]
    incidents: Sequence[str]
    works: Sequence[Work]


def problems(trial: Trial) -> list[str]:
    """Что не так с экземпляром; пусто — всё так."""
    found = [*_ending(trial), *_once(trial.works)]
    if trial.ended:
        found += [*_every_step_has_its_task(trial), *_right_way(trial)]
    return [f"{trial.name}: {text}" for text in found]


def _ending(trial: Trial) -> Iterable[str]:
    if not trial.ended:
        yield f"не завершён, {_where(trial)}"
        return
    ends = [step.activity_id for step in trial.steps if step.activity_type == _END_EVENT and not step.canceled]
    if ends != [END]:
        yield f"завершился не там: {', '.join(ends) or 'отменён'} вместо {END}"


def _where(trial: Trial) -> str:
    if trial.incidents:
        places = [f"задача №{work.number} ({work.element})" for work in _latest(trial.works)]
        return f"инцидент: {'; '.join(trial.incidents)}" + (f" [{', '.join(places)}]" if places else "")
    waiting = [f"ждёт задачу №{work.number} {work.waiting}" for work in trial.works if work.waiting]
    return "; ".join(waiting) or "все его задачи закрыты, а движок стоит"


def _latest(works: Sequence[Work]) -> Sequence[Work]:
    """The task that stands behind an incident is the newest one."""
    return sorted(works, key=lambda work: work.number)[-1:]


def _once(works: Iterable[Work]) -> Iterable[str]:
    """By key: what the portal holds for one external task."""
    by_key: dict[str, list[Work]] = {}
    for work in works:
        by_key.setdefault("" if work.key is None else str(work.key), []).append(work)
    for key, same in by_key.items():
        numbers = ", ".join(f"№{work.number}" for work in same)
        if not key:
            yield f"задачи без ключа: {numbers}"
        elif len(same) > 1:
            yield f"одна задача создана несколько раз ({same[0].element}): {numbers}"


def _every_step_has_its_task(trial: Trial) -> Iterable[str]:
    walked = Counter(step.activity_id for step in trial.steps if step.activity_type == _TASK)
    made = Counter(work.element for work in trial.works)
    for element in sorted(walked | made):
        if walked[element] != made[element]:
            yield f"элемент {element} пройден {walked[element]} раз, а задач на портале {made[element]}"


def _right_way(trial: Trial) -> Iterable[str]:
    """Each НЕТ leads to one rework, the only ДА out of the loop."""
    answers = Counter(work.answer for work in trial.works if work.element == ASKING)
    reworked = sum(1 for step in trial.steps if step.activity_id == REWORK)
    if answers[NO] != reworked:
        yield f"ответов НЕТ {answers[NO]}, а доработок {reworked}"
    if answers[YES] != 1:
        yield f"ответов ДА {answers[YES]}, а должен быть один"
