"""Raw sockets on both sides: the server's own record says what reached it."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import HOLE, HOLE_FROM_SERVER, TcpProxy


class EchoServer:
    """Answers every piece with the same bytes and remembers what it has seen."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.opened = 0
        self.closed: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        try:
            while piece := await reader.read(65536):
                self.received += piece
                writer.write(piece)
                await writer.drain()
            self.closed.append("eof")
        except ConnectionResetError:
            self.closed.append("reset")
        finally:
            writer.transport.abort()


@asynccontextmanager
async def echo_behind_proxy() -> AsyncIterator[tuple[EchoServer, TcpProxy]]:
    echo = EchoServer()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with TcpProxy("127.0.0.1", server.sockets[0].getsockname()[1]) as proxy:
        yield echo, proxy
    server.close()
    await server.wait_closed()


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    def vanish(self) -> None:
        """Break off with RST, which a plain close would not send."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def get(self, size: int) -> bytes:
        return await asyncio.wait_for(self.reader.readexactly(size), 5)

    async def hears_nothing(self, seconds: float = 0.15) -> bool:
        try:
            await asyncio.wait_for(self.reader.read(1), seconds)
        except TimeoutError:
            return True
        return False


async def connect(proxy: TcpProxy) -> Client:
    return Client(*await asyncio.open_connection("127.0.0.1", proxy.port))


async def passes_both_ways() -> None:
    async with echo_behind_proxy() as (echo, proxy):
        client = await connect(proxy)
        payload = bytes(range(256)) * 4096
        client.send(payload)
        assert await client.get(len(payload)) == payload
        client.writer.write_eof()
        assert await client.reader.read() == b""
        await eventually(lambda: echo.closed == ["eof"] and not proxy.connections, what="закрытие дошло до сервера")


async def hole_is_silent_and_half_open() -> None:
    async with echo_behind_proxy() as (echo, proxy):
        client = await connect(proxy)
        client.send(b"before")
        await client.get(6)
        proxy.hole()
        client.send(b"lost")
        assert await client.hears_nothing()
        assert bytes(echo.received) == b"before"
        client.vanish()
        late = await connect(proxy)
        late.send(b"late")
        assert await late.hears_nothing()
        assert echo.opened == 1
        assert echo.closed == [], "the server must not learn that the client is gone"
        late.writer.close()


async def lost_answers_reach_nobody_after_healing() -> None:
    async with echo_behind_proxy() as (echo, proxy):
        client = await connect(proxy)
        client.send(b"1")
        await client.get(1)
        proxy.hole_from_server()
        client.send(b"publish")
        await eventually(lambda: bytes(echo.received) == b"1publish", what="сервер получил всё")
        assert await client.hears_nothing()
        proxy.heal()
        client.send(b"more")
        await eventually(lambda: bytes(echo.received) == b"1publishmore", what="к серверу по-прежнему идёт")
        assert await client.hears_nothing(), "a stream with a gap must never be delivered"
        fresh = await connect(proxy)
        fresh.send(b"new")
        assert await fresh.get(3) == b"new"
        fresh.writer.close()
        client.writer.close()


async def quiet_connection_survives_a_hole() -> None:
    async with echo_behind_proxy() as (echo, proxy):
        client = await connect(proxy)
        client.send(b"1")
        await client.get(1)
        proxy.hole()
        assert await client.hears_nothing(0.05)
        proxy.heal()
        client.send(b"23")
        assert await client.get(2) == b"23"
        assert echo.opened == 1
        client.writer.close()


async def refuses_new_connections_only() -> None:
    async with echo_behind_proxy() as (echo, proxy):
        old = await connect(proxy)
        old.send(b"1")
        await old.get(1)
        proxy.refuse()
        await assert_cut(proxy)
        old.send(b"2")
        assert await old.get(1) == b"2"
        assert echo.opened == 1
        old.writer.close()


async def assert_cut(proxy: TcpProxy) -> None:
    try:
        client = await connect(proxy)
        client.send(b"x")
        heard = await asyncio.wait_for(client.reader.read(1), 5)
    except OSError:
        return
    assert heard == b""
    client.writer.close()


async def reset_is_seen_by_both_ends() -> None:
    async with echo_behind_proxy() as (echo, proxy):
        client = await connect(proxy)
        client.send(b"1")
        await client.get(1)
        await proxy.reset()
        assert proxy.connections == ()
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(client.reader.read(1), 5)
        await eventually(lambda: echo.closed == ["reset"], what="сервер увидел RST")
        fresh = await connect(proxy)
        fresh.send(b"2")
        assert await fresh.get(1) == b"2"
        fresh.writer.close()


async def slow_lets_bytes_through_one_by_one() -> None:
    async with echo_behind_proxy() as (echo, proxy):
        client = await connect(proxy)
        proxy.slow(rate=2)
        started = time.monotonic()
        client.send(b"0123456789")
        assert await client.get(2) == b"01"
        assert time.monotonic() - started >= 0.4  # half a second between bytes, less the timers' own grain
        assert len(echo.received) < 10
        proxy.heal()
        assert await client.get(8) == b"23456789"
        client.writer.close()


async def healing_wakes_a_stalled_byte_at_once() -> None:
    async with echo_behind_proxy() as (_, proxy):
        client = await connect(proxy)
        proxy.slow(rate=0.001)
        client.send(b"ab")
        assert await client.hears_nothing(0.05) is False  # the first byte passes, the next waits 1000 seconds
        proxy.heal()
        assert await client.get(1) == b"b"
        client.writer.close()


async def delay_holds_each_piece() -> None:
    async with echo_behind_proxy() as (_, proxy):
        client = await connect(proxy)
        client.send(b"1")
        await client.get(1)
        proxy.delay(0.1)
        started = time.monotonic()
        client.send(b"2")
        assert await client.get(1) == b"2"
        assert time.monotonic() - started >= 0.18  # twice, less the timers' own grain
        client.writer.close()


async def one_connection_can_have_its_own_mode() -> None:
    async with echo_behind_proxy() as (echo, proxy):
        first = await connect(proxy)
        first.send(b"1")
        await first.get(1)
        second = await connect(proxy)
        second.send(b"2")
        await second.get(1)
        proxy.connections[0].apply(HOLE)
        first.send(b"x")
        second.send(b"3")
        assert await second.get(1) == b"3"
        assert await first.hears_nothing()
        assert bytes(echo.received) == b"123"
        proxy.apply_next(HOLE_FROM_SERVER)
        third = await connect(proxy)
        third.send(b"4")
        await eventually(lambda: bytes(echo.received) == b"1234", what="третье соединение дошло до сервера")
        assert await third.hears_nothing()
        fourth = await connect(proxy)
        fourth.send(b"5")
        assert await fourth.get(1) == b"5"
        for client in (first, second, third, fourth):
            client.writer.close()


async def dead_target_cuts_the_client() -> None:
    async with echo_behind_proxy() as (_, proxy):
        free_port = proxy.port
    async with TcpProxy("127.0.0.1", free_port) as orphan:
        await assert_cut(orphan)


Story = Callable[[], Coroutine[Any, Any, None]]
STORIES: list[Story] = [
    passes_both_ways,
    hole_is_silent_and_half_open,
    lost_answers_reach_nobody_after_healing,
    quiet_connection_survives_a_hole,
    refuses_new_connections_only,
    reset_is_seen_by_both_ends,
    slow_lets_bytes_through_one_by_one,
    healing_wakes_a_stalled_byte_at_once,
    delay_holds_each_piece,
    one_connection_can_have_its_own_mode,
    dead_target_cuts_the_client,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.__name__))
@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_the_tcp_proxy(story: Story, loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(asyncio.wait_for(story(), 30))


@pytest.mark.parametrize(
    ("url", "through"),
    [
        ("amqp://u:p@host:5672/vh?heartbeat=2", "amqp://u:p@127.0.0.1:{}/vh?heartbeat=2"),
        ("amqp://u:p%40ss@host/%2Fprod", "amqp://u:p%40ss@127.0.0.1:{}/%2Fprod"),
        ("http://[::1]:80/rest", "http://127.0.0.1:{}/rest"),
    ],
)
async def test_the_address_through_the_proxy_differs_in_host_and_port_only(url: str, through: str) -> None:
    async with TcpProxy("127.0.0.1", 1) as proxy:
        assert proxy.url_for(url) == through.format(proxy.port)
