"""Что пробовать дальше: чистый перебор состояний процесса. С движком не знаком.

Состояние — чего процесс ждёт и значения переменных, которые различают условия. Ходы состояния делятся на фазы: ответы,
ошибки и таймеры того, кто отвечает первым (0); другой порядок и лишние переменные (1); то, что должно прийти извне (2).
Следующая фаза начинается, когда в прежней не осталось ходов, а цели ещё есть. Каждый проигрыш идёт от начала, поэтому
до непроверенного состояния ведёт кратчайший известный путь.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from exchanger.ops.rehearsal.questions import Values


class Act(StrEnum):
    """Ход: что делает мир вокруг процесса."""

    START = "start"
    COMPLETE = "complete"
    ERROR = "error"
    ESCALATION = "escalation"
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    CONDITION = "condition"


class Phase(IntEnum):
    """Очередь хода."""

    ANSWERS = 0
    ORDER = 1
    OUTSIDE = 2


@dataclass(frozen=True, slots=True)
class Move:
    """Ход: над каким элементом, с какими значениями или кодом."""

    act: Act
    process: str
    element: str
    values: Values = ()
    code: str = ""

    def __hash__(self) -> int:
        # True equals 1 for Python; the repr keeps them apart where it matters, the hash need not.
        return hash((self.act, self.process, self.element, repr(self.values), self.code))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Move) and repr(self) == repr(other)


@dataclass(frozen=True, slots=True)
class State:
    """Чего ждут (процесс, элемент, сколько: 4 — «четыре и больше») и значения переменных условий, текстом."""

    waits: tuple[tuple[str, str, int], ...] = ()
    values: tuple[tuple[str, str], ...] = ()


BEFORE = State(values=(("", "не запущен"),))
"""Состояние до запуска: ходы — начала процесса."""

Moves = Sequence[tuple[Move, Phase]]
Goal = tuple[str, str]


@dataclass(slots=True)
class _Known:
    moves: dict[Move, Phase]
    led: dict[Move, State] = field(default_factory=dict)
    tried: set[Move] = field(default_factory=set)
    times: Counter[Move] = field(default_factory=Counter)

    def untried(self, phase: Phase) -> Iterable[Move]:
        return (move for move, when in self.moves.items() if when <= phase and move not in self.tried)


class Planner:
    """Перебор одного процесса. `goals` — потоки, которые надо пройти."""

    def __init__(self, goals: Iterable[Goal], last_phase: Phase = Phase.OUTSIDE) -> None:
        self._goals = set(goals)
        self._answers: dict[Move, bool] = {}
        self._last = last_phase
        self._states: dict[State, _Known] = {}
        self.phase = Phase.ANSWERS

    def meet(self, state: State, moves: Moves) -> None:
        """Процесс в этом состоянии, возможны такие ходы; новые ходы знакомого состояния добавляются."""
        known = self._states.setdefault(state, _Known({}))
        for move, phase in moves:
            known.moves.setdefault(move, phase)
            if phase is Phase.ANSWERS:
                self._answers.setdefault(move, False)

    def choose(self, state: State) -> Move | None:
        """Ход: непробованный отсюда, иначе шаг к ближайшему; None — идти незачем."""
        if self.is_done:
            return self._homeward(state)
        while True:
            move = self._untried(state) or self._towards(state)
            if move is not None:
                return move
            if self._reachable(BEFORE):
                return self._homeward(state)  # there is something left, but not from here
            if self.phase >= self._last:
                return self._homeward(state)
            self.phase = Phase(self.phase + 1)

    def went(self, state: State, move: Move, led: State | None) -> None:
        """Ход сделан; `led` None — движок отказал и состояние прежнее."""
        known = self._states[state]
        known.tried.add(move)
        known.times[move] += 1
        self._answers[move] = True
        if led is not None:
            known.led[move] = led

    def passed(self, flows: Iterable[Goal]) -> None:
        """Эти потоки пройдены."""
        self._goals.difference_update(flows)

    @property
    def left(self) -> frozenset[Goal]:
        """Ещё не пройденное."""
        return frozenset(self._goals)

    @property
    def is_done(self) -> bool:
        """Пройдено всё, и каждый ответ дан хоть раз."""
        return not self._goals and all(self._answers.values())

    @property
    def is_exhausted(self) -> bool:
        """Ходов не осталось ни в одной фазе: непройденное недостижимо никакими ответами."""
        return self.phase >= self._last and BEFORE in self._states and not self._reachable(BEFORE)

    @property
    def size(self) -> int:
        """Сколько состояний встречено."""
        return len(self._states)

    def _untried(self, state: State) -> Move | None:
        return next(iter(self._states[state].untried(self.phase)), None)

    def _reachable(self, state: State) -> bool:
        return self._untried(state) is not None or self._towards(state) is not None

    def _towards(self, state: State) -> Move | None:
        """Первый шаг кратчайшего пути к состоянию с непробованным ходом."""
        return self._step(state, lambda known: next(iter(known.untried(self.phase)), None) is not None)

    def _homeward(self, state: State) -> Move | None:
        """Шаг к известному концу, чтобы проигрыш дошёл до него; неизвестен — любой ход, лишь бы вперёд."""
        found = self._step(state, lambda known: not known.moves)
        return found or self._untried(state) or self._again(state)

    def _again(self, state: State) -> Move | None:
        """Всё пройдено, а конца ещё не видели: самый редкий отсюда ответ. Круг оборвёт предел ходов."""
        known = self._states[state]
        ends = any(not other.moves for other in self._states.values())
        answers = [move for move in known.led if known.moves.get(move) is Phase.ANSWERS]
        return min(answers, key=lambda move: known.times[move]) if self.is_done and not ends and answers else None

    def _step(self, state: State, wanted: Callable[[_Known], bool]) -> Move | None:
        queue: deque[tuple[State, Move | None]] = deque([(state, None)])
        seen = {state}
        while queue:
            current, first = queue.popleft()
            known = self._states.get(current)
            if known is None:
                continue
            if first is not None and wanted(known):
                return first
            for move, led in known.led.items():
                if led not in seen:
                    seen.add(led)
                    queue.append((led, first or move))
        return None
