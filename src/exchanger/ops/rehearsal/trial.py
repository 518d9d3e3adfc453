"""Сценарий на сцене: написанные ответы по порядку и сравнение с ожидаемым."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from exchanger.domain.errors import ConfigError
from exchanger.ops.rehearsal.chart import Chart, folded
from exchanger.ops.rehearsal.expected import differences
from exchanger.ops.rehearsal.moves import Phased
from exchanger.ops.rehearsal.planner import Act, Move, State
from exchanger.ops.rehearsal.prepare import Prepared
from exchanger.ops.rehearsal.results import Verdict, describe
from exchanger.ops.rehearsal.scenario import Answer, Scenario
from exchanger.ops.rehearsal.scene import ANSWERED, Scene, Wait
from exchanger.ops.rehearsal.stage import Begin, Stage
from exchanger.ports import Clock

_OUTSIDE = frozenset({Act.MESSAGE, Act.SIGNAL, Act.CONDITION})


async def judge(stage: Stage, prepared: Prepared, scenario: Scenario, clock: Clock) -> Verdict:
    """Сыграть и сравнить; `ConfigError` — сценарий называет то, чего в диаграмме нет."""
    process = scenario.process or prepared.main[0]
    if process not in prepared.charts:
        known = ", ".join(prepared.charts)
        raise ConfigError(f"Сценарий «{scenario.name}»: процесса {process} нет.", remedy=f"есть: {known}.")
    check_names(prepared, scenario, process)
    began = clock.monotonic()
    written = WrittenMoves(prepared, scenario, process)
    begin = Begin(process, scenario.start.variables, scenario.start.business_key)
    play = await stage.play(begin, written, steps=scenario.steps)
    told = [f"{_said(prepared, step.move)}: движок отказал: {step.refused}" for step in play.steps if step.refused]
    told += [*written.unmet, *differences(play, scenario.expect, prepared.chart(process))]
    return Verdict(scenario.name, play, tuple(told), clock.monotonic() - began)


def _said(prepared: Prepared, move: Move) -> str:
    return describe(move, prepared.chart(move.process).title(move.element))


def check_names(prepared: Prepared, scenario: Scenario, process: str) -> None:
    """Каждое имя должно что-нибудь называть: ответ на опечатку никто не даст."""
    charts = [one.chart for one in prepared.charts.values()]
    named = [*scenario.answers, *(one.wait for many in scenario.answers.values() for one in many if one.wait)]
    expect = scenario.expect
    named += [*expect.path, *expect.visited, *expect.avoided, *expect.end, *expect.tasks]
    named += [name for name in (expect.stuck, scenario.start.at) if name]
    unknown = [name for name in dict.fromkeys(named) if not any(chart.named(name) for chart in charts)]
    events = {node.event_name for chart in charts for node in chart.nodes.values()}
    unknown += [
        name for name in scenario.messages if name not in events and not any(chart.named(name) for chart in charts)
    ]
    if unknown:
        names = ", ".join(f"«{name}»" for name in unknown)
        raise ConfigError(
            f"Сценарий «{scenario.name}»: в диаграмме нет элементов {names}.",
            remedy=f"назовите их по id или по названию; процесс {process}.",
        )


class WrittenMoves:
    """Решающий по сценарию; на что ответа не написано, отвечает обычным."""

    def __init__(self, prepared: Prepared, scenario: Scenario, process: str) -> None:
        self._prepared = prepared
        self._scenario = scenario
        self._process = process
        self._given: dict[str, int] = {}
        self._sent: set[str] = set()
        self._refused = False
        self.unmet: list[str] = []

    def choose(self, state: State, moves: Phased, scene: Scene) -> Move | None:
        """Написанный ответ первого, кто его ждёт; потом сообщения; потом таймеры."""
        del state
        if self._refused:
            return None
        if not scene.waits and not scene.running and any(move.act is Act.START for move, _ in moves):
            return self._start(moves)
        for wait in scene.waits:
            if wait.awaits in ANSWERED:
                return self._answered(wait, moves)
        return self._from_outside(moves) or next((move for move, _ in moves if move.act is Act.TIMER), None)

    def went(self, state: State, move: Move, led: State | None) -> None:
        """После отказа движка сценарий не продолжается."""
        del state, move
        self._refused = led is None

    def is_stuck(self, moves: Phased) -> bool:
        """Сценарий кончился, а процесс нет."""
        del moves
        return True

    def _start(self, moves: Phased) -> Move | None:
        at = {node.id for node in self._chart(self._process).named(self._scenario.start.at)}
        starts = [move for move, _ in moves if not at or move.element in at]
        return replace(starts[0], values=()) if starts else None

    def _answered(self, wait: Wait, moves: Phased) -> Move | None:
        written = self._written(wait)
        usual = next(move for move, _ in moves if (move.process, move.element) == (wait.process, wait.element))
        if written is None:
            return usual
        if written.wait:
            return self._event(wait, written.wait, moves)
        if written.error is not None:
            return replace(usual, act=Act.ERROR, values=(), code=written.error)
        if written.escalation is not None:
            return replace(usual, act=Act.ESCALATION, values=(), code=written.escalation)
        values = dict(written.variables or {})
        if written.answer is not None:
            values[wait.element] = written.answer
        return replace(usual, values=tuple(values.items()))  # type: ignore[arg-type]  # JSON lists too: only sent

    def _written(self, wait: Wait) -> Answer | None:
        name = self._key(wait.process, wait.element, self._scenario.answers)
        if name is None:
            return None
        answers, number = self._scenario.answers[name], self._given.get(name, 0)
        self._given[name] = number + 1
        return answers[min(number, len(answers) - 1)]

    def _event(self, wait: Wait, name: str, moves: Phased) -> Move | None:
        for move, _ in moves:
            if move.act in {Act.TIMER, *_OUTSIDE} and any(
                node.id == move.element for node in self._chart(move.process).named(name)
            ):
                return move
        self.unmet.append(
            f"{self._chart(wait.process).title(wait.element)}: ответ ждёт «{name}», а этого сейчас не ждут"
        )
        return None

    def _from_outside(self, moves: Phased) -> Move | None:
        for move, _ in moves:
            node = self._chart(move.process).nodes.get(move.element)
            if move.act not in _OUTSIDE or node is None:
                continue
            name = self._key(move.process, move.element, self._scenario.messages)
            name = name or (node.event_name if node.event_name in self._scenario.messages else None)
            if name is not None and name not in self._sent:
                self._sent.add(name)
                return replace(move, values=tuple(self._scenario.messages[name].items()))  # type: ignore[arg-type]  # as above
        return None

    def _key(self, process: str, element: str, written: Mapping[str, object]) -> str | None:
        if element in written:
            return element
        node = self._chart(process).nodes.get(element)
        return None if node is None or not node.name else _same(node.name, written)

    def _chart(self, process: str) -> Chart:
        return self._prepared.chart(process)


def _same(name: str, written: Mapping[str, object]) -> str | None:
    return next((one for one in written if folded(one) == folded(name)), None)
