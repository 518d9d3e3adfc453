"""Куда извещать: каждый канал — готовый клиент своей системы."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from exchanger.connect import Http, HttpOptions, Intent, Limiter, Limits
from exchanger.domain.errors import ConfigError
from exchanger.ops.notices.book import Letter
from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.python.mail.smtp import Smtp
from exchanger.systems.python.telegram.bot import Bot
from exchanger.systems.python.telegram.note import Note, parts_of
from exchanger.wiring import bitrix_options
from exchanger.wiring.python import python_options

_LIMITS = Limits(per_second=1, burst=3, at_once=1)
_TIMEOUT = 30.0


class Channel(Protocol):
    """Канал извещений."""

    @property
    def name(self) -> str:
        """Имя для людей."""
        ...

    async def send(self, letter: Letter) -> None:
        """Отправить; `ExchangerError` — не вышло."""
        ...


@dataclass(frozen=True, slots=True)
class ByMail:
    """Письмо."""

    smtp: Smtp
    recipients: tuple[str, ...]
    clock: Clock
    name: str = "почта"

    async def send(self, letter: Letter) -> None:
        """Отправить всем получателям."""
        message = EmailMessage()
        message["From"], message["To"] = self.smtp.options.sender, ", ".join(self.recipients)
        message["Subject"] = letter.title
        message["Date"] = format_datetime(self.clock.now())
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies
        message.set_content("\n".join(letter.lines))
        await self.smtp.send(message, self.recipients)


@dataclass(frozen=True, slots=True)
class ByTelegram:
    """Сообщение бота."""

    bot: Bot
    chat: str
    name: str = "Telegram"

    async def send(self, letter: Letter) -> None:
        """Отправить в чат."""
        note = Note(chat=self.chat, text=letter.text)
        await self.bot.send(note, parts_of(note, {}))


@dataclass(frozen=True, slots=True)
class ByBitrix:
    """Уведомление портала: вебхуку нужно право im."""

    api: BitrixApi
    users: tuple[str, ...]
    name: str = "Bitrix24"

    async def send(self, letter: Letter) -> None:
        """Отправить каждому; первый отказ — ошибка."""
        for user in self.users:
            params = {"USER_ID": int(user), "MESSAGE": letter.text}
            await self.api.call("im.notify.system.add", params, intent=Intent.CREATE)


@asynccontextmanager
async def open_channels(settings: Settings, clock: Clock) -> AsyncIterator[tuple[Channel, ...]]:
    """Каналы, у которых есть получатели; `ConfigError` — у канала нет его собственных настроек."""
    asked, ready = settings.notices, python_options(settings)
    async with AsyncExitStack() as stack:
        channels: list[Channel] = []
        if asked.emails:
            if ready.mail is None:
                raise _lacking("NOTICE_EMAIL", "EMAIL_SMTP_HOST")
            channels.append(ByMail(Smtp(ready.mail, Limiter(_LIMITS)), asked.emails, clock))
        if asked.telegram_chat is not None:
            if ready.telegram is None:
                raise _lacking("NOTICE_TELEGRAM_CHAT", "TELEGRAM_BOT_TOKEN")
            http = await stack.enter_async_context(Http(HttpOptions("Telegram", _TIMEOUT), Limiter(_LIMITS)))
            channels.append(ByTelegram(Bot(ready.telegram, http), asked.telegram_chat))
        if asked.bitrix_users:
            options = bitrix_options(settings.bitrix)
            portal = HttpOptions("Битрикс24", _TIMEOUT, tls=options.tls)
            http = await stack.enter_async_context(Http(portal, Limiter(_LIMITS)))
            channels.append(ByBitrix(BitrixApi(options, http, clock), asked.bitrix_users))
        yield tuple(channels)


def _lacking(name: str, needed: str) -> ConfigError:
    return ConfigError(
        f"{name} задан, а {needed} — нет: извещать нечем.", remedy=f"задайте {needed} или уберите {name}."
    )
