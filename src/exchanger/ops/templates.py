"""Шаблоны элементов для Camunda Modeler: файлы по формам операций. Версию ведёт каталог."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from exchanger.connect import System
from exchanger.connect.template import Form
from exchanger.connect.template_json import template
from exchanger.domain.errors import ConfigError
from exchanger.systems.bitrix24.forms import FORMS as BITRIX24
from exchanger.systems.onec.forms import FORMS as ONEC
from exchanger.systems.openproject.forms import FORMS as OPENPROJECT
from exchanger.systems.python.data import DATA
from exchanger.systems.python.disk import DISK
from exchanger.systems.python.mail import MAIL
from exchanger.systems.python.modules import systems_of
from exchanger.systems.python.telegram import TELEGRAM
from exchanger.systems.python.web import WEB


class State(Enum):
    """Что с файлом: такой же, другой, нового ещё нет, лишний."""

    SAME = "без изменений"
    CHANGED = "отличается"
    NEW = "нет файла"
    EXTRA = "лишний файл"


@dataclass(frozen=True, slots=True)
class Template:
    """Шаблон и его файл; `text` пуст у лишнего."""

    path: Path
    state: State
    text: str = ""
    version: int = 0


def shipped() -> list[Form]:
    """Формы всех встроенных систем."""
    calls = [form for system in (MAIL, TELEGRAM, DISK, WEB, DATA) for form in forms_of(system)]
    return [*BITRIX24, *OPENPROJECT, *ONEC, *calls]


def of_modules(modules: Iterable[str], home: Path) -> list[Form]:
    """Формы функций своих модулей."""
    return [form for system in systems_of(modules, home) for form in forms_of(system)]


def forms_of(system: System[Any, Any]) -> Iterator[Form]:
    """Формы операций системы: название — первое предложение описания функции, тема — первая объявленная."""
    for operation in system.operations:
        if operation.params is not None:
            title, _, about = operation.about.rstrip(".").partition(". ")
            topic = operation.topics[0]
            yield Form(system.name, topic, title or topic, about, operation.params)


def compared(forms: Iterable[Form], directory: Path) -> list[Template]:
    """Сравнить формы с каталогом: изменившийся шаблон получает следующую версию, прочие хранят свою."""
    found = [_compared(form, directory) for form in forms]
    named = {each.path for each in found}
    extra = [path for path in sorted(directory.glob("exchanger.*.json")) if path not in named]
    return [*found, *(Template(path, State.EXTRA) for path in extra)]


def write(templates: Iterable[Template], directory: Path) -> None:
    """Записать новое и изменившееся; лишнее не удаляется: на него могут ссылаться диаграммы."""
    directory.mkdir(parents=True, exist_ok=True)
    for each in templates:
        if each.state in {State.NEW, State.CHANGED}:
            each.path.write_text(each.text, encoding="utf-8")


def _compared(form: Form, directory: Path) -> Template:
    path = directory / f"{form.id}.json"
    if not path.exists():
        return Template(path, State.NEW, _text(form, 1), 1)
    version = _version(path)
    if path.read_text("utf-8") == _text(form, version):
        return Template(path, State.SAME, _text(form, version), version)
    return Template(path, State.CHANGED, _text(form, version + 1), version + 1)


def _text(form: Form, version: int) -> str:
    return json.dumps(template(form, version), ensure_ascii=False, indent=2) + "\n"


def _version(path: Path) -> int:
    try:
        version = json.loads(path.read_text("utf-8"))["version"]
    except (ValueError, KeyError, TypeError):
        version = None
    if not isinstance(version, int):
        raise ConfigError(
            f"{path}: это не шаблон с версией.", remedy="верните файл из хранилища или уберите его и соберите заново."
        )
    return version
