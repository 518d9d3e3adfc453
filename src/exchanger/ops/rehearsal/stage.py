"""Проигрыш: ходы выбирает решающий, делает их движок."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

from exchanger.domain.errors import ExchangerError, NextStepRefused, Reject
from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue, Variable, Variables, VariableType
from exchanger.ops.rehearsal.cards import Cards, user_card
from exchanger.ops.rehearsal.desk import Desk
from exchanger.ops.rehearsal.moves import Phased, moves_of, start_moves, state_of
from exchanger.ops.rehearsal.planner import BEFORE, Act, Move, State
from exchanger.ops.rehearsal.prepare import Prepared
from exchanger.ops.rehearsal.results import Card, Play, Step
from exchanger.ops.rehearsal.scene import ANSWERED, Awaits, Scene
from exchanger.ops.rehearsal.stuck import why_stuck
from exchanger.ops.rehearsal.taken import flows_taken

_UNKNOWN = re.compile(r"Cannot resolve identifier '(\w+)'|Variable '(\w+)' (?:is )?not (?:found|of the expected type)")
_ID = re.compile(r"[\w:-]*[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ASSUMED = "1"  # a text that is also a number
_LIST = Variable(VariableType.OBJECT, '["1","2"]', {
    "objectTypeName": "java.util.ArrayList<java.lang.String>", "serializationDataFormat": "application/json",
})  # fmt: skip


class Decider(Protocol):
    """Кто выбирает ходы."""

    def choose(self, state: State, moves: Phased, scene: Scene) -> Move | None:
        """Ход; None — больше нечего."""
        ...

    def went(self, state: State, move: Move, led: State | None) -> None:
        """Ход сделан; None — движок отказал."""
        ...

    def is_stuck(self, moves: Phased) -> bool:
        """Стоит ли процесс, когда ходов больше не выбрано."""
        ...


@dataclass(slots=True)
class Assumed:
    """Переменные, которых диаграмма ждёт, а не задаёт никто: их подставляет репетиция. `allowed` — можно ли."""

    allowed: bool
    values: dict[str, Variable] = field(default_factory=dict)

    def learn(self, error: str, prepared: Prepared) -> bool:
        """Понять из отказа движка, чего не хватает; True — стоит начать сначала."""
        found = _UNKNOWN.search(error)
        name = (found[1] or found[2]) if found is not None else ""
        if not self.allowed or not name or name in self.values:
            return False
        choices = next((one.values[name] for one in prepared.charts.values() if name in one.values), (_ASSUMED,))
        self.values[name] = _LIST if name in prepared.collections else typed(choices[0])
        return True


@dataclass(frozen=True, slots=True)
class Begin:
    """С чего начать: процесс («» — каждый процесс файла), переменные и ключ запуска."""

    process: str = ""
    variables: Mapping[str, PlainValue] = field(default_factory=dict)
    business_key: str | None = None


ANY = Begin()
"""Каждый процесс файла, без своих переменных."""


class StartAgain(Exception):
    """Не хватало переменной, теперь она есть."""


@dataclass(slots=True)
class _Run:
    steps: list[Step] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    instance: str = ""
    broken: str = ""
    cut: str = ""
    stands: bool = False


class Stage:
    """Сцена одного файла. `once` — карточку каждого элемента показать один раз за всю репетицию."""

    def __init__(self, desk: Desk, prepared: Prepared, cards: Cards, *, once: bool, assumed: Assumed) -> None:
        self._desk = desk
        self._prepared = prepared
        self._cards = cards
        self._once = once
        self._shown: set[tuple[str, str]] = set()
        self._names = {name for questions in prepared.charts.values() for name in questions.values}
        self.assumed = assumed

    async def play(self, begin: Begin, decider: Decider, *, steps: int) -> Play:
        """Один проигрыш; после него в движке чисто. `StartAgain` — сыграть ещё раз."""
        run = _Run()
        try:
            scene = await self._walk(run, begin, decider, steps)
            return await self._result(run, begin.process, scene)
        finally:
            await self._desk.forget()

    async def _walk(self, run: _Run, begin: Begin, decider: Decider, steps: int) -> Scene:
        scene, state = Scene((), running=False), BEFORE
        moves = start_moves(self._prepared.charts[begin.process])
        while (move := decider.choose(state, moves, scene)) is not None:
            if len(run.steps) >= steps:
                run.cut = f"прервано после {steps} ходов"
                break
            refused = await self._made(run, begin, move, scene)
            run.steps.append(Step(move, refused))
            if refused:
                decider.went(state, move, None)
                continue
            try:
                scene = await self._desk.look(self._names)
            except (NextStepRefused, Reject) as error:
                self._maybe_again(error)
                run.broken = _ID.sub("…", str(error))
                decider.went(state, move, State(values=(("", f"сломан: {error}"),)))
                break
            led = state_of(scene)
            decider.went(state, move, led)
            state, moves = led, moves_of(scene, self._prepared.charts)
            await self._show(run, scene)
        else:
            run.stands = scene.running and decider.is_stuck(moves)
        return scene

    async def _made(self, run: _Run, begin: Begin, move: Move, scene: Scene) -> str:
        """Сделать ход; вернуть отказ движка."""
        try:
            if move.act is Act.START:
                run.instance = await self._start(begin, move)
            else:
                await self._act(move, scene)
        except (NextStepRefused, Reject) as error:
            self._maybe_again(error)
            return _ID.sub("…", str(error))
        return ""

    async def _start(self, begin: Begin, move: Move) -> str:
        given = {name: typed(value) for name, value in begin.variables.items()}
        variables = {**self.assumed.values, **_variables(move), **given}
        node = self._prepared.chart(move.process).nodes[move.element]
        return await self._desk.start(move.process, node.id if node.event else "", variables, begin.business_key)

    async def _act(self, move: Move, scene: Scene) -> None:
        wait = next(
            one
            for one in scene.waits
            if (one.process, one.element) == (move.process, move.element) and _fits(move.act, one.awaits)
        )
        match move.act:
            case Act.COMPLETE:
                await self._desk.complete(wait, _variables(move))
            case Act.ERROR:
                await self._desk.fail(wait, move.code, "репетиция")
            case Act.ESCALATION:
                await self._desk.escalate(wait, move.code)
            case Act.TIMER:
                await self._desk.fire(wait)
            case _:
                await self._desk.send(wait, _variables(move))

    def _maybe_again(self, error: ExchangerError) -> None:
        if self.assumed.learn(str(error), self._prepared):
            raise StartAgain

    async def _show(self, run: _Run, scene: Scene) -> None:
        for wait in scene.waits:
            place = wait.process, wait.element
            if wait.awaits not in ANSWERED or wait.id in run.seen or (self._once and place in self._shown):
                continue
            run.seen.add(wait.id)
            self._shown.add(place)
            if wait.task is not None:
                run.cards.append(await self._cards.of(wait.task))
            else:
                run.cards.append(user_card(*place, await self._desk.user_task(wait.id)))

    async def _result(self, run: _Run, process: str, scene: Scene) -> Play:
        history = await self._desk.visits()
        charts = {key: questions.chart for key, questions in self._prepared.charts.items()}
        visits = tuple(
            visit for visit in history if visit.process in charts and visit.element in charts[visit.process].nodes
        )
        ends = [
            visit.element
            for visit in visits
            if visit.instance == run.instance and charts[visit.process].nodes[visit.element].kind == "endEvent"
        ]
        incidents = await self._desk.incidents()
        stuck = why_stuck(scene, history, incidents, charts) if run.stands else ()
        final = await self._desk.final_variables(run.instance) if run.instance else {}
        return Play(
            process=process,
            steps=tuple(run.steps),
            visits=visits,
            flows=flows_taken(history, charts),
            ended=bool(run.instance) and not scene.running and not run.broken,
            ends=tuple(ends),
            stuck=stuck,
            broken=run.broken,
            cut=run.cut,
            cards=tuple(run.cards),
            variables={name: variable.value for name, variable in sorted(final.items())},
        )


def _fits(act: Act, awaits: Awaits) -> bool:
    """Одного элемента могут ждать по-разному: и задача, и таймер на её границе с тем же id не бывают, но проверим."""
    if act in {Act.COMPLETE, Act.ERROR, Act.ESCALATION}:
        return awaits in ANSWERED
    return {Act.TIMER: Awaits.TIMER, Act.MESSAGE: Awaits.MESSAGE, Act.SIGNAL: Awaits.SIGNAL}.get(
        act, Awaits.CONDITION
    ) is awaits


def _variables(move: Move) -> Variables:
    return {name: typed(cast("PlainValue", value)) for name, value in move.values}
