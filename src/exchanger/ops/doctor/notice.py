"""Пробное извещение: каждый канал отправляет одно, и видно, дошло ли."""

from __future__ import annotations

from exchanger.domain.errors import ExchangerError
from exchanger.ops.doctor.finding import Code, Diagnosis, Section, failed, fine, warning
from exchanger.ops.notices.book import Letter
from exchanger.ops.notices.channels import Channel, open_channels
from exchanger.ports import Clock
from exchanger.settings import Settings


async def try_notices(settings: Settings, clock: Clock) -> Section:
    """Отправить пробное извещение всеми каналами."""
    letter = Letter(f"Exchanger {settings.installation.name}: проверка извещений", ("Делать ничего не нужно.",))
    try:
        async with open_channels(settings, clock) as channels:
            found = [await _tried(channel, letter) for channel in channels]
    except ExchangerError as cause:
        found = [failed(Code.NOTICE_FAILED, cause)]
    none = warning(Code.NOTICE_FAILED, "Получателей извещений нет.", "задайте NOTICE_EMAIL или другой канал.")
    return Section("Извещения", tuple(found or [none]))


async def _tried(channel: Channel, letter: Letter) -> Diagnosis:
    try:
        await channel.send(letter)
    except ExchangerError as cause:
        return failed(Code.NOTICE_FAILED, cause, "проверьте настройки канала.")
    return fine(f"{channel.name}: пробное извещение отправлено.")
