"""Стенд почты: сервер SMTP в этом же цикле событий. Понимает STARTTLS, вход PLAIN и отказы по заказу."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern

CUT = 0
"""Вместо кода ответа: оборвать связь молча."""


@dataclass(frozen=True, slots=True)
class Received:
    """Принятое письмо: конверт и содержимое."""

    sender: str
    recipients: tuple[str, ...]
    body: bytes
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """Письмо, разобранное стандартной библиотекой."""
        return message_from_bytes(self.body, policy=modern)


@dataclass(slots=True)
class Mailbox:
    """Состояние сервера. `answers` — код вместо обычного по команде (`RCPT`, `DATA`, `BODY`, `MAIL`, `AUTH`, …).

    `BODY` — ответ на само письмо: при отказе оно не принято, `CUT` — принято, но ответа не будет.
    """

    port: int = 0
    tls: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    answers: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)


@asynccontextmanager
async def mailbox(box: Mailbox) -> AsyncIterator[Mailbox]:
    """Сервер на свободном порту; номер — в `box.port`."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Talk(box, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            return  # the client has gone
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box


class _Cut(ConnectionError):
    """The connection is to be cut without a word."""


class _Talk:
    """Один разговор."""

    def __init__(self, box: Mailbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._box = box
        self._reader = reader
        self._writer = writer
        self._encrypted = False
        self._known = box.login is None
        self._sender = ""
        self._recipients: list[str] = []

    async def run(self) -> None:
        await self._say("220 sandbox ESMTP")
        while line := await self._reader.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            verb = verb.upper()
            if verb == "QUIT":
                await self._say("221 bye")
                return
            if (code := self._box.answers.get(verb)) is not None:
                await self._refuse(code)
                continue
            await getattr(self, f"_on_{verb.lower()}", self._unknown)(rest)

    async def _say(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self._writer.drain()

    async def _refuse(self, code: int) -> None:
        if code == CUT:
            raise _Cut
        await self._say(f"{code} refused by the test")

    async def _unknown(self, _rest: str) -> None:
        await self._say("502 unknown command")

    async def _on_ehlo(self, _name: str) -> None:
        offers = ["STARTTLS"] if self._box.tls is not None and not self._encrypted else []
        offers += ["AUTH PLAIN"] if self._box.login is not None else []
        await self._say(*(f"250-{each}" for each in ("sandbox", *offers)), "250 8BITMIME")

    async def _on_starttls(self, _rest: str) -> None:
        if self._box.tls is None:
            await self._say("454 no encryption here")
            return
        await self._say("220 go on")
        await self._writer.start_tls(self._box.tls)
        self._encrypted = True

    async def _on_auth(self, rest: str) -> None:
        _, _, packed = rest.partition(" ")
        given = base64.b64decode(packed).decode().split("\0")[1:]
        self._known = self._box.login == tuple(given)
        await self._say("235 welcome" if self._known else "535 wrong name or password")

    async def _on_mail(self, rest: str) -> None:
        if not self._known:
            await self._say("530 login first")
            return
        self._sender, self._recipients = _path(rest), []
        await self._say("250 ok")

    async def _on_rcpt(self, rest: str) -> None:
        address = _path(rest)
        if (code := self._box.refused.get(address)) is not None:
            await self._refuse(code)
            return
        self._recipients.append(address)
        await self._say("250 ok")

    async def _on_data(self, _rest: str) -> None:
        await self._say("354 go on")
        body = await self._reader.readuntil(b"\r\n.\r\n")
        code = self._box.answers.get("BODY", 250)
        if code in {250, CUT}:
            plain = body[:-3].replace(b"\r\n..", b"\r\n.")
            self._box.received.append(Received(self._sender, tuple(self._recipients), plain, self._encrypted))
        await (self._say("250 stored") if code == 250 else self._refuse(code))  # noqa: PLR2004 - the protocol's code

    async def _on_rset(self, _rest: str) -> None:
        await self._say("250 ok")


def _path(rest: str) -> str:
    return rest[rest.index("<") + 1 : rest.index(">")]
