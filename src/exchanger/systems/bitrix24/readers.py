"""Чтение значений параметров: из диаграммы они приходят строками, из процесса — чем угодно.

`ValueError` говорит, каким значение должно быть; само значение не повторяется: в нём бывают личные данные.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from exchanger.systems.bitrix24.foreign import as_int, as_text

_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_TRUE = frozenset({"true", "1", "y", "yes", "да"})
_FALSE = frozenset({"false", "0", "n", "no", "нет"})
_HOURS = re.compile(r"\d{1,5}([.,]\d{1,4})?")
_PERIOD = re.compile(r"PT(?=\d)(?:(\d{1,5})H)?(?:(\d{1,7})M)?")
_PRIORITIES = {"0": 0, "1": 1, "2": 2, "low": 0, "normal": 1, "high": 2, "низкий": 0, "обычный": 1, "высокий": 2}

_ROLES = {
    "responsible": "responsible", "исполнитель": "responsible", "creator": "originator", "постановщик": "originator",
    "accomplices": "accomplices", "соисполнитель": "accomplices", "auditors": "auditors", "наблюдатель": "auditors",
}  # fmt: skip

PERSON = "нужен номер сотрудника портала (например 107) или адрес почты"


def unwrap(value: object) -> object:
    """Значение переменной: прежние процессы передают и `{"value": …}`; пустой текст — нет значения."""
    if isinstance(value, dict) and "value" in value:
        value = value["value"]
    if isinstance(value, str):
        value = value.strip()
    return None if value == "" else value


def person(value: object) -> str:
    """Сотрудник: номер (в том числе `user_107`, `U107`) или почта."""
    text = as_text(unwrap(value)).strip()
    number = as_int(re.sub(r"^(?:user_|U)(?=\d)", "", text, flags=re.IGNORECASE))
    if number is not None and number > 0:
        return str(number)
    if _EMAIL.fullmatch(text):
        return text
    raise ValueError(PERSON)


def people(value: object) -> tuple[str, ...]:
    """Несколько сотрудников: список или строка через запятую."""
    return tuple(dict.fromkeys(person(item) for item in items(value)))


def portal_id(value: object) -> int | None:
    """Номер объекта портала; 0 — не задан."""
    number = as_int(unwrap(value))
    if number is None or number < 0:
        raise ValueError("нужно целое число — номер на портале")
    return number or None


def numbers(value: object) -> tuple[int, ...]:
    """Номера объектов портала: список или строка через запятую; `n123` — запись файла Диска."""
    found = [as_int(re.sub(r"^n(?=\d)", "", as_text(item).strip())) for item in items(value)]
    if any(number is None or number <= 0 for number in found):
        raise ValueError("нужны целые числа — номера на портале")
    return tuple(dict.fromkeys(number for number in found if number is not None))


def flag(value: object) -> bool:
    """Признак: true/false, 1/0, Y/N, да/нет."""
    text = as_text(unwrap(value)).strip().casefold() if value is not False else "false"
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError("нужно true или false (да/нет, Y/N, 1/0)")


def loose_flag(value: object) -> bool:
    """Признак прежней системы: всё, что не «да», — «нет»."""
    return as_text(unwrap(value)).strip().casefold() in _TRUE


def priority(value: object) -> int:
    """Важность: 0 низкая, 1 обычная, 2 высокая."""
    found = _PRIORITIES.get(as_text(unwrap(value)).strip().casefold())
    if found is None:
        raise ValueError("нужно 0 (низкий), 1 (обычный) или 2 (высокий)")
    return found


def seconds(value: object) -> int:
    """Трудозатраты в секундах: число часов или `PT5H30M`."""
    text = as_text(unwrap(value)).strip().upper()
    period = _PERIOD.fullmatch(text)
    if period is not None:
        found = int(period[1] or 0) * 3600 + int(period[2] or 0) * 60
    else:
        found = round(float(text.replace(",", ".")) * 3600) if _HOURS.fullmatch(text) else 0
    if found <= 0:
        raise ValueError("нужно число часов больше нуля (1,5) или запись PT1H30M")
    return found


def roles(value: object) -> frozenset[str]:
    """Роли в задаче: по-русски или именами параметров."""
    found = [_ROLES.get(as_text(item).strip().casefold()) for item in items(value)]
    if None in found:
        raise ValueError("нужны роли через запятую: исполнитель, постановщик, соисполнитель, наблюдатель")
    return frozenset(role for role in found if role is not None)


def texts(value: object) -> tuple[str, ...]:
    """Несколько строк: список или строка через запятую; пустые и повторы отброшены."""
    return tuple(dict.fromkeys(text for item in items(value) if (text := as_text(item).strip())))


def items(value: object) -> Iterable[object]:
    """Элементы списка, текста JSON со списком или строки через запятую или точку с запятой."""
    value = unwrap(value)
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            raise ValueError("нужен список через запятую или в виде JSON") from None
    if isinstance(value, list | tuple):
        return [item for item in map(unwrap, value) if item is not None]
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[,;]", value) if part.strip()]
    return [] if value is None else [value]
