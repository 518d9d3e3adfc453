"""Одно соединение через прокси: два насоса и два конца, которые можно оборвать."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from exchanger.testing.proxy.lane import TcpMode
from exchanger.testing.proxy.pump import Pump
from exchanger.testing.proxy.switch import ModeSwitch

RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close() sends RST


@dataclass(frozen=True, slots=True)
class Side:
    """Один конец соединения."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def abort(self) -> None:
        """Оборвать конец пакетом RST."""
        transport = self.writer.transport
        if transport.is_closing():
            return
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        transport.abort()


class Connection:
    """Соединение клиента с сервером через прокси; режим — собственный или общий."""

    def __init__(self, number: int, client: Side, switch: ModeSwitch) -> None:
        self.number = number
        self.ended = ""
        self._client = client
        self._server: Side | None = None
        self._switch = switch

    def apply(self, mode: TcpMode | None) -> None:
        """Дать соединению собственный режим; None — снова общий режим прокси."""
        self._switch.set_own(self.number, mode)

    async def run(self, dial: Callable[[], Awaitable[Side]]) -> None:
        """Вести соединение, пока не кончатся оба направления; обрыв одного конца — обрыв другого."""
        try:
            # A hole eats the SYN too: the server never learns of this connection.
            if not self._mode().to_server.swallow:
                self._server = await dial()
            await self._pump()
        except* OSError as broken:
            self.ended = str(broken.exceptions[0])
        finally:
            self.reset()

    def reset(self) -> None:
        """Оборвать оба конца пакетом RST."""
        self._client.abort()
        if self._server is not None:
            self._server.abort()

    def _mode(self) -> TcpMode:
        return self._switch.mode(self.number)

    async def _pause(self, seconds: float) -> None:
        await self._switch.pause(self.number, seconds)

    async def _pump(self) -> None:
        client, server = self._client, self._server
        async with asyncio.TaskGroup() as pumps:
            pumps.create_task(self._to_server(client.reader, server.writer if server else None).run())
            if server is not None:
                pumps.create_task(self._to_client(server.reader, client.writer).run())

    def _to_server(self, source: asyncio.StreamReader, target: asyncio.StreamWriter | None) -> Pump:
        return Pump(source, target, lane=lambda: self._mode().to_server, pause=self._pause)

    def _to_client(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> Pump:
        return Pump(source, target, lane=lambda: self._mode().to_client, pause=self._pause)
