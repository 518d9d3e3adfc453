"""Один вызов базы, каким бы профилем он ни пришёл."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from exchanger.sandbox.onec.errors import Refusal, stopped
from exchanger.sandbox.onec.infobase import Infobase, User
from exchanger.sandbox.onec.schema import Row


@dataclass(frozen=True, slots=True)
class Call:
    """Запрос: `tail` — раскодированный путь после корня профиля, `query` — сырая строка, `root` — адрес корня."""

    base: Infobase
    user: User
    method: str
    root: str
    tail: str
    query: str
    headers: Mapping[str, str]
    content: bytes

    def body(self) -> Row:
        """Тело; битый JSON — сбой внутри, а не отказ разбора."""
        try:
            read = json.loads(self.content or b"{}")
        except ValueError:
            read = None
        if not isinstance(read, dict):
            raise stopped("Ошибка чтения JSON: непредвиденный символ")
        return read


class Profile(Protocol):
    """Профиль: что отвечает и как отказывает."""

    def answer(self, call: Call) -> web.Response:
        """Выполнить вызов; отказ — исключение Refusal."""

    def refused(self, headers: Mapping[str, str], query: str, error: Refusal) -> web.Response:
        """Отказ в форме профиля."""
