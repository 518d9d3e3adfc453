"""Telegram: сообщение от бота. Обещание BLIND: ключа повтора у Bot API нет."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exchanger.connect import BLIND, Finding, Http, HttpOptions, Limiter, Limits, System
from exchanger.domain.task import Order
from exchanger.ports import Clock
from exchanger.systems.python.telegram.bot import Bot, TelegramOptions
from exchanger.systems.python.telegram.note import Note, parts_of

__all__ = ["TELEGRAM", "TelegramOptions"]


@asynccontextmanager
async def _open(options: TelegramOptions, limiter: Limiter, _clock: Clock) -> AsyncIterator[Bot]:
    async with Http(HttpOptions(name="Telegram", timeout=options.timeout), limiter) as http:
        yield Bot(options, http)


# The bot's own limit is 30 messages a second over all chats.
TELEGRAM: System[TelegramOptions, Bot] = System(
    "telegram", client=_open, limits=lambda _options: Limits(per_second=25, burst=25, at_once=4)
)


@TELEGRAM.call("send_telegram", "telegram_notify", promise=BLIND)
async def send_telegram(note: Note, bot: Bot, order: Order) -> dict[str, int]:
    """Отправить сообщение; длинный простой текст уходит несколькими. Возвращает номер последнего."""
    return {"telegram_message_id": await bot.send(note, parts_of(note, order.variables))}


@TELEGRAM.check
async def check(bot: Bot) -> list[Finding]:
    """Ключ бота."""
    return await bot.check()
