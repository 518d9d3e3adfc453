"""Each channel by its own client: a letter, a message of the bot, a notification of the portal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from exchanger.connect import Severity
from exchanger.domain.errors import ConfigError
from exchanger.ops.doctor import try_notices
from exchanger.ops.notices.book import Letter
from exchanger.ops.notices.channels import open_channels
from exchanger.sandbox.smtp import Mailbox, mailbox
from exchanger.sandbox.telegram import TelegramStandin, standin
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from tests.ops.doctor_world import bad, settings

LETTER = Letter("Exchanger prod: нужно внимание", ("✗ движок молчит", "✓ прошло"))


@asynccontextmanager
async def portal(seen: list[dict[str, Any]]) -> AsyncIterator[str]:
    async def notify(request: web.Request) -> web.Response:
        seen.append(await request.json())
        return web.json_response({"result": len(seen), "time": {}})

    app = web.Application()
    app.router.add_post("/rest/1/code1234/im.notify.system.add{tail:.*}", notify)
    async with TestServer(app, host="127.0.0.1") as server:
        yield f"{server.make_url('/rest/1/code1234/')}"


async def sent(given: Settings) -> None:
    async with open_channels(given, SystemClock()) as channels:
        assert channels
        for channel in channels:
            await channel.send(LETTER)


def by_mail(home: Path, box: Mailbox) -> Settings:
    return settings(
        home,
        EMAIL_SMTP_HOST="127.0.0.1",
        EMAIL_SMTP_PORT=str(box.port),
        EMAIL_SMTP_TLS="none",
        EMAIL_FROM="bot@example.ru",
        NOTICE_EMAIL="duty@example.ru, second@example.ru",
    )


async def test_a_letter_goes_to_everyone(tmp_path: Path) -> None:
    async with mailbox(Mailbox()) as box:
        await sent(by_mail(tmp_path, box))
    (letter,) = box.received
    assert set(letter.recipients) == {"duty@example.ru", "second@example.ru"}
    assert letter.message["Subject"] == LETTER.title
    assert letter.message.get_content().strip() == "\n".join(LETTER.lines)


async def test_the_bot_writes_to_the_chat(tmp_path: Path) -> None:
    async with standin(TelegramStandin()) as bot:
        await sent(
            settings(tmp_path, TELEGRAM_BOT_TOKEN=bot.token, TELEGRAM_API_URL=bot.url, NOTICE_TELEGRAM_CHAT="-100")
        )
    assert [message["text"] for message in bot.sent] == [LETTER.text]


async def test_the_portal_notifies_each_person(tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []
    async with portal(seen) as webhook:
        await sent(settings(tmp_path, BITRIX_WEBHOOK_URL=webhook, NOTICE_BITRIX_USERS="1,27"))
    assert [message["USER_ID"] for message in seen] == [1, 27]
    assert {message["MESSAGE"] for message in seen} == {LETTER.text}


@pytest.mark.parametrize(
    ("asked", "needed"),
    [
        ({"NOTICE_EMAIL": "a@example.ru"}, "EMAIL_SMTP_HOST"),
        ({"NOTICE_TELEGRAM_CHAT": "1"}, "TELEGRAM_BOT_TOKEN"),
        ({"NOTICE_BITRIX_USERS": "1", "BITRIX_WEBHOOK_URL": ""}, "BITRIX_WEBHOOK_URL"),
    ],
)
async def test_a_channel_without_its_own_settings_says_which_are_lacking(
    tmp_path: Path, asked: dict[str, str], needed: str
) -> None:
    with pytest.raises(ConfigError, match=needed):
        async with open_channels(settings(tmp_path, **asked), SystemClock()):
            pass


async def test_the_doctor_tries_every_channel(tmp_path: Path) -> None:
    async with mailbox(Mailbox()) as box:
        tried = await try_notices(by_mail(tmp_path, box), SystemClock())
        assert tried.worst is Severity.OK
        assert "проверка извещений" in box.received[0].message["Subject"]
    refused = await try_notices(by_mail(tmp_path, box), SystemClock())
    assert list(bad(list(refused.findings))) == ["notice-failed"]
    nobody = await try_notices(settings(tmp_path), SystemClock())
    assert "NOTICE_EMAIL" in bad(list(nobody.findings))["notice-failed"].remedy
