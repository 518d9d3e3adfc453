"""Запрос HTTP к REST: адрес, имя метода, параметры."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from exchanger.sandbox.bitrix24 import params as php

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.params import Params

_SUFFIXES = (".json", ".xml")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Target:
    """Что вызывают: поколение API, вебхук (номер и секрет) или токен в параметрах."""

    method: str
    v3: bool
    user_id: int | None = None
    secret: str = ""


class InvalidJsonError(Exception):
    """Тело v3 - не JSON."""


def target(path: str) -> Target | None:
    """Разбирает путь после `/rest/`; None - такого адреса нет."""
    parts = [part for part in path.split("/") if part]
    v3 = bool(parts) and parts[0].lower() == "api"
    parts = parts[1:] if v3 else parts
    match parts:
        case [method]:
            return Target(_name(method), v3)
        case [user_id, secret, method] if user_id.isdigit():
            return Target(_name(method), v3, int(user_id), secret)
        case _:
            return None


def _name(raw: str) -> str:
    name = raw.lower()
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name


async def read_params(request: web.Request, *, v3: bool) -> Params:
    """Параметры строки запроса и тела вместе; тело важнее."""
    query = php.parse_query(request.rel_url.raw_query_string)
    body = await (_json_only(request) if v3 else _body(request))
    return php.merge(query, body)


async def _json_only(request: web.Request) -> Params:
    raw = await request.read()
    parsed = php.parse_json(raw) if raw.strip() else {}
    if parsed is None:
        raise InvalidJsonError
    return parsed


async def _body(request: web.Request) -> Params:
    if request.content_type.startswith("multipart/"):
        return php.nest(await _multipart(request))
    raw = await request.read()
    if request.content_type == _FORM:
        form = php.parse_query(raw.decode("utf-8", "replace"))
        if form:
            return form
    return php.parse_json(raw) or {}


async def _multipart(request: web.Request) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read(decode=True))
        if part.filename:
            pairs.append((part.name, [part.filename, b64encode(content).decode()]))
        else:
            pairs.append((part.name, content.decode("utf-8", "replace")))
    return pairs
