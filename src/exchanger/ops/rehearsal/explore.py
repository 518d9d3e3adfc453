"""Перебор ответов: пока не пройдены все потоки, не доказана недостижимость остальных или не кончился предел."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from exchanger.ops.rehearsal.chart import Chart
from exchanger.ops.rehearsal.moves import Phased
from exchanger.ops.rehearsal.planner import Act, Goal, Move, Phase, Planner, State
from exchanger.ops.rehearsal.questions import Questions
from exchanger.ops.rehearsal.results import FlowReach, Play, Reach
from exchanger.ops.rehearsal.scene import Scene
from exchanger.ops.rehearsal.stage import Begin, Stage, StartAgain
from exchanger.ports import Clock


@dataclass(frozen=True, slots=True)
class Limits:
    """Пределы перебора одного процесса. `outside` — посылать ли самим сообщения и сигналы, которых процесс ждёт."""

    plays: int = 100
    steps: int = 100
    seconds: float = 120.0
    outside: bool = True


_NOWHERE = "ENGINE-02004"
"""Ни одно условие шлюза не сбылось: этот отказ — ответ на вопрос, а не помеха ему."""

USUAL = Limits()
"""Пределы, когда их не назвали."""

ONE = Limits(plays=1)
"""Один проигрыш обычными ответами."""


@dataclass(frozen=True, slots=True)
class Explored:
    """Чем кончился перебор; `bound` — какой предел его прервал."""

    process: str
    plays: tuple[Play, ...]
    left: frozenset[Goal]
    exhausted: bool
    bound: str = ""
    outside: bool = True


class PlannedMoves:
    """Решающий, который идёт туда, где ещё не пробовали."""

    def __init__(self, planner: Planner, last: Phase) -> None:
        self._planner = planner
        self._last = last

    def choose(self, state: State, moves: Phased, scene: Scene) -> Move | None:
        """Ход по плану перебора."""
        del scene
        self._planner.meet(state, moves)
        return self._planner.choose(state)

    def went(self, state: State, move: Move, led: State | None) -> None:
        """Запомнить, куда он привёл."""
        if led is not None:
            self._planner.meet(led, ())
        self._planner.went(state, move, led)

    def is_stuck(self, moves: Phased) -> bool:
        """Ходов нет ни в одной разрешённой фазе."""
        return all(phase > self._last for _, phase in moves)


class HabitualMoves:
    """Решающий одного проигрыша: обычные ответы, по кругу — следующие; таймер идёт, когда отвечать некому."""

    def __init__(self) -> None:
        self._tried: set[tuple[State, Move]] = set()

    def choose(self, state: State, moves: Phased, scene: Scene) -> Move | None:
        """Первый ещё не сделанный отсюда ход."""
        del scene
        usual = [move for act in (Act.START, Act.COMPLETE, Act.TIMER) for move, _ in moves if move.act is act]
        return next((move for move in usual if (state, move) not in self._tried), None)

    def went(self, state: State, move: Move, led: State | None) -> None:
        """Запомнить."""
        del led
        self._tried.add((state, move))

    def is_stuck(self, moves: Phased) -> bool:
        """Отвечать некому и ждать нечего: остались сообщения извне."""
        return not any(move.act in {Act.COMPLETE, Act.TIMER} for move, _ in moves)


async def explore(stage: Stage, questions: Questions, begin: Begin, limits: Limits, clock: Clock) -> Explored:
    """Перебрать; каждый проигрыш начинается с запуска."""
    key = questions.chart.key
    goals = [(key, flow) for flow in questions.chart.flows]
    last = Phase.OUTSIDE if limits.outside else Phase.ORDER
    planner = Planner(goals, last)
    decider, plays, until = PlannedMoves(planner, last), list[Play](), clock.monotonic() + limits.seconds
    while not (planner.is_done or planner.is_exhausted):
        bound = _bound(limits, len(plays), until, clock)
        if bound:
            return Explored(key, tuple(plays), planner.left, exhausted=False, bound=bound)
        try:
            play = await stage.play(begin, decider, steps=limits.steps)
        except StartAgain:
            continue
        if not play.steps:
            break  # nothing to begin with: a process without a start
        planner.passed(play.flows)
        plays.append(play)
    waited = any(play.stuck for play in plays)
    return Explored(
        key, tuple(plays), planner.left, exhausted=planner.is_exhausted, outside=limits.outside or not waited
    )


def _bound(limits: Limits, plays: int, until: float, clock: Clock) -> str:
    if plays >= limits.plays:
        return f"{limits.plays} проигрышей"
    return f"{limits.seconds:g} с" if clock.monotonic() > until else ""


def reaches(questions: Questions, explored: Explored | None, plays: Iterable[Play]) -> list[FlowReach]:
    """Что известно о каждом потоке процесса; без перебора о непройденных не известно ничего."""
    chart = questions.chart
    visits = Counter(flow for play in plays for flow in play.flows)
    drawn = connected(chart)
    found = []
    for flow in chart.flows.values():
        count = visits[chart.key, flow.id]
        if count:
            reach = Reach.TAKEN
        elif flow.source not in drawn:
            reach = Reach.UNREACHABLE
        else:
            reach = _unvisited(questions, explored)
        found.append(FlowReach(chart.key, flow.id, flow.name, flow.source, flow.target, count, reach))
    return found


def _unvisited(questions: Questions, explored: Explored | None) -> Reach:
    """Перебор доказывает недостижимость, если понял все условия, а движок отказывал только «некуда идти»."""
    if explored is None or not explored.exhausted or questions.obscure or questions.partial:
        return Reach.UNKNOWN
    refusals = [step.refused for play in explored.plays for step in play.steps if step.refused]
    refusals += [play.broken for play in explored.plays if play.broken]
    if any(_NOWHERE not in text for text in refusals):
        return Reach.UNKNOWN
    return Reach.UNREACHABLE if explored.outside else Reach.OUTSIDE


def connected(chart: Chart) -> set[str]:
    """Узлы, до которых от начал вообще есть дорога по рисунку."""
    queue = [node.id for node in chart.starts()]
    queue += [node.id for node in chart.nodes.values() if node.event_subprocess]
    seen = set(queue)
    while queue:
        node = chart.nodes.get(queue.pop())
        if node is None:
            continue
        ahead = [flow.target for flow in chart.outgoing(node.id)] + [event.id for event in chart.attached(node.id)]
        ahead += [
            inner.id for inner in chart.inside(node.id) if inner.kind == "startEvent" or not chart.incoming(inner.id)
        ]
        queue += [found for found in ahead if found not in seen]
        seen.update(ahead)
    return seen
