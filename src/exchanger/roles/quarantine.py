"""Карантин создания: запрос, отправленный до аварии, может выполниться позже поиска."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta

from exchanger.domain.policy import quarantine_left
from exchanger.domain.task import ExternalTask, ObjectRef, Snapshot
from exchanger.ports import Clock, Engine, Term

_REMEMBERED = 100_000
_MARGIN = timedelta(seconds=5)


class Inherited:
    """Задачи, которые числились за нами в начале вахты: прежний держатель мог начать их создавать.

    Пока первый обход списка движка не кончен, унаследованной может быть любая.
    """

    def __init__(self, ids: frozenset[str] | None = None) -> None:
        self._ids = ids

    def settle(self, ids: Iterable[str]) -> None:
        """Первый обход кончен; следующие ничего не меняют."""
        if self._ids is None:
            self._ids = frozenset(ids)

    def __contains__(self, task_id: str) -> bool:
        return self._ids is None or task_id in self._ids


class Quarantine:
    """Память одной вахты: что мы уже пробовали создать и в чём сомневаемся."""

    def __init__(self, term: Term, inherited: Inherited, engine: Engine, clock: Clock, span: timedelta) -> None:
        self._term = term
        self._inherited = inherited
        self._engine = engine
        self._clock = clock
        self._span = span
        self._doubt: dict[str, float] = {}
        self._attempted: OrderedDict[str, datetime | None] = OrderedDict()
        self._made: OrderedDict[str, tuple[ObjectRef, float]] = OrderedDict()
        self._forgotten: datetime | None = None
        self._started: datetime | None = None

    def doubt(self, task_id: str) -> timedelta:
        """Исход создания неизвестен: до конца карантина ключ под сомнением. Возвращает срок."""
        now = self._clock.monotonic()
        self._doubt = {key: until for key, until in self._doubt.items() if until > now}
        self._doubt[task_id] = now + self._span.total_seconds()
        return self._span

    def attempted(self, task: ExternalTask) -> None:
        """Запомнить попытку создания: с этой минуты отсутствие объекта нужно проверять поиском."""
        self._attempted[task.id] = task.created
        self._attempted.move_to_end(task.id)
        if len(self._attempted) > _REMEMBERED:
            _, created = self._attempted.popitem(last=False)
            if created is not None and (self._forgotten is None or created > self._forgotten):
                self._forgotten = created

    def made(self, task: ExternalTask, ref: ObjectRef) -> None:
        """Запомнить созданное: поиск и список системы могут отставать от создания не дольше карантина."""
        self._made[task.id] = ref, self._clock.monotonic() + self._span.total_seconds()
        if len(self._made) > _REMEMBERED:
            self._made.popitem(last=False)

    def remembered(self, task: ExternalTask) -> ObjectRef | None:
        """Объект, который мы создали для задачи в эту вахту."""
        return self._made[task.id][0] if task.id in self._made else None

    def untouched(self, task: ExternalTask) -> bool:
        """Объекта заведомо нет: задача появилась в нашу вахту, и мы её ещё не создавали."""
        if (
            task.id in self._attempted
            or task.id in self._inherited
            or task.created is None
            or self._left_of_term(task) > timedelta()
        ):
            return False
        started = self._term_started()
        if started is None or task.created <= started + _MARGIN:
            return False
        return self._forgotten is None or task.created > self._forgotten

    def left(self, task: ExternalTask, seen: Iterable[Snapshot] = ()) -> timedelta:
        """Сколько ждать, прежде чем отсутствие объекта станет доказательством; `seen` — что нашлось сейчас."""
        until = max(self._doubt.get(task.id, 0.0), self._hidden(task, seen))
        return max(self._left_of_term(task), timedelta(seconds=max(until - self._clock.monotonic(), 0.0)))

    def _hidden(self, task: ExternalTask, seen: Iterable[Snapshot]) -> float:
        """Until when what we created may be there although neither the search nor the list shows it."""
        ref, until = self._made.get(task.id, (None, 0.0))
        return 0.0 if ref is None or any(found.ref.id == ref.id for found in seen) else until

    def _left_of_term(self, task: ExternalTask) -> timedelta:
        # Both must agree that the task is new: the engine's list knows what was leased, and clocks may have been set.
        return quarantine_left(
            created=None if task.id in self._inherited else task.created,
            term_started=self._term_started(),
            elapsed=self._elapsed(),
            quarantine=self._span,
            margin=_MARGIN,
        )

    def _elapsed(self) -> timedelta:
        return timedelta(seconds=self._clock.monotonic() - self._term.started)

    def _term_started(self) -> datetime | None:
        """The beginning of the term by the engine's clock, since `created` is by that clock, too.

        Only ever later: an engine whose clock was set back must not make old tasks look like new ones.
        """
        now = self._engine.now()
        if now is not None:
            started = now - self._elapsed()
            self._started = started if self._started is None else max(self._started, started)
        return self._started
