"""Исходящие события OpenProject: X-OP-Signature = `sha1=` и HMAC-SHA1 сырого тела; в теле важны лишь номера пакетов."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator

from exchanger.connect import Forged, Hook, Knock
from exchanger.systems.openproject.foreign import Row, as_int, as_map, link_id, links
from exchanger.systems.openproject.snapshots import SYSTEM_NAME

SIGNATURE = "X-OP-Signature"

_PREFIX = "sha1="
_MOST_BYTES = 1024 * 1024
"""В событии пакет целиком, с описанием и длинными полями."""


def hook(secret: str) -> Hook:
    """Вход экземпляра."""
    return Hook(SYSTEM_NAME, lambda knock: read_event(knock, secret), most=_MOST_BYTES)


def read_event(knock: Knock, secret: str) -> list[str]:
    """Номера пакетов, о которых событие; незнакомое — ни одного. `Forged` — подписи нет или она не наша."""
    if not genuine(knock.body, knock.headers.get(SIGNATURE), secret):
        raise Forged
    try:
        event = json.loads(knock.body)
    except RecursionError:
        raise ValueError("слишком глубоко") from None
    numbers = (as_int(each) for each in _numbers(as_map(event)))
    return list(dict.fromkeys(str(number) for number in numbers if number is not None and number > 0))


def genuine(body: bytes, signature: str | None, secret: str) -> bool:
    """Событие подписано нашей тайной. Без тайны или без подписи не верим: это лишь подсказка, опрос её догонит."""
    if not secret or not signature or not signature.startswith(_PREFIX):
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return hmac.compare_digest(
        expected.encode(), signature.removeprefix(_PREFIX).strip().lower().encode(errors="replace")
    )


def _numbers(event: Row) -> Iterator[object]:
    yield as_map(event.get("work_package")).get("id")
    for record, name in (("activity", "workPackage"), ("attachment", "container")):
        link = links(as_map(event.get(record))).get(name)
        if "/work_packages/" in str(as_map(link).get("href")):
            yield link_id(link)
