"""Один запрос к API: кто, что, куда."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from exchanger.sandbox.openproject.errors import ApiError
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import Principal, WorkPackage
from exchanger.sandbox.openproject.render import Body


@dataclass(frozen=True, slots=True)
class Call:
    """Запрос; `parts` — куски пути по именам."""

    instance: Instance
    user: Principal
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Тело; не JSON и не объект — 400."""
        try:
            read = json.loads(self.body or b"{}")
        except ValueError:
            read = None
        if not isinstance(read, dict):
            raise ApiError(400, "InvalidRequestBody", "The request body was not a single JSON object.")
        return read

    @property
    def notify(self) -> bool:
        """Слать ли письма."""
        return self.query.get("notify", "true") != "false"

    def package(self) -> WorkPackage:
        """Пакет из пути."""
        text = self.parts["id"]
        return self.instance.package(self.user, int(text) if text.isdigit() else 0)


Reply = tuple[int, Body]
Handler = Callable[[Call], Reply]
