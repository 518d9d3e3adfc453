"""Вход в консоль: пароль, сеансы в памяти и предел неудачных попыток."""

from __future__ import annotations

import hmac
from collections import OrderedDict, deque
from hashlib import sha256
from secrets import token_urlsafe

from exchanger.ports import Clock

SESSION = 12 * 3600.0
"""Секунд живёт сеанс; перезапуск службы кончает все."""

SESSIONS = 64
"""Сеансов разом: новый вытесняет самый старый."""

TRIES = 5
"""Неудачных попыток с одного адреса за `WINDOW` секунд, дальше — отказ без проверки."""

ALL_TRIES = 50
"""То же со всех адресов вместе."""

WINDOW = 300.0
_ADDRESSES = 1024


class Tries:
    """Неудачные попытки за последние `WINDOW` секунд; памяти — не больше `_ADDRESSES` адресов."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_address: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque(maxlen=ALL_TRIES)

    def wait(self, address: str) -> float:
        """Секунд до следующей попытки; 0 — можно сейчас."""
        now = self._clock.monotonic()
        own = self._by_address.get(address, deque[float]())
        held = [times[0] + WINDOW - now for times in (own, self._all) if len(times) == times.maxlen]
        return max((*held, 0.0))

    def failed(self, address: str) -> None:
        """Запомнить неудачу."""
        own = self._by_address.setdefault(address, deque(maxlen=TRIES))
        self._by_address.move_to_end(address)
        for times in (own, self._all):
            times.append(self._clock.monotonic())
        if len(self._by_address) > _ADDRESSES:
            self._by_address.popitem(last=False)


class Entry:
    """Пароль и сеансы; ключ сеанса хранится отпечатком."""

    def __init__(self, password: str, clock: Clock) -> None:
        self._password = _digest(password)
        self._clock = clock
        self._sessions: OrderedDict[bytes, float] = OrderedDict()
        self.tries = Tries(clock)

    def open(self, password: str, address: str) -> str | None:
        """Ключ нового сеанса; None — пароль не тот или попытки кончились (`tries.wait`)."""
        if self.tries.wait(address) > 0:
            return None
        if not hmac.compare_digest(_digest(password), self._password):
            self.tries.failed(address)
            return None
        key = token_urlsafe(32)
        self._sessions[_digest(key)] = self._clock.monotonic() + SESSION
        while len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        return key

    def knows(self, key: str) -> bool:
        """Действует ли сеанс."""
        until = self._sessions.get(_digest(key))
        return until is not None and self._clock.monotonic() < until

    def close(self, key: str) -> None:
        """Кончить сеанс."""
        self._sessions.pop(_digest(key), None)


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
