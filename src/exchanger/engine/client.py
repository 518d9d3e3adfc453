"""Движок семейства Camunda 7 по REST API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from exchanger.domain.errors import Retry
from exchanger.domain.outcome import Settlement
from exchanger.domain.task import ExternalTask, Fate, Fetched
from exchanger.domain.typed import to_rest, typed
from exchanger.domain.variables import JsonValue
from exchanger.engine.admin import EngineAdmin
from exchanger.engine.connection import EngineConnection
from exchanger.engine.deployments import EngineDeployments
from exchanger.engine.errors import error_of
from exchanger.engine.files import TaskFiles
from exchanger.engine.history import TaskHistory
from exchanger.engine.http import Call, EngineHttp, Request
from exchanger.engine.incidents import StuckTasks
from exchanger.engine.listing import Listing
from exchanger.engine.past import EnginePast
from exchanger.engine.poll import Polls
from exchanger.engine.survey import EngineSurvey
from exchanger.engine.tasks import TaskCalls
from exchanger.engine.time import EngineTime
from exchanger.ports import Clock


class RestEngine:
    """Порт `Engine` на Camunda 7, Operaton, CIB seven; открывается `async with`.

    Отменённый `fetch` возвращает взятое движку; выборка, ответ которой потерян (`OutcomeUnknown`), освобождается
    истечением аренды. Опросы лучше держать короткими (5–10 с): истечение и отсрочка не будят ждущий опрос.
    """

    def __init__(self, settings: EngineConnection, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._time = EngineTime(clock.monotonic)
        self._http = EngineHttp(settings, clock.monotonic, self._time.observe)
        self._tasks = TaskCalls(self._http, settings)
        self._files = TaskFiles(self._http, self._tasks.get)
        self._history = TaskHistory(self._http)
        self._polls = Polls(self._tasks.unlock)
        self.admin = EngineAdmin(self._http, settings.tenant_id)
        self.stuck = StuckTasks(self._http, settings.tenant_id)
        self.survey = EngineSurvey(self._http, settings.tenant_id, settings.worker_id)
        self.past = EnginePast(self._http, settings.tenant_id)
        self.deployments = EngineDeployments(self._http, settings.tenant_id)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._polls.close(self._settings.close_grace)
        finally:
            await self._http.__aexit__(kind, error, trace)

    @property
    def worker_id(self) -> str:
        """Под этим именем задачи заперты в движке."""
        return self._settings.worker_id

    async def fetch(self, topics: Sequence[str], *, limit: int, lease: timedelta, wait: timedelta) -> list[Fetched]:
        """Взять до `limit` свободных задач, важные и старые вперёд; без тем и без места — только переждать `wait`."""
        if not topics or limit <= 0:
            await self._clock.sleep(wait.total_seconds())
            return []
        return await self._polls.run(self._tasks.fetch(topics, limit, lease, wait))

    async def held(
        self, topics: Collection[str], *, beyond: timedelta | None = None
    ) -> AsyncIterator[list[ExternalTask]]:
        """Страницы наших задач этих тем, исчерпавшие попытки в том числе."""
        async for page in self.all_held(beyond=beyond):
            ours = [task for task in page if task.topic in topics]
            if ours:
                yield ours

    async def all_held(self, *, beyond: timedelta | None = None) -> AsyncIterator[list[ExternalTask]]:
        """Страницы задач этого работника, каких бы тем они ни были."""
        listing = Listing(self._tasks.held, self._settings.page_size, self._time.now)
        pages = listing.everything() if beyond is None else listing.beyond(await self._current() + beyond)
        async for page in pages:
            yield page

    async def get(self, task_id: str) -> ExternalTask | None:
        """Прочитать задачу; None — только собственный 404 движка."""
        return await self._tasks.get(task_id)

    async def fate(self, task: ExternalTask) -> Fate:
        """Судьба задачи; без истории или при разногласии — UNPROVED."""
        if await self.get(task.id) is not None:
            return Fate.ALIVE
        return await self._history.fate(task)

    async def hold(self, task: ExternalTask, span: timedelta) -> bool:
        """Запереть на `span` от часов движка."""
        return await self._tasks.lock(task.id, span)

    async def settle(self, task: ExternalTask, settlement: Settlement) -> bool:
        """Передать исход; False — задачи уже нет."""
        return await self._tasks.settle(task.id, settlement)

    async def note(self, task: ExternalTask, values: Mapping[str, str]) -> None:
        """Записать переменные исполнения задачи: у внешней задачи оно своё, в экземпляр они не попадают."""
        modifications: dict[str, JsonValue] = {name: to_rest(typed(value)) for name, value in values.items()}
        answer = await self._tasks.note(task.execution_id, modifications)
        # A missing execution is a plain 500 here, so its reason is asked for, not guessed from the text.
        if answer.done or await self.get(task.id) is None:
            return
        raise error_of(self._http.name, answer, Call.WRITE)

    async def file(self, task: ExternalTask, name: str, *, most: int) -> bytes | None:
        """Содержимое переменной File: своей у задачи, иначе ближайшей области вокруг неё, иначе экземпляра."""
        return await self._files.read(task, name, most)

    def now(self) -> datetime | None:
        """Часы движка; None — движок ещё не отвечал."""
        return self._time.now()

    def silence(self) -> float | None:
        """Секунд с последнего ответа движка, какой бы он ни был; None — ответов ещё не было."""
        return self._time.silence()

    async def diagram(self, definition_id: str) -> bytes:
        """BPMN определения, UTF-8."""
        return await self.deployments.xml(definition_id)

    async def _current(self) -> datetime:
        if self.now() is None:
            await self._http.send(Request("GET", ("version",)))
        moment = self.now()
        if moment is None:
            raise Retry(
                f"Движок «{self._http.name}» не сообщает время: нет заголовка Date.",
                remedy="посредник перед движком должен сохранять заголовок Date.",
            )
        return moment
