"""Ключи доступа к REST: входящие вебхуки и токены приложений."""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TYPE_CHECKING

from exchanger.sandbox.bitrix24.errors import RestError

if TYPE_CHECKING:
    from datetime import datetime

    from exchanger.sandbox.bitrix24.directory import Directory
    from exchanger.sandbox.bitrix24.model import User

ALL_SCOPES = frozenset(
    {"task", "tasks", "user", "department", "im", "disk", "lists", "calendar", "crm", "sonet_group", "basic"}
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Входящий вебхук: действует от имени владельца с выбранными правами."""

    user_id: int
    secret: str
    scopes: frozenset[str] = ALL_SCOPES
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """Токен приложения (передаётся параметром auth)."""

    user_id: int
    value: str
    expires: datetime
    scopes: frozenset[str] = ALL_SCOPES


@dataclass(frozen=True, slots=True)
class Caller:
    """Кто вызвал метод; `key` различает ключи доступа при учёте времени работы."""

    user: User
    scopes: frozenset[str]
    key: str


@dataclass(slots=True)
class Access:
    """Ключи портала."""

    webhooks: list[Webhook] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)

    def by_webhook(self, user_id: int, secret: str, directory: Directory, now: datetime) -> Caller:
        """Владелец вебхука; неверный или просроченный - 401 INVALID_CREDENTIALS."""
        for hook in self.webhooks:
            if hook.user_id == user_id and compare_digest(hook.secret.encode(), secret.encode()):
                if hook.expires is not None and hook.expires <= now:
                    break
                return Caller(_owner(directory, user_id), hook.scopes, f"webhook:{user_id}:{secret}")
        raise RestError("INVALID_CREDENTIALS", "Invalid request credentials", 401)

    def by_token(self, value: str, directory: Directory, now: datetime) -> Caller:
        """Владелец токена; нет токена - NO_AUTH_FOUND, просрочен - expired_token."""
        for token in self.tokens:
            if value and compare_digest(token.value.encode(), value.encode()):
                if token.expires <= now:
                    raise RestError("expired_token", "The access token provided has expired.", 401)
                return Caller(_owner(directory, token.user_id), token.scopes, f"token:{value}")
        raise RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)

    def rotate(self, old: str, new: str) -> None:
        """Администратор пересоздал секрет вебхука."""
        self.webhooks = [
            Webhook(hook.user_id, new, hook.scopes, hook.expires) if hook.secret == old else hook
            for hook in self.webhooks
        ]


def _owner(directory: Directory, user_id: int) -> User:
    user = directory.active(user_id)
    if user is None:
        raise RestError("user_access_error", "The user does not have access to the application", 403)
    return user
