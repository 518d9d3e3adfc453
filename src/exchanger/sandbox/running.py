import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar


class Server(Protocol):
    """Сервер песочницы с синхронным запуском и остановкой."""

    def start(self) -> None:
        """Запускает и возвращается, когда сервер отвечает."""

    def abandon(self) -> None:
        """Просит незаконченный запуск прекратиться."""

    def stop(self) -> None:
        """Останавливает; можно звать повторно и после неудачного запуска."""


S = TypeVar("S", bound="Server")


@asynccontextmanager
async def running(server: S) -> AsyncIterator[S]:
    """Запускает сервер в потоке и останавливает его при любом выходе, отмена запуска включена."""
    starting = asyncio.create_task(asyncio.to_thread(server.start))
    try:
        await asyncio.shield(starting)
        yield server
    finally:
        # A cancelled wait leaves the thread starting the server: let it end first, or there is nothing to stop yet.
        server.abandon()
        await asyncio.gather(starting, return_exceptions=True)  # its error was raised above, or the cancellation was
        await asyncio.to_thread(server.stop)
