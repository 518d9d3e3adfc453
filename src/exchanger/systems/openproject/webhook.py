"""Подпись исходящих событий OpenProject: X-OP-Signature = `sha1=` и HMAC-SHA1 сырого тела."""

from __future__ import annotations

import hashlib
import hmac

SIGNATURE = "X-OP-Signature"

_PREFIX = "sha1="


def genuine(body: bytes, signature: str | None, secret: str) -> bool:
    """Событие подписано нашей тайной. Без тайны или без подписи не верим: это лишь подсказка, опрос её догонит."""
    if not secret or not signature or not signature.startswith(_PREFIX):
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.removeprefix(_PREFIX).strip().lower().encode())
