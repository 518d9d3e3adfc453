"""Перенос файла настроек предшественника: что работает, что изменилось, что потеряло смысл."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from exchanger.settings import _checks
from exchanger.settings._accepted import ACCEPTED
from exchanger.settings._faults import Fault
from exchanger.settings._names import every_field, known, nearest
from exchanger.settings._read import CHOOSING, capped, read_from
from exchanger.settings._show import secrets_of, shown
from exchanger.settings._sources import EnvFile, Raw, in_file, read_env_file
from exchanger.settings._var import Field, Var
from exchanger.settings._write import line


class Fate(StrEnum):
    """Что стало с переменной."""

    WORKS = "работает"
    CHANGED = "изменилось"
    DEAD = "не действует"
    UNKNOWN = "неизвестно"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Судьба одной переменной старого файла; `value` без тайны."""

    fate: Fate
    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """Итог переноса: судьбы переменных, новые значения и ошибки, которые надо исправить."""

    verdicts: tuple[Verdict, ...]
    values: dict[str, str]
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...]

    def text(self) -> str:
        """Новый файл .env."""
        return "".join(f"{line(name, value)}\n" for name, value in self.values.items())


def import_env(path: Path) -> Imported:
    """Прочитать старый файл и решить судьбу каждой переменной; отсутствие файла — тоже ошибка в `faults`."""
    old = read_env_file(path)
    if not old.exists:
        faults = old.faults or [Fault(str(path), "", "такого файла нет")]
        return Imported((), {}, tuple(faults), ())
    verdicts: list[Verdict] = []
    values: dict[str, str] = {}
    for item in every_field():
        verdicts.extend(_move(item, old, values))
    verdicts.extend(_rest(old))
    verdicts.extend(_decide(values))
    new = EnvFile(path, exists=True, values=values, faults=old.faults)
    reading = read_from({}, new, "prod", path.parent)
    remarks = [*old.warnings, *_remarks(values), *_checks.warnings(reading)]
    return Imported(tuple(verdicts), values, (*reading.faults, *_checks.faults(reading)), tuple(remarks))


def _move(item: Field, old: EnvFile, values: dict[str, str]) -> Iterator[Verdict]:
    var = item.var
    if var.name in CHOOSING:
        return
    for name in var.names if var.secret else ():
        if old.values.get(f"{name}_FILE"):
            values[f"{var.name}_FILE"] = old.values[f"{name}_FILE"]
            yield Verdict(Fate.WORKS, f"{name}_FILE", old.values[f"{name}_FILE"])
    found = list(in_file(old, var))
    if not found:
        return
    value, note = capped(item, found[0])
    values[var.name] = value
    yield _verdict(var, found[0], value, note)
    for other in found[1:]:
        note = (
            f"то же, что {found[0].name}: действует она" if other.value != found[0].value else f"повтор {found[0].name}"
        )
        yield Verdict(Fate.DEAD, other.name, shown(var, other.value), note)


def _verdict(var: Var, raw: Raw, value: str, note: str) -> Verdict:
    notes = [note] if note else []
    if raw.name != var.name:
        notes.insert(0, f"теперь {var.name}")
    elif var.dormant:
        notes.insert(0, "прежде под этим именем не действовало, теперь действует")
    return Verdict(Fate.CHANGED if notes else Fate.WORKS, raw.name, shown(var, value), "; ".join(notes))


def _rest(old: EnvFile) -> Iterator[Verdict]:
    """Потерявшие смысл и неизвестные."""
    for name, value in old.values.items():
        if name in ACCEPTED:
            masked = shown(Var(name, secret=ACCEPTED[name].secret), value)
            yield Verdict(Fate.DEAD, name, masked, ACCEPTED[name].reason)
        elif name in CHOOSING:
            yield Verdict(Fate.DEAD, name, value, "задаётся в окружении службы, а не в файле")
        elif name not in known():
            right = nearest(name)
            yield Verdict(Fate.UNKNOWN, name, "", f"возможно, {right}" if right else "такой переменной нет")


def _decide(values: dict[str, str]) -> Iterator[Verdict]:
    """Решения, которых в старом файле не было."""
    if "BITRIX_DONE_STATUSES" not in values:
        values["BITRIX_DONE_STATUSES"] = "4,5"
        note = "добавлено: прежде завершала и задача, ждущая контроля (4); чтобы ждать приёмки, поставьте 5"
        yield Verdict(Fate.CHANGED, "BITRIX_DONE_STATUSES", "4,5", note)
    if values.get("ENABLE_METRICS", "").lower() in {"true", "1", "yes", "on"}:
        values["ENABLE_METRICS"] = "false"
        note = "выключено: страницы прежде не было, а службы заняли бы один порт; задайте каждой EXCHANGER_HEALTH_PORT"
        yield Verdict(Fate.CHANGED, "ENABLE_METRICS", "false", note)


def _remarks(values: dict[str, str]) -> Iterator[str]:
    for prefix, name in (("CAMUNDA", "CAMUNDA_BASE_URL"), ("BITRIX", "BITRIX_WEBHOOK_URL")):
        if values.get(name, "").startswith("https://"):
            yield f"{name}: сертификат теперь проверяется; частному центру нужен {prefix}_CA_FILE"
    if any(secrets_of(value) for value in values.values()):
        yield "в файле есть тайны: держите права 0600 или вынесите их в *_FILE"
