"""Прокси отказов для HTTP: перед движком или системой."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from aiohttp import web

from exchanger.testing.proxy.acts import Acts, Sleep
from exchanger.testing.proxy.background import Background
from exchanger.testing.proxy.call import HttpCall
from exchanger.testing.proxy.exchange import Exchange, strip_added
from exchanger.testing.proxy.fault import HttpFault
from exchanger.testing.proxy.journal import Journal, SeenRequest
from exchanger.testing.proxy.plan import ArmedFault, FaultPlan
from exchanger.testing.proxy.upstream import LONG_LINE, Upstream

HOST = "127.0.0.1"
GOODBYE = 0.1
"""Секунд на прощание с незаконченными запросами при остановке."""


class HttpFaultProxy:
    """Прозрачный прокси с планом отказов.

    `target` — адрес сервера (путь не важен), `seed` — зерно отказов с `probability`, `sleep` — часы задержек.
    `keep_upstream` (меняется на ходу): клиент ушёл, а запрос к серверу всё равно доводится до конца.
    """

    def __init__(
        self,
        target: str,
        *,
        faults: Iterable[HttpFault] = (),
        seed: int = 0,
        keep_upstream: bool = False,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.keep_upstream = keep_upstream
        self._upstream = Upstream(target)
        self._plan = FaultPlan(seed)
        self._journal = Journal()
        self._background = Background()
        self._acts = Acts(self._background, sleep)
        self._runner: web.AppRunner | None = None
        for fault in faults:
            self.arm(fault)

    async def __aenter__(self) -> Self:
        await self._upstream.__aenter__()
        self._runner = _runner(self._on_request)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
        await self._background.stop()
        await self._upstream.__aexit__(kind, error, trace)

    @property
    def port(self) -> int:
        """Порт прокси на 127.0.0.1."""
        assert self._runner is not None, "прокси ещё не запущен: async with HttpFaultProxy(...)"
        port: int = self._runner.addresses[0][1]
        return port

    @property
    def url(self) -> str:
        """Адрес прокси без пути."""
        return f"http://{HOST}:{self.port}"

    def url_for(self, url: str) -> str:
        """Тот же адрес, но через прокси: схема, узел и порт заменены, остальное дословно."""
        parts = urlsplit(url)
        user, at, _ = parts.netloc.rpartition("@")
        return parts._replace(scheme="http", netloc=f"{user}{at}{HOST}:{self.port}").geturl()

    def arm(self, fault: HttpFault) -> ArmedFault:
        """Зарядить отказ; у возвращённого видно, сколько раз он сработал (`fired`)."""
        return self._plan.arm(fault)

    def heal(self) -> None:
        """Снять все отказы; уже начатые доиграют."""
        self._plan.clear()

    async def settled(self) -> None:
        """Дождаться поздних и пережидающих клиента обращений к серверу."""
        await self._background.settled()

    @property
    def seen(self) -> tuple[SeenRequest, ...]:
        """Журнал запросов по порядку прихода."""
        return self._journal.seen

    def forget(self) -> None:
        """Начать журнал и счётчики с нуля."""
        self._journal.clear()

    def count(self, path_regex: str = "", method: str | None = None) -> int:
        """Сколько запросов пришло от клиента."""
        return len(self._journal.select(method, path_regex))

    def forwarded(self, path_regex: str = "", method: str | None = None) -> int:
        """Сколько раз запросы переданы серверу: с повторами, без оборванных до исполнения."""
        return sum(row.forwarded for row in self._journal.select(method, path_regex))

    def counters(self) -> Counter[tuple[str, str]]:
        """Счётчики запросов по методу и образцу пути."""
        return self._journal.by_template()

    async def _on_request(self, request: web.Request) -> web.StreamResponse:
        call = HttpCall(request.method, request.raw_path, request.headers, await request.read())
        fault = self._plan.choose(call)
        exchange = Exchange(request, call, self._upstream, self._journal.open(call, fault))
        return await self._acts.play(exchange, fault, keep_upstream=self.keep_upstream)


def _runner(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.AppRunner:
    app = web.Application(client_max_size=0)  # no limit
    app.on_response_prepare.append(strip_added)
    app.router.add_route("*", "/{anything:.*}", handler)
    return web.AppRunner(
        app,
        handler_cancellation=True,  # the client is gone: so is the call to the server
        auto_decompress=False,
        access_log=None,
        shutdown_timeout=GOODBYE,
        max_line_size=LONG_LINE,
        max_field_size=LONG_LINE,
    )
