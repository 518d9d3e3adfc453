"""Методы самого портала: время, права, список методов, события."""

from __future__ import annotations

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.access import ALL_SCOPES
from exchanger.sandbox.bitrix24.dates import show
from exchanger.sandbox.bitrix24.portal import EventName
from exchanger.sandbox.bitrix24.registry import V2, V3, Call, Reply


@V2.method("server.time", "basic")
def server_time(call: Call) -> Reply:
    """Часы портала в его поясе."""
    return Reply(show(call.portal.now(), call.portal.build.server_zone))


@V2.method("scope", "basic")
def scope(call: Call) -> Reply:
    """Права ключа; full=true - все права портала."""
    return Reply(sorted(ALL_SCOPES - {"basic"} if php.as_flag(call.get("full")) else call.caller.scopes - {"basic"}))


@V3.method("rest.scope.list", "basic")
def scope_list(call: Call) -> Reply:
    """Права ключа (v3)."""
    return Reply({"items": sorted(call.caller.scopes - {"basic"})})


@V2.method("methods", "basic")
def methods(call: Call) -> Reply:
    """Имена методов, доступных ключу; full=true - все."""
    return Reply(V2.names(call.portal, None if php.as_flag(call.get("full")) else call.caller.scopes))


@V2.method("method.get", "basic")
def method_get(call: Call) -> Reply:
    """Есть ли метод и доступен ли он ключу."""
    found = V2.find(php.as_text(call.need("name")), call.portal)
    available = found is not None and found.scope in call.caller.scopes | {"basic"}
    return Reply({"isExisting": found is not None, "isAvailable": available})


@V2.method("events", "basic")
def events(call: Call) -> Reply:
    """События, на которые можно подписаться."""
    return Reply([name.value for name in EventName] if "task" in call.caller.scopes else [])
