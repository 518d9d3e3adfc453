"""Строки сверки словами: что будет сделано и почему."""

from __future__ import annotations

from types import MappingProxyType

from exchanger.domain.reconcile import Answer, EngineSays, NoteMissing, Nothing, Watch
from exchanger.ops.reconcile import Line

SAID = MappingProxyType(
    {
        EngineSays.UNKNOWN: "неизвестно: движок ещё не сказал своего времени",
        EngineSays.NOT_MADE: "не выдано",
        EngineSays.SUSPENDED: "выдано, процесс приостановлен",
        EngineSays.MADE: "выдано",
        EngineSays.INCIDENT: "инцидент",
    }
)


def action_of(line: Line) -> str:
    """Действие одним словом: для сводки и для машин."""
    return type(line.action).__name__


def why(line: Line) -> str:
    """Почему такое действие, по-русски."""
    action = line.action
    if isinstance(action, Nothing):
        return action.why
    if isinstance(action, Answer):
        return f"передать исход объекта {action.found.ref.id} ({action.found.state.value})"
    if isinstance(action, NoteMissing):
        return "объекта не видно: если не появится через минуту, он удалён или скрыт, будет инцидент"
    return _watched(line, action) if isinstance(action, Watch) else "сказать человеку в объекте"


def _watched(line: Line, action: Watch) -> str:
    words = [_reason(line)]
    if action.renew:
        words.append("продлить запор")
    if action.twins:
        words.append(f"сказать двойникам {', '.join(twin.ref.id for twin in action.twins)}")
    return "; ".join(words)


def _reason(line: Line) -> str:
    if line.says is EngineSays.SUSPENDED:
        return "процесс приостановлен: только следить"
    if line.says is EngineSays.INCIDENT:
        return "инцидент ждёт человека: exchanger incidents list"
    return "объект открыт: следить"
