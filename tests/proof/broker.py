"""A broker of one's own, to kill and to wipe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from exchanger.sandbox.rabbitmq import RabbitServer, Software, rabbitmq_server


@asynccontextmanager
async def own_broker(_software: Software, directory: Path) -> AsyncIterator[RabbitServer]:
    directory.mkdir(parents=True)  # noqa: ASYNC240 - takes no time
    async with rabbitmq_server(directory) as server:
        yield server


async def thrown_away(server: RabbitServer) -> None:
    """Stopped, every queue, message and virtual host deleted, started anew."""
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.wipe)
    await asyncio.to_thread(server.start)


async def crashed(server: RabbitServer) -> None:
    """SIGKILL and a new start on what is on the disk."""
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
