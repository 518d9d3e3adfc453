"""С какого места читать ленту изменений: перекрытие короткое каждый раз и полное раз в минуту.

Изменение бывает видно не сразу: время портала — до секунды, транзакция ещё не закрыта, реплика отстала. Обычное
опоздание ловит короткое перекрытие, редкое — полное; перечитывать полное каждый раз стоило бы сотен запросов.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchanger.connect import Cursor

SHORT = timedelta(seconds=15)
FULL = timedelta(minutes=3)
FULL_EVERY = timedelta(minutes=1)
LOOK_BACK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Look:
    """Один цикл: откуда читать, место, если он оборвётся, и место после него."""

    start: datetime
    again: Cursor
    next: Cursor

    @classmethod
    def at(cls, now: datetime, since: Cursor, grace: timedelta = timedelta()) -> Look:
        """Цикл, начатый в `now` по часам портала; `grace` — сколько закрытая задача ещё считается открытой."""
        if not since.position:
            start = now - LOOK_BACK
            return cls(start, _cursor(start, start), _cursor(now, now))
        seen, whole = (datetime.fromisoformat(part) for part in since.position.split("|"))
        if timedelta() <= now - whole < FULL_EVERY:
            return cls(min(seen, now) - SHORT, since, _cursor(now, whole))
        # From the last full look, not from now: what came into sight since then may be that much older.
        return cls(min(whole, now) - FULL - grace, since, _cursor(now, now))


def _cursor(seen: datetime, whole: datetime) -> Cursor:
    return Cursor(f"{seen.isoformat()}|{whole.isoformat()}")
