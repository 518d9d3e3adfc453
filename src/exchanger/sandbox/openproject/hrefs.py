"""Ссылки в теле запроса: только относительные `/api/v3/…` и только на нужный род записей."""

from __future__ import annotations

import re
from typing import Any

from exchanger.sandbox.openproject.errors import malformed, wrong_resource

_HREF = re.compile(r"/api/v3/(?P<space>[a-z_]+)/(?P<id>[^/?]+)")


def linked_id(value: Any, attribute: str, *spaces: str) -> str | None:
    """Номер записи из `{"href": …}`; None — ссылка снята."""
    if not isinstance(value, dict) or "href" not in value:
        raise malformed(attribute, "a link with href")
    href = value["href"]
    if href is None:
        return None
    found = _HREF.fullmatch(str(href))
    if found is None or found["space"] not in spaces:
        raise wrong_resource(attribute, f"/api/v3/{spaces[0]}/:id")
    return found["id"]


def number(value: Any, attribute: str, *spaces: str) -> int | None:
    """То же числом; не число — такой записи не бывает, отказ как о чужом роде."""
    found = linked_id(value, attribute, *spaces)
    if found is None:
        return None
    if not found.isdigit():
        raise wrong_resource(attribute, f"/api/v3/{spaces[0]}/:id")
    return int(found)
