"""Вызов метода: права, ограничение времени работы, счётчики, конверт ответа, batch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from exchanger.sandbox.bitrix24 import (
    methods as methods,  # noqa: PLC0414 - the import fills the registries
)
from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.dates import show
from exchanger.sandbox.bitrix24.errors import REFUSALS, RestError, unknown_method
from exchanger.sandbox.bitrix24.faults import AFTER_COMMIT
from exchanger.sandbox.bitrix24.registry import V2, V3, Call, Registry, Reply

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.access import Caller
    from exchanger.sandbox.bitrix24.params import Params
    from exchanger.sandbox.bitrix24.portal import Portal

BATCH_LIMIT = 50
_REFERENCE = re.compile(r"\$(result|error|total|next|time)((?:\[[^\]]*\])+)")


class BatchCutError(Exception):
    """Портал умер посреди пакета: выполненное осталось, ответа нет."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Ответ вместе с блоком time."""

    reply: Reply
    time: dict[str, Any]

    def envelope(self) -> dict[str, Any]:
        """Тело успешного ответа."""
        body: dict[str, Any] = {"result": self.reply.result}
        if self.reply.next is not None:
            body["next"] = self.reply.next
        if self.reply.total is not None:
            body["total"] = self.reply.total
        return body | {"time": self.time}


def perform(portal: Portal, caller: Caller, name: str, params: Params, registry: Registry = V2) -> Answer:
    """Выполняет метод (и batch); отказ - RestError."""
    started, tick = portal.exact_now().timestamp(), perf_counter()
    key = name.lower()
    portal.calls[key] += 1
    if key == "batch" and registry is V2:
        reply = Reply(_batch(portal, caller, params))
    else:
        reply = _single(portal, caller, key, params, registry)
    return Answer(reply, _time(portal, caller, key, started, perf_counter() - tick))


def _single(portal: Portal, caller: Caller, key: str, params: Params, registry: Registry) -> Reply:
    method = registry.find(key, portal)
    if method is None or (registry is V3 and not portal.build.v3):
        raise unknown_method()
    if method.scope not in caller.scopes | {"basic"}:
        text = "The request requires higher privileges than provided by the access token"
        raise RestError("insufficient_scope", text, 403)
    now = portal.exact_now().timestamp()
    if not portal.operating.allowed(key, caller.key, now):
        raise RestError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)
    tick = perf_counter()
    try:
        return method.handler(Call(portal, caller, params))
    finally:
        portal.operating.record(key, caller.key, now, perf_counter() - tick)


def _time(portal: Portal, caller: Caller, key: str, started: float, spent: float) -> dict[str, Any]:
    operating, reset = portal.operating.spent(key, caller.key, started)
    begun = show(portal.now(), portal.build.server_zone)
    return {
        "start": started,
        "finish": started + spent,
        "duration": spent,
        "processing": spent,
        "date_start": begun,
        "date_finish": begun,
        "operating_reset_at": reset,
        "operating": operating,
    }


def _batch(portal: Portal, caller: Caller, params: Params) -> dict[str, Any]:
    """Команды по очереди; ошибки - в result_error, код ответа всегда 200."""
    parts: dict[str, Params] = {name: {} for name in ("result", "error", "total", "next", "time")}
    raw = php.pick(params, "cmd")
    commands = raw if isinstance(raw, dict) else dict(enumerate(php.as_list(raw)))
    halt = _truth(php.pick(params, "halt"))
    for position, (label, command) in enumerate(commands.items()):
        _command(portal, caller, str(label), command, parts, extra=position >= BATCH_LIMIT)
        if halt and parts["error"]:
            break
    return {
        "result": php.php(parts["result"]),
        "result_error": php.php(parts["error"]),
        "result_total": php.php(parts["total"]),
        "result_next": php.php(parts["next"]),
        "result_time": php.php(parts["time"]),
    }


def _command(
    portal: Portal, caller: Caller, label: str, command: Any, parts: dict[str, Params], *, extra: bool
) -> None:
    name, _, query = php.as_text(command).partition("?")
    try:
        _check_command(name, extra=extra)
        answer = _attempt(portal, caller, name, _resolve(php.parse_query(query), parts))
    except RestError as error:
        parts["error"][label] = {"error": error.code, "error_description": error.description}
        return
    parts["result"][label], parts["time"][label] = answer.reply.result, answer.time
    if answer.reply.total is not None:
        parts["total"][label] = answer.reply.total
    if answer.reply.next is not None:
        parts["next"][label] = answer.reply.next


def _attempt(portal: Portal, caller: Caller, name: str, params: Params) -> Answer:
    """Команда пакета вместе со сбоем, который для неё задуман."""
    fault = portal.faults.take(name.lower(), inside=True)
    if fault is None:
        return perform(portal, caller, name, params)
    if fault.kind in AFTER_COMMIT:
        perform(portal, caller, name, params)
    if fault.kind in REFUSALS:
        raise REFUSALS[fault.kind]
    raise BatchCutError


def _check_command(name: str, *, extra: bool) -> None:
    if extra:
        raise RestError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    if name.lower() == "batch":
        raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)


def _resolve(value: Any, parts: dict[str, Params]) -> Any:
    """Подставляет `$result[имя][поле]` в любом месте текста параметра - и в тексте, который написал человек."""
    if isinstance(value, dict):
        return {key: _resolve(item, parts) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, parts) for item in value]
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole is not None:
        return _look_up(whole, parts)
    return _REFERENCE.sub(lambda found: php.as_text(_look_up(found, parts)), value)


def _look_up(found: re.Match[str], parts: dict[str, Params]) -> Any:
    value: Any = parts[found[1]]
    for step in re.findall(r"\[([^\]]*)\]", found[2]):
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        else:
            value = php.as_map(value).get(step)
    return value


def _truth(value: Any) -> bool:
    """Логическое PHP: строка `false` - истина, `0` и пустая - ложь."""
    return value not in (None, False, 0, "", "0")
