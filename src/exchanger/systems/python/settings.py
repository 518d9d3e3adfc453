"""Настройки служб Python: что включено и с какими модулями. Откуда они взяты, знает wiring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exchanger.systems.python.disk import DiskOptions
from exchanger.systems.python.mail import MailOptions
from exchanger.systems.python.telegram import TelegramOptions
from exchanger.systems.python.web import WebOptions

NAME = "python-services"


@dataclass(frozen=True, slots=True)
class PythonOptions:
    """None — вызов выключен, и его темы не выбираются. `home` — где, кроме обычных мест, искать модули.

    `name` — имя системы: у своей службы со своими модулями — своё, иначе она получала бы чужие заявки.
    `ready` — обслуживать ли готовые вызовы; разбор файлов и данных настроек не требует и включён вместе с ними.
    """

    name: str = NAME
    modules: tuple[str, ...] = ()
    home: Path = Path()
    at_once: int = 8
    ready: bool = True
    mail: MailOptions | None = None
    telegram: TelegramOptions | None = None
    disk: DiskOptions | None = None
    web: WebOptions | None = None
