"""A proxy in front of the broker, so that connections can be cut."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from exchanger.testing.proxy import TcpProxy


@asynccontextmanager
async def brokers_proxy(amqp: str) -> AsyncIterator[TcpProxy]:
    address = urlsplit(amqp)
    async with TcpProxy(address.hostname or "127.0.0.1", address.port or 5672) as proxy:
        yield proxy
