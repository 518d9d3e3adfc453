import re
from datetime import timedelta
from typing import Annotated

from pydantic import Field, field_validator

from exchanger.settings._var import CommaList, Group, Seconds, Var

_QUIET = re.compile(r"([01]?\d|2[0-3])-([01]?\d|2[0-3])")


class NoticeSettings(Group):
    """Извещения дежурному."""

    emails: Annotated[tuple[str, ...], CommaList, Var("NOTICE_EMAIL", empty="нет", sample="duty@example.ru")] = Field(
        (), description="Кому писать письма, через запятую; сервер — EMAIL_SMTP_HOST"
    )
    telegram_chat: Annotated[str | None, Var("NOTICE_TELEGRAM_CHAT", empty="нет")] = Field(
        None, description="Чат Telegram для извещений; бот — TELEGRAM_BOT_TOKEN"
    )
    bitrix_users: Annotated[tuple[str, ...], CommaList, Var("NOTICE_BITRIX_USERS", empty="нет")] = Field(
        (), description="Номера сотрудников Bitrix24, которым слать уведомление портала; вебхуку нужно право im"
    )
    after: Annotated[Seconds, Var("NOTICE_AFTER")] = Field(
        timedelta(minutes=2), ge=timedelta(0), description="Сколько неполадка должна длиться, чтобы о ней известить"
    )
    quiet: Annotated[str | None, Var("NOTICE_QUIET", empty="нет", sample="22-8")] = Field(
        None, description="Тихие часы по времени машины (22-8): извещения копятся и приходят одним после них"
    )
    per_hour: Annotated[int, Var("NOTICE_PER_HOUR")] = Field(
        6, ge=1, le=60, description="Извещений в час не больше; остальное собирается в следующее"
    )

    @field_validator("emails")
    @classmethod
    def _addresses(cls, emails: tuple[str, ...]) -> tuple[str, ...]:
        if any(not re.fullmatch(r"[^@\s,]+@[^@\s,]+", email) for email in emails):
            raise ValueError("нужны адреса почты через запятую: duty@example.ru")
        return emails

    @field_validator("bitrix_users")
    @classmethod
    def _numbers(cls, users: tuple[str, ...]) -> tuple[str, ...]:
        if any(not user.isascii() or not user.isdigit() for user in users):
            raise ValueError("нужны номера сотрудников через запятую: 1,27")
        return users

    @field_validator("quiet")
    @classmethod
    def _hours(cls, quiet: str | None) -> str | None:
        if quiet is not None and not _QUIET.fullmatch(quiet):
            raise ValueError("нужны часы начала и конца: 22-8")
        return quiet

    @property
    def wanted(self) -> bool:
        """Назван ли хоть один получатель."""
        return bool(self.emails or self.telegram_chat or self.bitrix_users)

    @property
    def quiet_hours(self) -> frozenset[int]:
        """Тихие часы суток; пусто — таких нет."""
        if self.quiet is None:
            return frozenset()
        begin, end = (int(part) for part in self.quiet.split("-"))
        return frozenset((begin + step) % 24 for step in range((end - begin) % 24))
