"""Уведомления систем (webhooks): верят только знающему тайну, и только в то, что пора посмотреть."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


class Forged(Exception):
    """Уведомление без нашей тайны: не от системы."""


def _once(_form: Mapping[str, str]) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Hook:
    """Вход одной системы.

    `read` — поля формы → номера объектов, которые пора посмотреть; `Forged` — тайна не та. Больше ничему в уведомлении
    не верят. `again` — уведомление о том, что система ещё недолго показывает прежним (удаление): смотрят и вдогонку.
    """

    system: str
    read: Callable[[Mapping[str, str]], Sequence[str]]
    again: Callable[[Mapping[str, str]], bool] = _once
