"""Что увидела репетиция: проигрыши, карточки задач, потоки, замечания."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from exchanger.ops.rehearsal.planner import Act, Move
from exchanger.ops.rehearsal.scene import Visit


@dataclass(frozen=True, slots=True)
class Card:
    """Задача, которая была бы поставлена.

    `fields` — поля запроса системы (`source` = preview), параметры операции (params), переменные и свойства (topic)
    или поля задачи движка (engine). `refusal` — почему её не поставили бы.
    """

    process: str
    element: str
    name: str
    topic: str
    system: str = ""
    source: str = "topic"
    fields: Mapping[str, object] = field(default_factory=dict)
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Сделанный ход; `refused` — что на него сказал движок, если не принял."""

    move: Move
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """Один проигрыш от запуска.

    `ended` — экземпляров не осталось; `ends` — события конца; `stuck` — чего ждёт и почему не дождётся; `broken` —
    ошибка движка на шаге, который он делал сам; `cut` — почему прервали мы.
    """

    process: str
    steps: tuple[Step, ...]
    visits: tuple[Visit, ...]
    flows: tuple[tuple[str, str], ...]
    ended: bool
    ends: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    broken: str = ""
    cut: str = ""
    cards: tuple[Card, ...] = ()
    variables: Mapping[str, object] = field(default_factory=dict)

    @property
    def path(self) -> list[str]:
        """Пройденные элементы главного процесса по порядку."""
        return [visit.element for visit in self.visits if visit.process == self.process]


class Reach(StrEnum):
    """Что с потоком."""

    TAKEN = "taken"
    UNREACHABLE = "unreachable"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FlowReach:
    """Поток: сколько раз пройден и что о нём известно."""

    process: str
    id: str
    name: str
    source: str
    target: str
    visits: int
    reach: Reach


@dataclass(frozen=True, slots=True)
class Remark:
    """Замечание; `is_problem` — с ним репетиция не удалась."""

    process: str
    element: str
    what: str
    remedy: str = ""
    is_problem: bool = False

    def __str__(self) -> str:
        return f"{self.what} Что делать: {self.remedy}" if self.remedy else self.what


@dataclass(frozen=True, slots=True)
class Verdict:
    """Итог сценария: расхождения с ожидаемым; пусто — прошёл."""

    name: str
    play: Play | None
    differences: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Итог репетиции файла. `explored` — перебирали ли ответы; `titles` — (процесс, id) → как назвать человеку."""

    file: str
    engine: str
    explored: bool
    plays: tuple[Play, ...]
    flows: tuple[FlowReach, ...]
    remarks: tuple[Remark, ...]
    verdicts: tuple[Verdict, ...] = ()
    titles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def problems(self) -> tuple[Remark, ...]:
        """Замечания, с которыми репетиция не удалась."""
        return tuple(remark for remark in self.remarks if remark.is_problem)

    @property
    def ok(self) -> bool:
        """Удалась ли."""
        return not self.problems and not any(verdict.differences for verdict in self.verdicts)

    @property
    def cards(self) -> tuple[Card, ...]:
        """Карточки: по одной на элемент, первая встреченная."""
        found: dict[tuple[str, str], Card] = {}
        for play in self.plays:
            for card in play.cards:
                found.setdefault((card.process, card.element), card)
        return tuple(found.values())

    def title(self, process: str, element: str) -> str:
        """Как назвать элемент человеку."""
        return self.titles.get((process, element), element)


_ACTS = {
    Act.START: "запуск с {where}",
    Act.COMPLETE: "{where}: ответ",
    Act.ERROR: "{where}: BPMN-ошибка {code}",
    Act.ESCALATION: "{where}: эскалация {code}",
    Act.TIMER: "{where}: время вышло",
    Act.MESSAGE: "{where}: пришло сообщение",
    Act.SIGNAL: "{where}: пришёл сигнал",
    Act.CONDITION: "{where}: условие сбылось",
}


def describe(move: Move, title: str) -> str:
    """Ход словами: «Согласовать» (id): ответ approved = true."""
    text = _ACTS[move.act].format(where=title, code=move.code)
    values = ", ".join(f"{name} = {_shown(value)}" for name, value in move.values)
    return f"{text} {values}" if values else text


def _shown(value: object) -> str:
    return {"None": "пусто", "True": "true", "False": "false"}.get(repr(value), str(value))
