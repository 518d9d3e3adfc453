"""Чтение значений параметров: из диаграммы они приходят строками, из процесса — чем угодно.

`ValueError` говорит, каким значение должно быть; само значение не повторяется: в нём бывают личные данные.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from exchanger.systems.openproject.foreign import as_int, as_text

_TRUE = frozenset({"true", "1", "y", "yes", "да"})
_FALSE = frozenset({"false", "0", "n", "no", "нет"})
_RUSSIAN = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?:\s.*)?")
_PERIOD = re.compile(r"P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+(?:\.\d+)?H)?(?:\d+M)?(?:\d+S)?)?")
_HOURS = re.compile(r"\d{1,6}(?:\.\d{1,6})?")
_DAYS = re.compile(r"P\d+D")
_RELATION = re.compile(r"([a-z]+)\s*:\s*#?(\d+)(?:\s*([+-]\d+))?")

RELATIONS = frozenset(
    {"relates", "duplicates", "duplicated", "blocks", "blocked", "precedes", "follows", "includes", "partof",
     "requires", "required"}
)  # fmt: skip


def unwrap(value: object) -> object:
    """Значение переменной: прежние процессы передают и `{"value": …}`; пустой текст — нет значения."""
    if isinstance(value, dict) and value.keys() <= {"value", "type", "valueInfo"} and "value" in value:
        value = value["value"]
    if isinstance(value, str):
        value = value.strip()
    return None if value == "" else value


def text(value: object) -> str:
    """Строка."""
    return as_text(unwrap(value))


def flag(value: object) -> bool:
    """Признак: true/false, 1/0, Y/N, да/нет."""
    shown = str(unwrap(value)).casefold()
    if shown in _TRUE:
        return True
    if shown in _FALSE:
        return False
    raise ValueError("нужно true или false (да/нет, Y/N, 1/0)")


def number(value: object) -> int | None:
    """Номер записи; 0 — не задан."""
    found = as_int(unwrap(value))
    if found is None or found < 0:
        raise ValueError("нужно целое число — номер в OpenProject")
    return found or None


def day(value: object) -> date:
    """День: Date движка, ISO (время отбрасывается) или 31.12.2026."""
    value = unwrap(value)
    if isinstance(value, datetime):
        return value.date()
    shown = str(value)
    russian = _RUSSIAN.fullmatch(shown)
    try:
        if russian is not None:
            return date(int(russian[3]), int(russian[2]), int(russian[1]))
        return datetime.fromisoformat(re.sub(r"\[[^\]]*\]$", "", shown)).date()
    except ValueError:
        raise ValueError("нужна дата вида 2026-12-31, 2026-12-31T18:00:00+03:00 или 31.12.2026") from None


def period(value: object) -> str:
    """Трудоёмкость: `PT5H30M` или число часов."""
    value = unwrap(value)
    if isinstance(value, str) and _PERIOD.fullmatch(value.upper()):
        return value.upper()
    shown = str(value).replace(",", ".")
    if not _HOURS.fullmatch(shown):
        raise ValueError("нужно число часов (5,5) или запись PT5H30M")
    minutes = round(float(shown) * 60)
    return f"PT{minutes // 60}H{minutes % 60}M"


def days(value: object) -> str:
    """Длительность: `P8D` или число дней."""
    value = unwrap(value)
    if isinstance(value, str) and _DAYS.fullmatch(value.upper()):
        return value.upper()
    found = as_int(value)
    if found is None or found < 1:
        raise ValueError("нужно число дней (8) или запись P8D")
    return f"P{found}D"


def texts(value: object) -> tuple[str, ...]:
    """Несколько строк: список, JSON или строка через запятую; пустые и повторы отброшены."""
    return tuple(dict.fromkeys(shown for item in items(value) if (shown := text(item))))


def items(value: object) -> Iterable[object]:
    """Элементы списка, текста JSON со списком или строки через запятую или точку с запятой."""
    value = unwrap(value)
    if isinstance(value, str) and value.startswith("["):
        value = _json(value, "нужен список через запятую или в виде JSON")
    if isinstance(value, list | tuple):
        return [item for item in map(unwrap, value) if item is not None]
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[,;\n]", value) if part.strip()]
    return [] if value is None else [value]


def pairs(value: object) -> dict[str, object]:
    """Имя поля → значение: объект или JSON с объектом."""
    value = unwrap(value)
    if isinstance(value, str):
        value = _json(value, "нужен JSON с объектом: имя поля → значение")
    if not isinstance(value, Mapping):
        raise ValueError("нужен объект (Map или JSON): имя поля → значение")  # noqa: TRY004 - pydantic takes ValueError
    return {str(name): item for name, each in value.items() if (item := unwrap(each)) is not None}


def relation(value: object) -> tuple[str, int, int]:
    """Связь `follows:123` или `follows:123 +2` (дней): вид, номер, сдвиг."""
    found = _RELATION.fullmatch(str(unwrap(value)).strip())
    if found is None or found[1] not in RELATIONS:
        raise ValueError(f"нужно вид:номер, например follows:123; виды: {', '.join(sorted(RELATIONS))}")
    return found[1], int(found[2]), int(found[3] or 0)


def relations(value: object) -> tuple[tuple[str, int, int], ...]:
    """Несколько связей через запятую."""
    return tuple(dict.fromkeys(relation(item) for item in items(value)))


def _json(shown: str, expected: str) -> object:
    try:
        return json.loads(shown)
    except ValueError:
        raise ValueError(expected) from None
