"""Предел запросов StormBPMN: облако разрешает пять в минуту и блокирует за повторные нарушения (stormbpmn §3.1)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from exchanger.domain.errors import SystemPaused
from exchanger.ports import Clock
from exchanger.storm.api.ledger import DAY, Ledger, LedgerFile, Mark, locked
from exchanger.telemetry.log import log

WINDOW = 61.0  # a minute, and a second for clocks that run at different speeds
MOST_REFUSALS = 2  # of a day; the cloud blocks the account at the third or the fourth, its words allow both readings
LONGEST_WAIT = 120.0  # what is worth waiting for in place
REMAINING = "X-Rate-Limit-Remaining"
RETRY_AFTER = "X-Rate-Limit-Retry-After-Seconds"

Waiting = Callable[[float, str], None]
"""Кому сказать о паузе: секунды и причина."""


def say_nothing(_seconds: float, _why: str) -> None:
    """О паузах не говорить."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Право на один запрос: ответ на него сообщают `heard`."""

    _budget: RequestBudget
    _ledger: Ledger

    def heard(self, status: int, headers: Mapping[str, str]) -> None:
        """Учесть ответ: 429 и исчерпанный остаток закрывают запросы до названного срока."""
        self._budget.note(self._ledger, status, headers)


class RequestBudget:
    """Не больше `per_minute` запросов за любую минуту, считая концы запросов, и по одному сразу.

    0 — предела нет, но просьбу подождать сервер всё равно вправе высказать. Один счёт на адрес StormBPMN: ключ
    действует на всю команду, поэтому считают все процессы вместе.
    """

    def __init__(
        self, directory: Path, base_url: str, per_minute: int, clock: Clock, waiting: Waiting = say_nothing
    ) -> None:
        place = urlsplit(base_url)
        self._path = directory / f"requests-{place.hostname}-{place.port or place.scheme}.json"
        self._per_minute = per_minute
        self._clock = clock
        self._waiting = waiting

    @asynccontextmanager
    async def request(self) -> AsyncIterator[Ticket]:
        """Дождаться права на запрос; замок держится до его конца, чтобы запросы не сошлись на сервере.

        `SystemPaused` — ждать дольше двух минут или ещё одно нарушение грозит блокировкой.
        """
        async with locked(self._path, self._clock) as file:
            ledger = await self._turn(file)
            ledger.sent.append(Mark.now(self._clock))
            file.write(ledger)  # before the request: a process killed in its midst has spent it
            try:
                yield Ticket(self, ledger)
            finally:
                ledger.sent[-1] = Mark.now(self._clock)  # the server may have counted it as late as now
                file.write(ledger)

    def note(self, ledger: Ledger, status: int, headers: Mapping[str, str]) -> None:
        """Записать в счёт, что ответил сервер."""
        now = Mark.now(self._clock)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            ledger.refused.append(now.wall)
            log.warning("StormBPMN отказал: слишком много запросов", refusals_today=len(ledger.refused))
        elif headers.get(REMAINING, "").strip() != "0" or not self._per_minute:
            return
        said = _seconds(headers.get(RETRY_AFTER, ""))
        # After a refusal a whole minute at least: when the server's own minute began is unknown.
        least = 0.0 if said and status != HTTPStatus.TOO_MANY_REQUESTS else WINDOW
        ledger.closed, ledger.closed_for = now, max(said, least)

    async def _turn(self, file: LedgerFile) -> Ledger:
        ledger = self._read(file)
        while True:
            now = Mark.now(self._clock)
            ledger.shed(now, WINDOW)
            self._refuse_danger(ledger, now)
            seconds, why = self._left(ledger, now)
            if seconds <= 0:
                return ledger
            if seconds > LONGEST_WAIT:
                raise _paused(f"StormBPMN просит подождать {seconds:.0f} с", seconds, "повторите команду позже.")
            self._waiting(seconds, why)
            await self._clock.sleep(seconds)

    def _read(self, file: LedgerFile) -> Ledger:
        ledger = file.read()
        if ledger is None:
            log.warning("счёт запросов к StormBPMN испорчен: считаем минуту исчерпанной", file=str(file.path))
            ledger = Ledger(sent=[Mark.now(self._clock)] * max(self._per_minute, 1))
            file.write(ledger)
        return ledger

    def _left(self, ledger: Ledger, now: Mark) -> tuple[float, str]:
        if ledger.closed is not None:
            return ledger.closed_for - ledger.closed.age(now), "сервер просит подождать"
        if not self._per_minute or len(ledger.sent) < self._per_minute:
            return 0.0, ""
        ages = sorted((mark.age(now) for mark in ledger.sent), reverse=True)
        enough = ages[
            len(ages) - self._per_minute
        ]  # when this one leaves the window, one fewer than the limit is in it
        return max(WINDOW - enough, 0.001), f"предел {self._per_minute} запросов в минуту"

    def _refuse_danger(self, ledger: Ledger, now: Mark) -> None:
        if not self._per_minute or len(ledger.refused) < MOST_REFUSALS:
            return
        left = DAY - (now.wall - min(ledger.refused))
        raise _paused(
            f"StormBPMN за сутки уже {len(ledger.refused)} раза отказал за частые запросы (429); ещё один отказ — и он "
            f"может заблокировать учётную запись, поэтому запросов не будет ещё {left / 3600:.1f} ч",
            left,
            "найдите, кто ещё ходит в StormBPMN с этим ключом, и уменьшите STORMBPMN_REQUESTS_PER_MINUTE; у своего "
            f"сервера без предела задайте 0. Если причина устранена и ждать нельзя, удалите {self._path}.",
        )


def _paused(what: str, seconds: float, remedy: str) -> SystemPaused:
    return SystemPaused(f"{what}.", after=timedelta(seconds=seconds), remedy=remedy)


def _seconds(value: str) -> float:
    try:
        return min(max(float(value), 0.0), DAY) + 1.0
    except ValueError:
        return 0.0
