"""Как значение показывается людям: без тайн, в той же записи, в какой его пишут в файл."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from exchanger.settings._var import NOT_GIVEN, Field, Var
from exchanger.telemetry.redact import MASK, redact

_WEBHOOK_CODE: Final = re.compile(r"/rest/(?:api/)?\d+/(?P<code>[^/?#\s]+)")


def shown(var: Var, text: str) -> str:
    """Значение без тайны: от адреса с тайной видно всё, кроме неё."""
    if not var.secret:
        return redact(text)
    masked = redact(text) if secrets_of(text) else MASK
    return masked if MASK in masked else MASK


def secrets_of(text: str) -> list[str]:
    """Тайные части адреса: пароль и код вебхука; у прочих значений их нет."""
    if "://" not in text:
        return []
    try:
        password = urlsplit(text).password
    except ValueError:
        return []  # not an address after all; the validation says so
    code = _WEBHOOK_CODE.search(text)
    found = (password, unquote(password or ""), code and code["code"])
    return [part for part in found if part]


def written(item: Field, value: Any) -> str:
    """Значение в записи файла .env; отсутствие — пустая строка."""
    match value:
        case None:
            text = ""
        case bool():
            text = str(value).lower()
        case timedelta():
            assert item.unit is not None
            text = item.unit.number(value)
        case tuple():
            text = ",".join(map(str, value))
        case Mapping():
            text = ",".join(f"{key}={name}" for key, name in value.items())
        case SecretStr():
            text = value.get_secret_value()
        case float():
            text = f"{value:g}"
        case _:
            text = str(value)
    return text


def default_text(item: Field) -> str:
    """Значение по умолчанию в записи файла; нет или зависит от другого (сказано в `empty`) — пустая строка."""
    if item.var.empty != NOT_GIVEN:
        return ""
    value = item.info.get_default(call_default_factory=True, validated_data={})
    return "" if value is PydanticUndefined or isinstance(value, Path) else written(item, value)


def shown_default(item: Field) -> str:
    """Значение по умолчанию для показа."""
    text = default_text(item)
    return shown(item.var, text) if text else item.var.empty
