"""E-mail against a server of SMTP that we did not write: encryption, login, the letter itself, refusals by code."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any

import pytest

from exchanger.domain.errors import BusinessError, Reject, Retry, SystemPaused
from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue, Variables
from exchanger.systems.python.mail import MAIL, MailOptions
from exchanger.systems.python.mail.settings import Encryption
from tests.systems.python.calling import called
from tests.systems.python.conftest import Certificate

pytestmark = pytest.mark.oracle
smtp = pytest.importorskip("aiosmtpd.smtp", reason="aiosmtpd не установлен")

LETTER: Mapping[str, PlainValue] = {"to": "one@example.ru", "subject": "Договор № 5", "text": "Здравствуйте"}
LOGIN = "bot@example.ru"


@dataclass(slots=True)
class Post:
    """What the server took; `refusals` are its answers by address of a recipient, «DATA» that to the letter."""

    refusals: Mapping[str, str] = field(default_factory=dict)
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    authenticated: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the library's hook
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's hook
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        self.letters.append(message_from_bytes(envelope.content, policy=modern))
        self.recipients += envelope.rcpt_tos
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        self.authenticated.append(bool(session.authenticated))
        return "250 OK"


def _vouch(password: str) -> Any:
    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        given = data.login, data.password
        return smtp.AuthResult(success=given == (LOGIN.encode(), password.encode()), handled=False)

    return known


@asynccontextmanager
async def served(post: Post, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    """The server's port; `tls` encrypts from the first byte."""
    loop = asyncio.get_running_loop()

    def talk() -> Any:
        return smtp.SMTP(post, loop=loop, hostname="mail.example.ru", **options)

    server = await loop.create_server(talk, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def send(port: int, letter: Mapping[str, PlainValue] = LETTER, **options: Any) -> Variables:
    given: dict[str, Any] = {"encryption": Encryption.NONE, "timeout": 10.0} | options
    return await called(
        MAIL, MailOptions("127.0.0.1", "Exchanger <bot@example.ru>", port, **given), "send_email", letter
    )


async def test_a_letter_with_attachments_is_read_by_a_foreign_server_as_it_was_written() -> None:
    post = Post()
    letter: dict[str, PlainValue] = {
        **LETTER,
        "cc": "Анна <two@example.ru>",
        "bcc": "hidden@example.ru",
        "text": ".точка в начале\n" + "длинная строка " * 200,
        "attachments": [{"name": "акт № 5.pdf", "variable": "scan"}, {"name": "строки.csv", "text": "а;б\n"}],
        "scan": bytes(range(256)) * 300,
    }
    async with served(post) as port:
        variables = await send(port, letter)

    (got,) = post.letters
    assert post.recipients == ["one@example.ru", "two@example.ru", "hidden@example.ru"]
    assert "hidden" not in got.as_string()
    assert (got["Subject"], got["Cc"]) == ("Договор № 5", "Анна <two@example.ru>")
    assert got["Message-ID"] == "<exch.prod.default.task-1@example.ru>"
    assert variables == {"email_message_id": typed(got["Message-ID"])}
    body = got.get_body(("plain",))
    assert body is not None
    assert str(body.get_content()).rstrip("\r\n").replace("\r\n", "\n") == str(letter["text"])
    files = {part.get_filename(): part.get_payload(decode=True) for part in got.iter_attachments()}
    assert files == {"акт № 5.pdf": letter["scan"], "строки.csv": "а;б\n".encode()}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("password", ["pass-word", "пароль-почты"])
@pytest.mark.parametrize("encryption", [Encryption.STARTTLS, Encryption.TLS])
async def test_login_and_letter_are_encrypted_either_way(
    certificate: Certificate, encryption: Encryption, password: str
) -> None:
    post, login = Post(), {"auth_required": True, "authenticator": _vouch(password)}
    implicit = certificate.server if encryption is Encryption.TLS else None
    # Of a connection encrypted from the first byte the library does not know that it may take passwords over it.
    asked = {"auth_require_tls": False} if implicit else {"tls_context": certificate.server, "require_starttls": True}
    async with served(post, implicit, **login, **asked) as port:
        await send(port, encryption=encryption, tls=certificate.client(), username=LOGIN, password=password)

    assert (post.encrypted, post.authenticated) == ([True], [True])


@pytest.mark.parametrize("wrong", ["wr0ng", "чужой"])
async def test_a_wrong_password_stops_the_mail(certificate: Certificate, wrong: str) -> None:
    post = Post()
    asked = {"tls_context": certificate.server, "auth_required": True, "authenticator": _vouch("right")}
    given: dict[str, Any] = {"encryption": Encryption.STARTTLS, "tls": certificate.client(), "username": LOGIN}
    async with served(post, **asked) as port:
        with pytest.raises(SystemPaused, match="535") as caught:
            await send(port, **given, password=wrong)
    assert wrong not in str(caught.value)
    assert not post.letters


async def test_a_server_that_demands_encryption_gets_no_letter_in_the_clear(certificate: Certificate) -> None:
    post = Post()
    async with served(post, tls_context=certificate.server, require_starttls=True) as port:
        with pytest.raises(Reject, match="530"):
            await send(port)
    assert not post.letters


@pytest.mark.parametrize(
    ("refusals", "error", "said"),
    [
        ({"two@example.ru": "550 5.1.1 No such user"}, BusinessError, "1 из 2"),
        ({"two@example.ru": "452 4.2.2 Mailbox full"}, Retry, "452"),
        ({"DATA": "451 4.7.1 Greylisted"}, Retry, "451"),
        ({"DATA": "554 5.7.1 Spam"}, Reject, "554"),
    ],
)  # fmt: skip
async def test_each_refusal_is_what_the_process_must_do_about_it(
    refusals: Mapping[str, str], error: type[Exception], said: str
) -> None:
    post = Post(refusals)
    async with served(post) as port:
        with pytest.raises(error, match=said):
            await send(port, {**LETTER, "to": "one@example.ru, two@example.ru"})
    assert not post.letters


async def test_a_letter_larger_than_the_server_takes_is_an_incident() -> None:
    post = Post()
    async with served(post, data_size_limit=10_000) as port:
        with pytest.raises(Reject, match="552"):
            await send(port, {**LETTER, "text": "много слов " * 2000})
    assert not post.letters
