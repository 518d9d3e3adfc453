"""Запрос из параметров: подстановка переменных и тайн, проверка узла."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, cast
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict, Field

from exchanger.connect import Intent
from exchanger.connect.template import Asked
from exchanger.domain.errors import Reject
from exchanger.domain.key import Key
from exchanger.domain.variables import Variables
from exchanger.systems.python.template import lookup, plain, render
from exchanger.systems.python.web.settings import WebOptions

INTENTS = {
    "GET": Intent.READ,
    "HEAD": Intent.READ,
    "PUT": Intent.IDEMPOTENT,
    "DELETE": Intent.IDEMPOTENT,
    "POST": Intent.CREATE,
    "PATCH": Intent.CREATE,
}
"""Повтор PUT и DELETE безвреден по самому HTTP (RFC 9110, 9.2.2)."""


_WHOLE = re.compile(r"\{\{\s*(?!secret:)([^{}]+?)\s*\}\}")


class HttpCall(BaseModel):
    """Запрос. В тексте любого поля `{{имя}}` — переменная процесса, `{{secret:имя}}` — тайна из настроек."""

    model_config = ConfigDict(frozen=True)

    url: str = Field(min_length=1, title="Адрес", description="Узел должен быть разрешён в EXCHANGER_HTTP_HOSTS")
    method: Literal["GET", "HEAD", "PUT", "DELETE", "POST", "PATCH"] = Field("GET", description="Метод")
    query: dict[str, str] = Field(default_factory=dict, title="Параметры адреса", description="JSON: имя → значение")
    headers: dict[str, str] = Field(default_factory=dict, title="Заголовки", description="JSON: имя → значение")
    body: dict[str, object] | list[object] | None = Field(
        None, title="Тело JSON", description="«{{имя}}» — переменная процесса целиком"
    )
    body_text: Annotated[str | None, Asked(long=True)] = Field(
        None, title="Тело текстом", description="Вместо тела JSON"
    )
    result: dict[str, str] = Field(
        default_factory=dict,
        title="Что взять из ответа",
        description="JSON: переменная → путь через точку; без него — тело целиком",
    )


@dataclass(frozen=True, slots=True)
class Request:
    """Готовый запрос."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def intent(self) -> Intent:
        """Что значит повтор."""
        return INTENTS[self.method]


def prepared(call: HttpCall, variables: Variables, options: WebOptions, key: Key) -> Request:
    """Заполнить шаблоны; `Reject` — узел не разрешён или подставить нечего."""

    def fill(text: str, escape: Callable[[str], str] = plain) -> str:
        return render(text, variables, escape, options.secrets)

    url = fill(call.url, lambda value: quote(value, safe=""))
    if call.query:
        url += ("&" if "?" in url else "?") + urlencode({name: fill(value) for name, value in call.query.items()})
    if not options.allows(url):
        raise Reject(
            "Узел этого адреса не разрешён.", remedy="добавьте его в EXCHANGER_HTTP_HOSTS или исправьте диаграмму."
        )
    # A server that knows this header makes a repeated request harmless.
    headers = {"Idempotency-Key": str(key)} | {name: _one_line(fill(value)) for name, value in call.headers.items()}
    return Request(call.method, url, *_body(call, variables, fill, headers))


def _body(
    call: HttpCall, variables: Variables, fill: Callable[[str], str], headers: dict[str, str]
) -> tuple[dict[str, str], bytes | None]:
    if call.body_text is not None:
        return headers, fill(call.body_text).encode()
    if call.body is None:
        return headers, None
    filled = json.dumps(_deep(call.body, variables, fill), ensure_ascii=False).encode()
    return {"Content-Type": "application/json"} | headers, filled


def _deep(value: object, variables: Variables, fill: Callable[[str], str]) -> object:
    """Templates inside JSON; a text that is one place only takes the value with its type."""
    if isinstance(value, dict):
        return {name: _deep(item, variables, fill) for name, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_deep(item, variables, fill) for item in value]
    if not isinstance(value, str):
        return value
    whole = _WHOLE.fullmatch(value.strip())
    found = lookup(variables, whole[1]) if whole else value
    return found if whole and isinstance(found, int | float | list | dict | None) else fill(value)


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise Reject("В заголовке HTTP недопустимые знаки (перевод строки).")
    return value
