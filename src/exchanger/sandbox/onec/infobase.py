"""Состояние информационной базы: записи, пользователи, версии, переключатели поведения."""

from __future__ import annotations

import base64
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from uuid import uuid4
from zoneinfo import ZoneInfo

from exchanger.sandbox.onec.errors import denied, no_instance, no_type
from exchanger.sandbox.onec.faults import Faults
from exchanger.sandbox.onec.schema import EntityType, Row

Key = tuple[str, ...]


@dataclass(slots=True)
class Config:
    """Чем базы и публикации различаются; чего никто не проверил вживую — переключатель.

    `ref_key_honoured` — принимается ли ссылка, присланная при создании; `execute_twice_fails` — повторный ExecuteTask
    отказывает или ничего не делает; `if_match` — проверяется ли If-Match (вживую молча пропускался); `compares_text` —
    можно ли сравнивать строки неограниченной длины; `client_sessions` — выдаёт ли публикация ibsession; `licences` —
    сколько сеансов можно разом (None — сколько угодно); `session_age`, `cold_start`, `cold_after`, `write_time` —
    секунды; `iis` — адреса проверяет IIS; `raw_location` — Location с кириллицей как есть, байтами UTF-8.
    """

    ref_key_honoured: bool = True
    execute_twice_fails: bool = False
    if_match: bool = False
    compares_text: bool = False
    client_sessions: bool = True
    licences: int | None = None
    session_age: float = 20.0
    cold_start: float = 0.0
    cold_after: float = 600.0
    write_time: float = 0.0
    iis: bool = False
    raw_location: bool = True
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Moscow"))


@dataclass(slots=True)
class User:
    """Пользователь базы; `denied` — наборы без права; `hidden` — ссылки, скрытые ограничением на уровне записей."""

    login: str
    password: str
    denied: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)


Listener = Callable[[EntityType, Key, bool], None]


@dataclass(slots=True)
class Infobase:
    """Вся база. Каждая запись проходит через `stored`, каждое физическое удаление — через `erased`."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    config: Config = field(default_factory=Config)
    faults: Faults = field(default_factory=Faults)
    users: dict[str, User] = field(default_factory=dict)
    types: dict[str, EntityType] = field(default_factory=dict)
    hidden_types: set[str] = field(default_factory=set)
    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)
    listeners: list[Listener] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    _versions: Iterator[int] = field(default_factory=lambda: count(1))
    _numbers: Counter[str] = field(default_factory=Counter)

    def add_types(self, *types: EntityType) -> None:
        """Добавить наборы в конфигурацию."""
        for each in types:
            self.types[each.name] = each
            self.rows.setdefault(each.name, {})

    def type(self, name: str, user: User | None = None) -> EntityType:
        """Набор, включённый в состав интерфейса; нет прав — код 20."""
        found = self.types.get(name)
        if found is None or name in self.hidden_types:
            raise no_type(name)
        if user is not None and name in user.denied:
            raise denied(name)
        return found

    def row(self, kind: EntityType, key: Key, user: User | None = None) -> Row:
        """Запись по ключу."""
        found = self.rows[kind.name].get(key)
        if found is None:
            raise no_instance(kind.name, ",".join(key))
        if user is not None and not user.hidden.isdisjoint(key):
            raise denied(kind.name)
        return found

    def next_number(self, name: str) -> str:
        """Код или номер, который присваивает платформа."""
        self._numbers[name] += 1
        return f"{self._numbers[name]:09d}"

    def new_ref(self) -> str:
        """Новая ссылка."""
        return str(uuid4())

    def local_now(self) -> str:
        """Время базы: местное, без пояса, до секунды."""
        return self.clock().astimezone(self.config.zone).replace(tzinfo=None).isoformat(timespec="seconds")

    def stored(self, kind: EntityType, row: Row) -> Key:
        """Записать: новая версия, регистрация изменения."""
        if "DataVersion" in row:
            row["DataVersion"] = base64.b64encode(struct.pack(">Q", next(self._versions))).decode()
        key = tuple(str(row[name]) for name in kind.key)
        self.rows[kind.name][key] = row
        self._tell(kind, key, gone=False)
        return key

    def erased(self, kind: EntityType, key: Key) -> None:
        """Удалить физически."""
        self.row(kind, key)
        del self.rows[kind.name][key]
        self._tell(kind, key, gone=True)

    def _tell(self, kind: EntityType, key: Key, *, gone: bool) -> None:
        for listener in self.listeners:
            listener(kind, key, gone)

    def presentation(self, name: str, ref: str) -> str:
        """Как ссылка показана человеку; битая — «Объект не найден»."""
        row = self.rows.get(name, {}).get((ref,))
        if row is None:
            return f"<Объект не найден> ({ref})"
        if "Description" in row:
            return str(row["Description"])
        return f"{name.partition('_')[2]} {row.get('Number', '')} от {row.get('Date', '')}"
