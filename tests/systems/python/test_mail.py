"""E-mail: what arrives, and what is known when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from email.message import EmailMessage

import pytest

from exchanger.connect import Severity
from exchanger.domain.errors import BusinessError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.domain.key import Key
from exchanger.domain.typed import typed
from exchanger.domain.variables import JsonValue, PlainValue, Variable, Variables, VariableType
from exchanger.sandbox.smtp import CUT, Mailbox, mailbox
from exchanger.systems.python.mail import MAIL, MailOptions
from exchanger.systems.python.mail.letter import Letter
from exchanger.systems.python.mail.message import build
from exchanger.systems.python.mail.settings import Encryption
from exchanger.telemetry.clock import SystemClock
from tests.connect.orders import order
from tests.systems.python.calling import called
from tests.systems.python.conftest import Certificate

LETTER: Mapping[str, PlainValue] = {"to": "one@example.ru", "subject": "Договор", "text": "Здравствуйте"}


def options(box: Mailbox, **changes: object) -> MailOptions:
    plain = MailOptions("127.0.0.1", "Exchanger <bot@example.ru>", box.port, Encryption.NONE, timeout=5)
    return replace(plain, **changes)  # type: ignore[arg-type]  # a table of changes


async def send(box: Mailbox, letter: Mapping[str, PlainValue | Variable] = LETTER, **changes: object) -> Variables:
    async with mailbox(box):
        return await called(MAIL, options(box, **changes), "send_email", letter)


async def test_a_letter_arrives_whole_and_bears_the_key_of_its_task() -> None:
    # Given a letter with every part
    box = Mailbox()
    letter: dict[str, PlainValue | Variable] = {
        "to": "Иван <one@example.ru>, two@example.ru",
        "cc": "cc@example.ru",
        "bcc": "hidden@example.ru",
        "reply_to": "answer@example.ru",
        "subject": "Договор\n№ 5",
        "text": ".точка в начале строки",
        "html": "<b>Договор</b>",
        "attachments": [
            {"name": "отчёт.csv", "text": "а;б"},
            {"name": "scan.pdf", "variable": "scan"},
            {"name": "x.bin", "base64": "AAEC"},
        ],
        "scan": b"%PDF",
    }
    # When it is sent
    variables = await send(box, letter)
    # Then everybody gets it, nobody sees the hidden one, and its id comes from the key
    received = box.received[0]
    assert received.sender == "bot@example.ru"
    assert received.recipients == ("one@example.ru", "two@example.ru", "cc@example.ru", "hidden@example.ru")
    assert b"hidden" not in received.body
    message = received.message
    assert message["Message-ID"] == "<exch.prod.default.task-1@example.ru>"
    assert variables == {"email_message_id": typed(message["Message-ID"])}
    assert (message["Subject"], message["Reply-To"]) == ("Договор № 5", "answer@example.ru")
    assert _text(message, "plain") == ".точка в начале строки\n"
    assert _text(message, "html") == "<b>Договор</b>\n"
    assert [(part.get_filename(), part.get_payload(decode=True)) for part in message.iter_attachments()] == [
        ("отчёт.csv", "а;б".encode()), ("scan.pdf", b"%PDF"), ("x.bin", b"\0\1\2"),
    ]  # fmt: skip


def _text(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_long_message_id_stays_on_its_line() -> None:
    key = Key("prod", "default", "15442930-e906-11f1-a42d-02fc00000001")
    letter = Letter.model_validate({"to": ["a@b.ru"], "subject": "x" * 300, "text": "x" * 2000})
    body = build(letter, "bot@a-long-domain-of-ours.example.ru", key, order()).as_bytes()
    assert b"\r\nMessage-ID: <exch.prod.default.15442930" in body
    assert max(map(len, body.split(b"\r\n"))) < 998


async def test_starttls_and_login(certificate: Certificate) -> None:
    box = Mailbox(tls=certificate.server, login=("bot", "pass"))
    await send(box, encryption=Encryption.STARTTLS, tls=certificate.client(), username="bot", password="pass")
    assert [received.encrypted for received in box.received] == [True]


async def test_a_certificate_that_nobody_vouches_for_stops_the_mail(certificate: Certificate) -> None:
    box = Mailbox(tls=certificate.server)
    with pytest.raises(SystemPaused, match="сертификат"):
        await send(box, encryption=Encryption.STARTTLS)
    assert not box.received


async def test_a_server_without_starttls_gets_no_letter_in_the_clear() -> None:
    box = Mailbox()
    with pytest.raises(SystemPaused, match="EMAIL_SMTP_TLS"):
        await send(box, encryption=Encryption.STARTTLS)
    assert not box.received


async def test_a_wrong_password_stops_the_mail_and_is_not_repeated_in_the_error() -> None:
    box = Mailbox(login=("bot", "pass"))
    with pytest.raises(SystemPaused, match="535") as caught:
        await send(box, username="bot", password="wr0ng-word")
    assert "wr0ng" not in str(caught.value)


async def test_a_password_that_is_no_text_stops_the_mail_and_is_not_repeated_in_the_error() -> None:
    """What a variable of the environment in another encoding becomes."""
    box = Mailbox(login=("bot", "pass"))
    with pytest.raises(SystemPaused, match="не в UTF-8") as caught:
        await send(box, username="bot", password="s3cret\udcff")
    assert "s3cret" not in str(caught.value)
    assert not box.received


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"EHLO": CUT}, SystemPaused),
        ({"MAIL": 451}, Retry),
        ({"MAIL": CUT}, Retry),
        ({"MAIL": 550}, Reject),
        ({"RCPT": 450}, Retry),
        ({"DATA": 451}, Retry),
        ({"BODY": 451}, Retry),
        ({"BODY": 554}, Reject),
    ],
)  # fmt: skip
async def test_a_refusal_before_the_letter_is_taken_is_never_a_doubt(
    answers: dict[str, int], error: type[Exception]
) -> None:
    box = Mailbox(answers=answers)
    with pytest.raises(error):
        await send(box)
    assert not box.received


async def test_a_connection_cut_while_the_letter_is_taken_is_a_doubt() -> None:
    box = Mailbox(answers={"BODY": CUT})
    with pytest.raises(OutcomeUnknown):
        await send(box)
    assert len(box.received) == 1, "it did arrive, and we cannot know"


async def test_one_refused_recipient_means_nobody_gets_it() -> None:
    box = Mailbox(refused={"gone@example.ru": 550})
    with pytest.raises(BusinessError, match="1 из 2") as caught:
        await send(box, {**LETTER, "to": "one@example.ru, gone@example.ru"})
    assert caught.value.code == "EMAIL_REFUSED"
    assert "gone@" not in str(caught.value)
    assert not box.received


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"to": "nobody"}, "нужен адрес почты"),
        ({"to": "a@b.ru\r\nBcc: x@y.ru"}, "нужен адрес почты"),
        ({"attachments": [{"name": "a"}]}, "ровно одно"),
        ({"attachments": [{"name": "a", "base64": "!"}]}, "base64"),
        ({"attachments": [{"name": "a", "variable": "nothing"}]}, "Переменной nothing"),
    ],
)
async def test_a_wrong_letter_is_an_incident_and_nothing_is_sent(wrong: dict[str, PlainValue], said: str) -> None:
    box = Mailbox()
    with pytest.raises(Reject, match=said):
        await send(box, {**LETTER, **wrong})
    assert not box.received


async def test_a_file_variable_is_attached_and_one_without_content_is_refused() -> None:
    box = Mailbox()
    attached: list[JsonValue] = [{"name": "a.pdf", "variable": "doc"}]
    await send(box, {**LETTER, "attachments": attached, "doc": Variable(VariableType.FILE, b"%PDF", {})})
    assert [part.get_payload(decode=True) for part in box.received[0].message.iter_attachments()] == [b"%PDF"]
    with pytest.raises(Reject, match="doc"):
        await send(Mailbox(), {**LETTER, "attachments": attached, "doc": Variable(VariableType.FILE, None, {})})


@pytest.mark.parametrize(("answers", "severity"), [({}, Severity.OK), ({"EHLO": CUT}, Severity.ERROR)])
async def test_doctor_says_whether_the_mail_works(answers: dict[str, int], severity: Severity) -> None:
    async with mailbox(Mailbox(answers=answers)) as box, MAIL.open(options(box), SystemClock()) as opened:
        assert [finding.severity for finding in await opened.check()] == [severity]
