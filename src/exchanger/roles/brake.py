"""Тормоз: если пропало слишком много сразу, виноваты не люди. Система стоит, пока пропавшее не вернётся."""

from __future__ import annotations

from exchanger.domain.reconcile import brake_trips
from exchanger.roles.context import Context


class Brake:
    """Тормоз одной системы; источники («движок», система) считаются отдельно."""

    def __init__(self, context: Context, system: str) -> None:
        self._context = context
        self._part = context.health.part(f"brake:{system}")
        self._part.up(now=context.clock.now())
        self._on: set[str] = set()

    @property
    def on(self) -> bool:
        """Система остановлена тормозом."""
        return bool(self._on)

    def tripped(self, source: str, vanished: int, total: int) -> bool:
        """Посчитать проход источника; True — слишком много пропало, ничего не делать."""
        if brake_trips(vanished, total):
            self._on.add(source)
            self._part.down(
                f"Пропало {vanished} из {total} обязательств ({source}): исходы не передаются, объекты не трогаются. "
                "Что делать: проверьте права учётной записи и базу движка; пропавшее вернётся — работа продолжится.",
                now=self._context.clock.now(),
            )
            return True
        self._on.discard(source)
        if not self._on:
            self._part.up(now=self._context.clock.now())
        return False
