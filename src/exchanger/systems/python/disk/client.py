"""Клиент REST API Яндекс Диска (v1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from exchanger.connect import Answer, Finding, Http, Intent, Severity
from exchanger.domain.errors import ExchangerError, Reject, Retry, SystemPaused

_REDIRECT, _UNAUTHORIZED, _CONFLICT, _LOCKED, _MANY, _BROKEN, _FULL = 300, 401, 409, 423, 429, 500, 507
_EXISTS = "DiskPathPointsToExistentDirectoryError"
_RESOURCES = "/v1/disk/resources"


@dataclass(frozen=True, slots=True)
class DiskOptions:
    """Диск: ключ, папка, от которой считаются пути, адрес API, секунды на ответ."""

    token: str = field(repr=False)
    folder: str = "/"
    api: str = "https://cloud-api.yandex.net"
    timeout: float = 60.0


class Disk:
    """Диск одного человека."""

    def __init__(self, options: DiskOptions, api: Http, storage: Http) -> None:
        self._options = options
        self._api = api
        self._storage = storage

    def path(self, given: str) -> str:
        """Полный путь внутри папки установки; `Reject` — путь ведёт из неё наружу."""
        steps = [step for step in f"{self._options.folder}/{given}".split("/") if step]
        if any(step in {".", ".."} for step in steps):
            raise Reject("В пути на Диске недопустимы «.» и «..».")
        return "/" + "/".join(steps)

    async def folder(self, path: str) -> None:
        """Создать папку и все над ней; готовые — не ошибка."""
        steps = path.strip("/").split("/")
        for depth in range(1, len(steps) + 1):
            answer = await self._send("PUT", _RESOURCES, {"path": "/" + "/".join(steps[:depth])})
            if answer.status != _CONFLICT or _described(answer).get("error") != _EXISTS:
                _demand(answer)

    async def put(self, path: str, content: bytes) -> None:
        """Положить файл, заменив прежний."""
        parent = path.rpartition("/")[0]
        if parent:
            await self.folder(parent)
        place = _demand(await self._send("GET", f"{_RESOURCES}/upload", {"path": path, "overwrite": "true"}))
        href = str(place.get("href", ""))
        if urlsplit(href).scheme != urlsplit(self._options.api).scheme:
            raise Retry("Диск не дал места для выгрузки.")
        _demand(await self._storage.request("PUT", href, intent=Intent.IDEMPOTENT, data=content))

    async def publish(self, path: str) -> str:
        """Открыть доступ по ссылке и вернуть её."""
        _demand(await self._send("PUT", f"{_RESOURCES}/publish", {"path": path}))
        found = _demand(await self._send("GET", _RESOURCES, {"path": path, "fields": "public_url"}))
        link = str(found.get("public_url", ""))
        if not link:
            raise Retry("Диск открыл доступ, но ссылки ещё не дал.")
        return link

    async def check(self) -> list[Finding]:
        """Ключ и место."""
        try:
            _demand(await self._send("GET", "/v1/disk", {}))
        except ExchangerError as error:
            return [Finding(Severity.ERROR, f"Яндекс Диск: {error}", error.remedy)]
        return [Finding(Severity.OK, "Яндекс Диск: ключ действует")]

    async def _send(self, method: str, where: str, query: Mapping[str, str]) -> Answer:
        url = f"{self._options.api.rstrip('/')}{where}?{urlencode(query)}"
        return await self._api.request(method, url, intent=Intent.IDEMPOTENT)


def _described(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _demand(answer: Answer) -> dict[str, Any]:
    """What a successful answer says; otherwise an error by what the caller must do."""
    described, status = _described(answer), answer.status
    if status < _REDIRECT:
        return described
    said = str(described.get("message") or described.get("error") or f"код {status}")
    if status == _UNAUTHORIZED:
        raise SystemPaused(f"Диск не принимает ключ ({said}).", remedy="обновите YANDEX_DISK_TOKEN.")
    if status == _FULL:
        raise SystemPaused(f"На Диске нет места ({said}).", remedy="освободите место; работа продолжится сама.")
    if status == _MANY:
        raise SystemPaused("Диск просит обращаться реже.", after=timedelta(seconds=30))
    if status >= _BROKEN or status == _LOCKED:
        raise Retry(f"Диск пока не выполнил запрос: {said}.")
    raise Reject(f"Диск отказал: {said}.")
