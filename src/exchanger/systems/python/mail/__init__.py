"""Почта: письмо через SMTP. Обещание BLIND: отправленное письмо не вернуть."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exchanger.connect import BLIND, Finding, Limiter, Limits, System
from exchanger.domain.key import Key
from exchanger.domain.task import Order
from exchanger.ports import Clock
from exchanger.systems.python.mail.letter import Letter
from exchanger.systems.python.mail.message import build
from exchanger.systems.python.mail.settings import MailOptions
from exchanger.systems.python.mail.smtp import Smtp

__all__ = ["MAIL", "MailOptions"]


@asynccontextmanager
async def _open(options: MailOptions, limiter: Limiter, _clock: Clock) -> AsyncIterator[Smtp]:
    yield Smtp(options, limiter)


MAIL: System[MailOptions, Smtp] = System(
    "email", client=_open, limits=lambda _options: Limits(per_second=5, burst=5, at_once=4)
)


@MAIL.call("send_email", "email_notify", promise=BLIND)
async def send_email(letter: Letter, smtp: Smtp, key: Key, order: Order) -> dict[str, str]:
    """Отправить письмо. Message-ID выводится из ключа: повторно присланное почта узнает."""
    message = build(letter, smtp.options.sender, key, order)
    await smtp.send(message, letter.recipients)
    return {"email_message_id": message["Message-ID"]}


@MAIL.check
async def check(smtp: Smtp) -> list[Finding]:
    """Связь и вход."""
    return await smtp.check()
