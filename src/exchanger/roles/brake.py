"""Тормоз: если пропало слишком много сразу, виноваты не люди. Система стоит, пока пропавшее не вернётся или его не

примет оператор: тогда названное в сообщении тормоза считается пропавшим на самом деле, а всё прочее — как прежде.
"""

from __future__ import annotations

from collections.abc import Collection

from exchanger.domain.reconcile import brake_trips
from exchanger.roles.context import Context


class Brake:
    """Тормоз одной системы; источники («движок», «лента», система) считаются отдельно, по id внешних задач."""

    def __init__(self, context: Context, system: str) -> None:
        self._context = context
        self._system = system
        self._part = context.health.part(f"brake:{system}")
        self._part.up(now=context.clock.now())
        self._on: dict[str, frozenset[str]] = {}
        self._accepted: dict[str, frozenset[str]] = {}

    @property
    def on(self) -> bool:
        """Система остановлена тормозом."""
        return bool(self._on)

    def tripped(self, source: str, vanished: Collection[str], total: int) -> bool:
        """Посчитать проход источника; True — слишком много пропало, ничего не делать."""
        gone = frozenset(vanished)
        accepted = self._accepted[source] = self._accepted.get(source, frozenset()) & gone
        count = len(gone) - len(accepted)
        if brake_trips(count, total):
            self._on[source] = gone
            self._part.down(
                f"Пропало {count} из {total} обязательств ({source}): исходы не передаются, объекты не трогаются. "
                "Что делать: проверьте права учётной записи и базу движка; пропавшее вернётся — работа продолжится. "
                f"Пропало на самом деле — exchanger resume {self._system} --accept",
                now=self._context.clock.now(),
            )
            return True
        self._on.pop(source, None)
        self._release()
        return False

    def accept(self) -> int:
        """Отпустить: пропавшее к этой минуте принято. Возвращает, сколько; 0 — тормоз и не держал."""
        accepted = sum(len(gone) for gone in self._on.values())
        self._accepted |= self._on
        self._on.clear()
        self._release()
        return accepted

    def _release(self) -> None:
        if not self._on:
            self._part.up(now=self._context.clock.now())
