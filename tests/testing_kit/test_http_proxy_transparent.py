"""What is not a fault goes through unchanged, as long as it takes."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from exchanger.testing.clock import VirtualClock
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import FaultKind, HttpFault, HttpFaultProxy
from tests.testing_kit.upstream import ledger_server

BODY = gzip.compress(b'{"result": true}', mtime=0)


class RawServer:
    """Keeps the bytes of each request and answers with the given bytes."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.heads: list[list[str]] = []
        self.bodies: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        length = next((int(line.split(":")[1]) for line in head if line.lower().startswith("content-length:")), 0)
        self.heads.append(head)
        self.bodies.append(await reader.readexactly(length))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def raw_server(answer: bytes) -> AsyncIterator[tuple[RawServer, HttpFaultProxy]]:
    raw = RawServer(answer)
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    async with HttpFaultProxy(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ignored") as proxy:
        yield raw, proxy
    server.close()
    await server.wait_closed()


async def raw_request(proxy: HttpFaultProxy, request: bytes) -> tuple[list[str], bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), body


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_request_and_answer_are_the_same_on_both_sides(method: str) -> None:
    answer = [
        "HTTP/1.1 418 Very own words",
        "Set-Cookie: a=1",
        "Set-Cookie: b=2",
        "X-Odd: Да".encode().decode("latin-1"),
        "Content-Encoding: gzip",
        f"Content-Length: {len(BODY)}",
    ]
    request = [
        f"{method} /a%2Fb//c;v=1/%D0%B0?x=%41+b&y=a%20b&f[%3EID]=1&empty=&z HTTP/1.1",
        "Host: portal.example",
        "X-Twice: 1",
        "X-Twice: 2",
        "Content-Encoding: gzip",
        f"Content-Length: {len(BODY)}",
    ]
    async with raw_server("\r\n".join(answer).encode("latin-1") + b"\r\n\r\n" + BODY) as (raw, proxy):
        wire = "\r\n".join([*request, "Connection: close", "", ""]).encode() + BODY
        head, body = await raw_request(proxy, wire)

    assert raw.heads[0][0] == request[0]
    assert sorted(raw.heads[0][1:]) == sorted([*request[1:], "Connection: close"])
    assert raw.bodies == [BODY]
    assert head[0] == answer[0]
    assert sorted(head[1:]) == sorted([*answer[1:], "Connection: close"])
    assert body == BODY


async def test_an_empty_post_and_a_head_stay_as_they_are() -> None:
    async with raw_server(b"HTTP/1.1 204 No Content\r\nDate: Mon, 12 Jan 2026 09:00:00 GMT\r\n\r\n") as (raw, proxy):
        head, _ = await raw_request(
            proxy, b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        assert head == ["HTTP/1.1 204 No Content", "Date: Mon, 12 Jan 2026 09:00:00 GMT", "Connection: close"]
        assert "Content-Length: 0" in raw.heads[0]
        raw.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"
        head, body = await raw_request(proxy, b"HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        assert head == ["HTTP/1.1 200 OK", "Content-Length: 1234", "Connection: close"]
        assert body == b""


async def test_large_bodies_and_long_queries_pass() -> None:
    async with ledger_server() as ledger, HttpFaultProxy(ledger.url) as proxy, aiohttp.ClientSession() as client:
        ids = ",".join(str(number) for number in range(1000))
        async with client.get(f"{proxy.url}/list?ids={ids}") as response:
            assert response.status == 200
        async with client.put(f"{proxy.url}/file", data=b"x" * (512 * 1024)) as response:
            assert response.status == 200
        assert len(ledger.handled) == 2


async def test_a_server_that_breaks_off_in_the_middle_breaks_off_through_the_proxy() -> None:
    async with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") as (_, proxy):
        async with aiohttp.ClientSession() as client, client.post(proxy.url + "/x") as response:
            with pytest.raises(aiohttp.ClientError):
                await response.read()
        assert "ClientPayloadError" in proxy.seen[0].failure


async def test_a_get_that_the_server_drops_is_not_repeated_by_the_proxy() -> None:
    async with raw_server(b"") as (raw, proxy):
        head, _ = await raw_request(proxy, b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
        assert head == [""]
        assert len(raw.heads) == 1


async def test_an_answer_streams_as_it_comes() -> None:
    async with (
        ledger_server() as ledger,
        HttpFaultProxy(ledger.url) as proxy,
        aiohttp.ClientSession() as client,
        client.get(proxy.url + "/stream") as response,
    ):
        assert await asyncio.wait_for(response.content.readany(), 5) == b"first"
        ledger.release.set()
        assert await response.read() == b"second"


async def test_a_long_poll_waits_for_its_answer() -> None:
    async with ledger_server() as ledger, HttpFaultProxy(ledger.url) as proxy, aiohttp.ClientSession() as client:
        poll = asyncio.create_task(client.post(proxy.url + "/poll"))
        await eventually(lambda: ledger.begun, what="опрос дошёл до сервера")
        ledger.release.set()
        assert (await poll).status == 200


async def test_a_poll_left_by_its_client_is_broken_off_at_the_server() -> None:
    async with ledger_server() as ledger, HttpFaultProxy(ledger.url) as proxy, aiohttp.ClientSession() as client:
        poll = asyncio.create_task(client.post(proxy.url + "/poll"))
        await eventually(lambda: ledger.begun)
        poll.cancel()
        await eventually(lambda: ledger.broken_off == ["/poll"], what="сервер узнал, что клиент ушёл")
        assert ledger.handled == []


async def test_a_poll_left_by_its_client_goes_on_at_the_server_when_told_so() -> None:
    async with (
        ledger_server() as ledger,
        HttpFaultProxy(ledger.url, keep_upstream=True) as proxy,
        aiohttp.ClientSession() as client,
    ):
        poll = asyncio.create_task(client.post(proxy.url + "/poll"))
        await eventually(lambda: ledger.begun)
        poll.cancel()
        await asyncio.wait([poll])
        ledger.release.set()
        await asyncio.wait_for(proxy.settled(), 5)
        assert ledger.handled == ["POST /poll"]
        assert ledger.broken_off == []


async def test_a_delayed_request_outlives_its_client_when_told_so() -> None:
    clock = VirtualClock()
    async with (
        ledger_server() as ledger,
        HttpFaultProxy(ledger.url, keep_upstream=True, sleep=clock.sleep) as proxy,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as client,
    ):
        proxy.arm(HttpFault(FaultKind.DELAY_BEFORE, seconds=30))
        with pytest.raises(TimeoutError):
            await client.post(proxy.url + "/x")
        assert ledger.handled == []
        await clock.advance(30)
        await asyncio.wait_for(proxy.settled(), 5)
        assert ledger.handled == ["POST /x"]


async def test_requests_are_counted_by_method_and_template_of_their_path() -> None:
    uuid = "0a1b2c3d-0000-11f0-8de9-0242ac120002"
    async with ledger_server() as ledger, HttpFaultProxy(ledger.url) as proxy, aiohttp.ClientSession() as client:
        for path in (f"/engine-rest/external-task/{uuid}/complete", "/engine-rest/external-task/fetchAndLock?x=1"):
            await client.post(proxy.url + path)
        for path in (
            f"/engine-rest/process-definition/invoice:1:{uuid}/xml",
            "/rest/1/x9f8s7k2m1q4w/tasks.task.get",
            "/7",
        ):
            await client.get(proxy.url + path)
        await client.get(proxy.url + "/8")
        assert proxy.counters() == {
            ("POST", "/engine-rest/external-task/{id}/complete"): 1,
            ("POST", "/engine-rest/external-task/fetchAndLock"): 1,
            ("GET", "/engine-rest/process-definition/{id}/xml"): 1,
            ("GET", "/rest/{id}/{id}/tasks.task.get"): 1,
            ("GET", "/{id}"): 2,
        }
        assert proxy.count(r"/external-task/") == 2
        assert proxy.count(r"/complete$", "GET") == 0
        proxy.forget()
        assert proxy.seen == ()
        assert (
            proxy.url_for("http://u:p@engine:8080/engine-rest?a=1")
            == f"http://u:p@127.0.0.1:{proxy.port}/engine-rest?a=1"
        )
