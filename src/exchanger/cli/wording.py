"""Русские слова вокруг наших текстов в `--help`: заголовки, общие ключи, строка вызова."""

from __future__ import annotations

from typing import Any

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

_OPTIONS = {
    "help": "Показать эту справку и выйти.",
    "install_completion": "Поставить дополнение по Tab в эту оболочку.",
    "show_completion": "Напечатать дополнение по Tab для этой оболочки.",
}
_USAGE = {
    "Usage:": "Вызов:",
    "[OPTIONS]": "[КЛЮЧИ]",
    "COMMAND [ARGS]...": "КОМАНДА [ЕЁ КЛЮЧИ]…",
}


def _options(found: list[Any]) -> list[Any]:
    for each in found:
        each.help = _OPTIONS.get(each.name) or getattr(each, "help", None)
    return found


def _usage(text: str) -> str:
    for english, russian in _USAGE.items():
        text = text.replace(english, russian)
    return text


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return _options(super().get_params(ctx))

    def get_usage(self, ctx: Any) -> str:
        return _usage(super().get_usage(ctx))


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return _options(super().get_params(ctx))

    def get_usage(self, ctx: Any) -> str:
        return _usage(super().get_usage(ctx))


def in_russian(app: typer.Typer) -> None:
    """Перевести справку приложения и всех его команд; зовётся, когда команды уже собраны."""
    rich_utils.ARGUMENTS_PANEL_TITLE = "Что указать"
    rich_utils.OPTIONS_PANEL_TITLE = "Ключи"
    rich_utils.COMMANDS_PANEL_TITLE = "Команды"
    rich_utils.ERRORS_PANEL_TITLE = "Ошибка"
    rich_utils.DEFAULT_STRING = "[по умолчанию: {}]"
    rich_utils.REQUIRED_LONG_STRING = "[обязательно]"
    rich_utils.ABORTED_TEXT = "Прервано."
    rich_utils.RICH_HELP = "Справка: [blue]{command_path} {help_option}[/]"
    _translate(app)


def _translate(app: typer.Typer) -> None:
    app.info.cls = _Group
    for command in app.registered_commands:
        command.cls = _Command
    for group in app.registered_groups:
        group.cls = _Group
        if group.typer_instance is not None:
            _translate(group.typer_instance)
