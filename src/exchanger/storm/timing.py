"""Время из подписи события: ISO 8601, выражение или русский текст; чего не понять — не угадывается."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_ISO_DURATION = re.compile(r"P(?=[\dT])(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?")
_ISO_WEEKS = re.compile(r"(\d+)W")
_ISO_CYCLE = re.compile(r"R\d*(/\S+){1,2}")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_EXPRESSION = re.compile(r"[$#]\{.+\}")
_DATE = re.compile(
    r"(?:до|к|с|от|не позднее)?\s*(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*(?:г|года)\.?)?(?:\s+(\d\d):(\d\d))?"
)

_WORDS = {
    "один": 1, "одна": 1, "одну": 1, "одного": 1, "два": 2, "две": 2, "двух": 2, "три": 3, "трех": 3,
    "четыре": 4, "четырех": 4, "пять": 5, "пяти": 5, "шесть": 6, "шести": 6, "семь": 7, "семи": 7,
    "восемь": 8, "девять": 9, "десять": 10, "десяти": 10,
}  # fmt: skip
_SECOND, _MINUTE, _HOUR, _DAY = "S", "M", "H", "D"
_UNITS = (
    (re.compile(r"с|сек|секунд[аыу]?"), _SECOND, 1),
    (re.compile(r"мин|минут[аыу]?"), _MINUTE, 1),
    (re.compile(r"ч|час|часа|часов"), _HOUR, 1),
    (re.compile(r"д|дн|день|дня|дней|сут|сутки|суток"), _DAY, 1),
    (re.compile(r"нед|недел[яиюь]"), _DAY, 7),
    (re.compile(r"мес|месяц|месяца|месяцев"), "months", 1),
    (re.compile(r"квартал|квартала|кварталов"), "months", 3),
    (re.compile(r"год|года|лет"), "years", 1),
)
_WORKING = r"(?:рабоч(?:ий|их|его|ие)|раб|р)"
_CALENDAR = r"(?:календарн(?:ый|ых|ого|ые)|кал|к)"
_GAP = r"(?:\.\s*|\s+)"
_PART = re.compile(
    rf"(?P<number>\d+|{'|'.join(_WORDS)})?\s*(?:(?P<working>{_WORKING}){_GAP}|{_CALENDAR}{_GAP})?"
    r"(?P<unit>[а-я]+)\.?"
)
_LEAD = re.compile(
    r"(?:.*\b)?(?:до|через|спустя|в течение|в теч|не более|не позднее|максимум|макс|ждать|ожида(?:ние|ть)|пауза|срок|"
    r"таймер)\b"
    r"[\s.:–—-]*"
)
_DASHES = re.compile(r"^[\s.:–—-]+")
_BETWEEN = re.compile(r"[\s,;]*(?:и\s+)?")
_DATE_PARTS = (("years", "Y"), ("months", "M"), ("D", "D"))
_TEXT_LIMIT = 200
_AMOUNT_LIMIT = 100_000  # the engine counts in years that have four digits


@dataclass(frozen=True, slots=True)
class Timing:
    """Понятое время: тег определения таймера, значение ISO 8601 и оговорка, если оно приблизительно."""

    tag: str
    value: str
    caveat: str = ""


def understand(text: str) -> Timing | None:
    """Понять подпись таймера; None — не понята.

    «до 14 р. дн.», «через 3 дня», «2 часа», «1 день 4 часа», «полчаса», «до 31.12.2030», `P3D`, `R3/PT10M`, `${…}`.
    """
    plain = " ".join(text[:_TEXT_LIMIT].split()).strip(' .;,!()«»"')
    return _formal(plain) or _date(plain.lower()) or _spoken(plain.lower().replace("ё", "е"))


def _formal(text: str) -> Timing | None:
    if _EXPRESSION.fullmatch(text):
        return Timing("timeDuration", text)
    if _ISO_DURATION.fullmatch(text):
        # The engine reads durations by the XML Schema's rules, which know no weeks.
        return Timing("timeDuration", _weeks_as_days(text))
    if _ISO_CYCLE.fullmatch(text):
        return Timing("timeCycle", text)
    return Timing("timeDate", text if "T" in text else f"{text}T00:00:00") if _ISO_DATE.fullmatch(text) else None


def _weeks_as_days(text: str) -> str:
    weeks = _ISO_WEEKS.search(text)
    if weeks is None:
        return text
    days = re.search(r"(\d+)D", text)
    total = int(weeks[1]) * 7 + (int(days[1]) if days else 0)
    bare = _ISO_WEEKS.sub("", re.sub(r"\d+D", "", text))
    head, separator, tail = bare.partition("T")
    return f"{head}{total}D{separator}{tail}"


def _date(text: str) -> Timing | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute = (int(part or 0) for part in found.groups())
    try:
        moment = datetime(year, month, day, hour, minute)  # noqa: DTZ001  # written without a zone, read in the engine's
    except ValueError:
        return None
    return Timing("timeDate", moment.isoformat())


def _spoken(text: str) -> Timing | None:
    if text.endswith("полчаса") and (text == "полчаса" or _LEAD.fullmatch(text.removesuffix("полчаса"))):
        return Timing("timeDuration", "PT30M")
    lead = _LEAD.match(text)
    bare = _DASHES.sub("", text) if lead is None else text[lead.end() :]
    parts = _parts(bare.strip(" .,;()-–—"))
    return _total(parts) if parts else None


def _parts(text: str) -> list[tuple[int, str, bool]] | None:
    """Слагаемые (число, единица, рабочие ли) — если текст состоит только из них."""
    parts: list[tuple[int, str, bool]] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        unit = None if found is None else _unit(found["unit"])
        if found is None or unit is None or (parts and found["number"] is None):
            return None
        name, factor = unit
        parts.append((_number(found["number"]) * factor, name, found["working"] is not None))
        between = _BETWEEN.match(text, found.end())
        position = found.end() if between is None else between.end()
    return parts


def _unit(word: str) -> tuple[str, int] | None:
    return next(((name, factor) for pattern, name, factor in _UNITS if pattern.fullmatch(word)), None)


def _number(text: str | None) -> int:
    return 1 if text is None else _WORDS.get(text) or int(text)


def _total(parts: list[tuple[int, str, bool]]) -> Timing | None:
    totals = dict.fromkeys(("years", "months", _DAY, _HOUR, _MINUTE, _SECOND), 0)
    caveats = []
    for amount, unit, working in parts:
        if working and unit != _DAY:
            return None  # «4 рабочих часа» depend on a working day that nobody has told us
        totals[unit] += -(-amount * 7 // 5) if working else amount
        if working:
            caveats.append(f"{amount} раб. дн. взяты как {totals[_DAY]} календарных: праздники движок не знает")
    if max(totals.values()) > _AMOUNT_LIMIT:
        return None
    date = "".join(f"{totals[unit]}{letter}" for unit, letter in _DATE_PARTS if totals[unit])
    time = "".join(f"{totals[unit]}{unit}" for unit in (_HOUR, _MINUTE, _SECOND) if totals[unit])
    if not date and not time:
        return None
    return Timing("timeDuration", f"P{date}" + (f"T{time}" if time else ""), "; ".join(caveats))
