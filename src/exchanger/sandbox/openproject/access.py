"""Вход: ключ API (Bearer или Basic с именем apikey) и OAuth2 client credentials."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from secrets import token_urlsafe

from exchanger.sandbox.openproject.errors import ApiError
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import Principal
from exchanger.sandbox.openproject.render import Body


def caller(instance: Instance, authorization: str) -> Principal:
    """Кто спрашивает; неизвестный — 401."""
    scheme, _, given = authorization.partition(" ")
    user = _by_bearer(instance, given) if scheme == "Bearer" else _by_basic(instance, given)
    if scheme not in {"Bearer", "Basic"} or user is None:
        raise ApiError(401, "Unauthenticated", "You did not provide the correct credentials.")
    return instance.principals[user]


def grant(instance: Instance, form: Mapping[str, str]) -> tuple[int, Body]:
    """Ответ `/oauth/token`."""
    app = next((each for each in instance.apps if each.client_id == form.get("client_id")), None)
    if form.get("grant_type") != "client_credentials":
        return 400, {"error": "unsupported_grant_type"}
    if app is None or app.secret != form.get("client_secret"):
        return 401, {"error": "invalid_client"}
    token, now, life = token_urlsafe(24), instance.clock(), instance.config.token_life
    instance.granted[token] = (app.user, now + timedelta(seconds=life))
    return 200, {
        "access_token": token, "token_type": "Bearer", "expires_in": life, "scope": "api_v3",
        "created_at": int(now.timestamp()),
    }  # fmt: skip


def _by_bearer(instance: Instance, token: str) -> int | None:
    user, until = instance.granted.get(token, (None, None))
    if until is not None:
        return user if until > instance.clock() else None
    return instance.tokens.get(token)


def _by_basic(instance: Instance, given: str) -> int | None:
    if not instance.config.basic_auth:
        return None
    try:
        name, _, password = base64.b64decode(given).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return instance.tokens.get(password) if name == "apikey" else None
