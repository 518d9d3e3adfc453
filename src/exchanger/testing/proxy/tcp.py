"""Прокси отказов для TCP: перед брокером, базой, чем угодно."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from exchanger.testing.proxy.connection import Connection, Side
from exchanger.testing.proxy.lane import HOLE, HOLE_FROM_SERVER, PASS, REFUSE, TcpMode, delayed, slow
from exchanger.testing.proxy.switch import ModeSwitch

HOST = "127.0.0.1"


class TcpProxy:
    """Прозрачный прокси с режимами, которые меняются на ходу; работает на asyncio и uvloop, сквозь него идёт и TLS.

    `async with TcpProxy("127.0.0.1", 5672) as proxy:` — дальше `proxy.url_for("amqp://u:p@host/vh")`, `proxy.hole()`.
    """

    def __init__(self, target_host: str, target_port: int) -> None:
        self._target = (target_host, target_port)
        self._switch = ModeSwitch(PASS)
        self._next: deque[TcpMode] = deque()
        self._open: dict[Connection, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._accepted = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._on_client, HOST, 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self.reset()
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        """Порт прокси на 127.0.0.1."""
        assert self._server is not None, "прокси ещё не запущен: async with TcpProxy(...)"
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def url_for(self, url: str) -> str:
        """Тот же адрес, но через прокси: узел и порт заменены, остальное дословно."""
        parts = urlsplit(url)
        user, at, _ = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{user}{at}{HOST}:{self.port}").geturl()

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Живые соединения, старшие первыми."""
        return tuple(self._open)

    @property
    def accepted(self) -> int:
        """Сколько соединений пришло за всё время, отвергнутые тоже."""
        return self._accepted

    def apply(self, mode: TcpMode) -> None:
        """Сменить общий режим; собственные режимы соединений остаются."""
        self._switch.set_common(mode)

    def apply_next(self, mode: TcpMode) -> None:
        """Назначить собственный режим следующему новому соединению (вызовы копятся)."""
        self._next.append(mode)

    def heal(self) -> None:
        """Снова прозрачно для всех; направление, потерявшее байты, уже не оживёт, ему помогает `reset`."""
        self._next.clear()
        self._switch.clear(PASS)

    def hole(self) -> None:
        """Тишина в обе стороны без закрытия соединений; новые принимаются и тоже молчат."""
        self.apply(HOLE)

    def hole_from_server(self) -> None:
        """Сервер всё получает, его ответы пропадают."""
        self.apply(HOLE_FROM_SERVER)

    def refuse(self) -> None:
        """Обрывать новые соединения сразу; прежние живут."""
        self.apply(REFUSE)

    def slow(self, rate: float = 1.0) -> None:
        """Пропускать `rate` байт в секунду в каждую сторону каждого соединения."""
        self.apply(slow(rate))

    def delay(self, seconds: float) -> None:
        """Держать каждую порцию байтов `seconds` секунд."""
        self.apply(delayed(seconds))

    async def reset(self) -> None:
        """Оборвать все живые соединения с обеих сторон пакетом RST; режим не меняется."""
        tasks = list(self._open.values())
        for connection, task in self._open.items():
            connection.reset()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted += 1
        connection = Connection(self._accepted, Side(reader, writer), self._switch)
        if self._next:
            connection.apply(self._next.popleft())
        if not self._switch.mode(connection.number).accept:
            connection.reset()
            return
        task = asyncio.create_task(connection.run(self._dial))
        self._open[connection] = task
        task.add_done_callback(lambda _: self._forget(connection))

    def _forget(self, connection: Connection) -> None:
        self._open.pop(connection, None)
        connection.apply(None)

    async def _dial(self) -> Side:
        return Side(*await asyncio.open_connection(*self._target))
