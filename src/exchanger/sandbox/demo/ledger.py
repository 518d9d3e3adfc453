"""Что происходит: события шины и портала, собранные по экземплярам. Для показа и для времени ответа."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from exchanger.domain.event import Event, EventKind
from exchanger.domain.key import Key
from exchanger.engine.admin import Incident, Step
from exchanger.sandbox.bitrix24.model import Status, Task
from exchanger.sandbox.bitrix24.portal import EventName, Portal, TaskEvent
from exchanger.sandbox.bitrix24.userfields import RESULT_ANSWER

_INSTANCE = "UF_PROCESS_INSTANCE_ID"
_CLOSED = frozenset({Status.COMPLETED, Status.DECLINED})


@dataclass(slots=True)
class Track:
    """Путь одного экземпляра; `number` — None, если его запустили не мы."""

    instance: str
    name: str = ""
    number: int | None = None
    open: dict[int, str] = field(default_factory=dict)
    made: int = 0
    answers: list[str] = field(default_factory=list)
    ended: bool = False
    steps: Sequence[Step] = ()
    incidents: Sequence[Incident] = ()


Listener = Callable[[str], None]
"""Получает готовую строку хода."""


class Ledger:
    """Все экземпляры и время от закрытия задачи человеком до ответа движка."""

    def __init__(self, portal: Portal, say: Listener) -> None:
        self._portal = portal
        self._say = say
        self._closed: dict[str, datetime] = {}
        self._handled: set[int] = set()
        self.tracks: dict[str, Track] = {}
        self.latencies: list[float] = []
        self.suspects: set[str] = set()

    @property
    def named(self) -> list[Track]:
        """Экземпляры, о запуске которых известно, по порядку."""
        return [track for track in self.tracks.values() if track.name]

    @property
    def ours(self) -> list[Track]:
        """Запущенные показом: по ним судят."""
        return [track for track in self.named if track.number is not None]

    @property
    def unfinished(self) -> list[Track]:
        """Ещё не завершённые."""
        return [track for track in self.named if not track.ended]

    def track(self, instance: str) -> Track:
        """Экземпляр; портал может узнать о нём раньше, чем движок ответит на запуск."""
        return self.tracks.setdefault(instance, Track(instance))

    def started(self, instance: str, name: str, number: int | None = None) -> None:
        """Экземпляр запущен."""
        track = self.track(instance)
        track.name, track.number = name, number
        self._tell(track, "процесс запущен")

    def ended(self, track: Track, steps: Sequence[Step]) -> None:
        """Экземпляра в движке больше нет."""
        track.ended, track.steps, track.incidents = True, steps, ()
        self._tell(track, "процесс завершён")

    def stuck(self, track: Track, incidents: Sequence[Incident]) -> None:
        """Открытые инциденты экземпляра (или их отсутствие)."""
        if incidents and not track.incidents:
            self._tell(track, f"инцидент: {incidents[0].message}")
        track.incidents = incidents

    async def heard(self, event: Event) -> None:
        """Подписчик событий шины."""
        if event.kind is EventKind.INCIDENT:
            self.suspects.add(event.process_instance_id)
        if event.kind is not EventKind.SETTLED or (closed := self._closed.pop(event.task_id, None)) is None:
            return
        latency = max((event.at - closed).total_seconds(), 0.0)
        self.latencies.append(latency)
        self._tell(self.track(event.process_instance_id), f"движок получил ответ через {latency:.1f} с")

    def noticed(self, event: TaskEvent) -> None:
        """Слушатель портала."""
        task = self._portal.store.get(event.task_id)
        if task is None:
            self._deleted(event.task_id)
            return
        track = self.track(str(task.user_fields.get(_INSTANCE) or ""))
        who = self._portal.user(task.responsible_id).full_name
        if event.name is EventName.ADD:
            track.made += 1
            self._tell(track, f"задача №{task.id} «{task.title}» — {who}")
        if task.status in _CLOSED:
            self._close(track, task, who)
        else:
            track.open[task.id] = f"{task.title} — {who}"
            self._handled.discard(task.id)

    def _close(self, track: Track, task: Task, who: str) -> None:
        track.open.pop(task.id, None)
        if task.id in self._handled:
            return
        self._handled.add(task.id)
        if task.status is Status.DECLINED:
            self._tell(track, f"{who}: отказ от задачи №{task.id} «{task.title}»")
            return
        key = Key.parse(task.xml_id or "")
        if key is not None:
            self._closed[key.task_id] = datetime.now(UTC)
        answer = self._portal.user_fields.text_of(RESULT_ANSWER, task.user_fields.get(RESULT_ANSWER))
        if answer:
            track.answers.append(answer)
        self._tell(track, f"{who}: задача №{task.id} сделана{f', ответ {answer}' if answer else ''}")

    def _deleted(self, task_id: int) -> None:
        for track in self.tracks.values():
            if track.open.pop(task_id, None) is not None:
                self._tell(track, f"задача №{task_id} удалена")

    def _tell(self, track: Track, text: str) -> None:
        self._say(f"{track.name or track.instance[:8]}  {text}")
