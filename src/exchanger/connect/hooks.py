"""Уведомления систем (webhooks): верят только знающему тайну, и только в то, что пора посмотреть."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

MOST_BYTES = 64 * 1024
"""Обычный предел тела уведомления."""

_MOST_FIELDS = 200


class Forged(Exception):
    """Уведомление без нашей тайны: не от системы."""


@dataclass(frozen=True, slots=True)
class Knock:
    """Одно уведомление, каким оно пришло: сырое тело (по нему считают подпись) и заголовки, без учёта регистра."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def form(self) -> Mapping[str, str]:
        """Поля формы; `ValueError` — это не форма или полей слишком много."""
        return dict(parse_qsl(self.body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))


def _once(_knock: Knock) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Hook:
    """Вход одной системы.

    `read` — уведомление → номера объектов, которые пора посмотреть; `Forged` — тайна не та, `ValueError` — это не
    уведомление. Больше ничему в нём не верят. `again` — уведомление о том, что система ещё недолго показывает прежним
    (удаление): смотрят и вдогонку. `most` — предел тела в байтах.
    """

    system: str
    read: Callable[[Knock], Sequence[str]]
    again: Callable[[Knock], bool] = _once
    most: int = MOST_BYTES
