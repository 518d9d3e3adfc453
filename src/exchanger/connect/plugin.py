"""Вход системы в установку: на него указывает entry point группы `exchanger.systems`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from exchanger.connect.hooks import Hook
from exchanger.connect.quality import Quality
from exchanger.connect.system import OpenSystem, Operation, System
from exchanger.domain.policy import CancelPolicy
from exchanger.ports import Clock
from exchanger.settings import Group, Settings

GROUP = "exchanger.systems"
"""Группа entry points; имя точки — имя системы в EXCHANGER_SYSTEMS."""

S = TypeVar("S")
G = TypeVar("G", bound=Group)
Opener = Callable[[Settings, Clock, Iterable[str]], AbstractAsyncContextManager[OpenSystem]]


def _usual_poll(_settings: Settings) -> timedelta:
    return timedelta(minutes=1)


def _comment(_settings: Settings) -> CancelPolicy:
    return CancelPolicy.COMMENT


def _no_hook(_settings: Settings) -> Hook | None:
    return None


@dataclass(frozen=True, slots=True)
class Plugin:
    """Система глазами установки. `parts` — описания, `poll` — как часто спрашивать изменения."""

    name: str
    parts: tuple[System[Any, Any], ...]
    open: Opener
    quality: Quality
    poll: Callable[[Settings], timedelta] = _usual_poll
    cancel: Callable[[Settings], CancelPolicy] = _comment
    hook: Callable[[Settings], Hook | None] = _no_hook

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Операции всех частей."""
        return tuple(operation for part in self.parts for operation in part.operations)

    @property
    def topics(self) -> frozenset[str]:
        """Темы, которые объявляет сам код системы."""
        return frozenset(topic for operation in self.operations for topic in operation.topics)


def plugin(
    system: System[S, Any],
    group: type[G],
    options: Callable[[G], S],
    *,
    quality: Quality,
    poll: Callable[[G], timedelta] | None = None,
    cancel: Callable[[G], CancelPolicy] | None = None,
) -> Plugin:
    """Система с одной группой переменных окружения; `options` — настройки, с которыми открывают систему."""
    return Plugin(
        system.name,
        (system,),
        lambda settings, clock, topics: system.open(options(settings.group(group)), clock, topics),
        quality,
        poll=_usual_poll if poll is None else lambda settings: poll(settings.group(group)),
        cancel=_comment if cancel is None else lambda settings: cancel(settings.group(group)),
    )
