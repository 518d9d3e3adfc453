"""Порождаемые из моделей пример файла и справочник; их расхождение с моделями ловит тест."""

from collections.abc import Iterator

from exchanger.settings._accepted import ACCEPTED
from exchanger.settings._read import GROUPS
from exchanger.settings._show import default_text
from exchanger.settings._var import Field, fields
from exchanger.settings._write import line

_HEAD = """\
# Exchanger: пример настроек. Порождён командой `exchanger config example`, руками не правится.
#
# Скопируйте в .env.prod или .env.dev, раскомментируйте нужное и проверьте: exchanger config lint
# Окружение службы сильнее файла. Тайну можно держать отдельно: ИМЯ_FILE=/путь или systemd LoadCredential.
"""


def example() -> str:
    """Текст config.env.example."""
    return _HEAD + "".join(f"\n# ===== {_title(group.__doc__)} =====\n{_group(fields(group))}" for group in GROUPS)


def _group(items: Iterator[Field]) -> str:
    return "".join(f"\n{_comment(item)}#{_assignment(item)}\n" for item in items)


def _comment(item: Field) -> str:
    notes = [_sentence(item.info.description)]
    if item.unit:
        notes.append(f"Единица: {item.unit}.")
    if not default_text(item) and not item.info.is_required():
        notes.append(f"По умолчанию: {item.var.empty}.")
    if item.var.aliases:
        notes.append(f"Прежнее имя: {', '.join(item.var.aliases)}.")
    if item.var.secret:
        notes.append("Тайна.")
    return f"# {' '.join(notes)}\n"


def _assignment(item: Field) -> str:
    value = item.var.sample or ("" if item.var.secret else default_text(item))
    return line(item.var.name, value) if value else f"{item.var.name}="


def reference() -> str:
    """Текст docs/reference/settings.md."""
    head = "# Настройки\n\nПорождено командой `exchanger config example --format markdown`, руками не правится.\n"
    source = (
        "\nЗначение ищется в окружении, в файле `ИМЯ_FILE` и в `$CREDENTIALS_DIRECTORY` (только тайны), "
        "в `.env.<среда>`. Действует первое найденное; прежние имена принимаются наравне с главным.\n"
    )
    tables = "".join(f"\n## {_title(group.__doc__)}\n\n{_table(fields(group))}" for group in GROUPS)
    return head + source + tables + _accepted_table()


def _table(items: Iterator[Field]) -> str:
    head = "| переменная | по умолчанию | что значит | прежние имена |\n|---|---|---|---|\n"
    return head + "".join(_row(item) for item in items)


def _row(item: Field) -> str:
    default = "обязательна" if item.info.is_required() else (default_text(item) or item.var.empty)
    if item.var.secret and default_text(item):
        default = "заводское значение RabbitMQ"
    unit = f" ({item.unit})" if item.unit else ""
    secret = " **Тайна.**" if item.var.secret else ""
    old = ", ".join(f"`{name}`" for name in item.var.aliases)
    return f"| `{item.var.name}` | {default} | {_sentence(item.info.description)}{secret}{unit} | {old} |\n"


def _accepted_table() -> str:
    rows = "".join(f"| `{name}` | {accepted.reason} |\n" for name, accepted in ACCEPTED.items())
    return f"\n## Принимаются, но не действуют\n\n| переменная | почему |\n|---|---|\n{rows}"


def _title(text: str | None) -> str:
    return (text or "").strip().rstrip(".")


def _sentence(text: str | None) -> str:
    return f"{_title(text)}."


def secret_names() -> tuple[str, ...]:
    """Имена переменных, помеченных тайной: их значения можно держать отдельными файлами."""
    return tuple(item.var.name for group in GROUPS for item in fields(group) if item.var.secret)
