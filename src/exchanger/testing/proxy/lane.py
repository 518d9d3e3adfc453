"""Что прокси делает с байтами: режимы соединения TCP."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lane:
    """Одно направление соединения. `rate` — байт в секунду, `delay` — секунд на каждую прочитанную порцию."""

    swallow: bool = False
    rate: float | None = None
    delay: float = 0.0

    def __post_init__(self) -> None:
        if self.rate is not None and self.rate <= 0:
            raise ValueError(f"Lane: скорость должна быть больше нуля, дано {self.rate}; тишина — swallow=True")
        if self.delay < 0:
            raise ValueError(f"Lane: задержка не бывает отрицательной, дано {self.delay}")


@dataclass(frozen=True, slots=True)
class TcpMode:
    """Режим соединения: оба направления и пускать ли новые соединения."""

    to_server: Lane = field(default_factory=Lane)
    to_client: Lane = field(default_factory=Lane)
    accept: bool = True


PASS = TcpMode()
"""Прозрачно."""

HOLE = TcpMode(Lane(swallow=True), Lane(swallow=True))
"""Тишина в обе стороны: соединение с виду живо (half-open)."""

HOLE_FROM_SERVER = TcpMode(to_client=Lane(swallow=True))
"""Сервер всё получает, его ответы и подтверждения теряются."""

REFUSE = TcpMode(accept=False)
"""Новые соединения обрываются сразу, прежние живут."""


def slow(rate: float = 1.0) -> TcpMode:
    """`rate` байт в секунду в обе стороны."""
    return TcpMode(Lane(rate=rate), Lane(rate=rate))


def delayed(seconds: float) -> TcpMode:
    """Каждая порция байтов (до 64 КиБ) лежит `seconds` секунд в пути."""
    return TcpMode(Lane(delay=seconds), Lane(delay=seconds))
