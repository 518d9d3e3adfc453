"""Чтение: от имён и значений к проверенным группам; все ошибки собираются, ни одна не останавливает чтение."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from exchanger.domain.problems import problem
from exchanger.settings._accepted import ACCEPTED
from exchanger.settings._bitrix import BitrixSettings
from exchanger.settings._broker import BrokerSettings
from exchanger.settings._console import ConsoleSettings
from exchanger.settings._engine import DiagramSettings, EngineSettings
from exchanger.settings._faults import Fault
from exchanger.settings._installation import (
    HookSettings,
    InstallationSettings,
    LogSettings,
    MetricsSettings,
    RetrySettings,
)
from exchanger.settings._journal import JournalSettings
from exchanger.settings._notices import NoticeSettings
from exchanger.settings._onec import OnecSettings
from exchanger.settings._openproject import OpenProjectSettings
from exchanger.settings._python import (
    EmailSettings,
    HttpCallSettings,
    PythonSettings,
    TelegramSettings,
    YandexDiskSettings,
)
from exchanger.settings._show import secrets_of, shown, shown_default
from exchanger.settings._sources import EnvFile, Origin, Raw, Sources, read_env_file
from exchanger.settings._storm import StormSettings, SyncSettings
from exchanger.settings._var import Field, Group, Var, fields
from exchanger.telemetry.redact import register_secret

GROUPS: tuple[type[Group], ...] = (
    InstallationSettings,
    EngineSettings,
    DiagramSettings,
    BrokerSettings,
    BitrixSettings,
    OpenProjectSettings,
    OnecSettings,
    PythonSettings,
    EmailSettings,
    TelegramSettings,
    YandexDiskSettings,
    HttpCallSettings,
    RetrySettings,
    LogSettings,
    JournalSettings,
    NoticeSettings,
    MetricsSettings,
    HookSettings,
    ConsoleSettings,
    StormSettings,
    SyncSettings,
)
ENVIRONMENTS = ("prod", "dev")
CHOOSING = ("EXCHANGER_ENV", "EXCHANGER_HOME")
_DEFAULT = Origin.DEFAULT.value


@dataclass(frozen=True, slots=True)
class SettingValue:
    """Значение переменной для показа: без тайны, с происхождением и замечанием."""

    name: str
    value_masked: str
    origin: str
    note: str = ""


@dataclass(slots=True)
class Reading:
    """Что прочитано: проверенные группы (только годные), значения для показа, ошибки и предупреждения."""

    environment: str
    home: Path
    file: EnvFile
    groups: dict[type[Group], Group] = field(default_factory=dict)
    values: list[SettingValue] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    given: dict[str, Raw] = field(default_factory=dict)  # by the documented name; only what was given


def read(environ: Mapping[str, str], cwd: Path) -> Reading:
    """Прочитать все настройки; ничего не бросает."""
    environment = environ.get("EXCHANGER_ENV", "").strip().lower() or "prod"
    home = Path(environ.get("EXCHANGER_HOME", "").strip() or cwd)
    file = read_env_file(home / f".env.{environment}") if environment in ENVIRONMENTS else EnvFile(home)
    reading = read_from(environ, file, environment, home)
    if not home.is_dir():
        reading.faults.append(
            Fault("EXCHANGER_HOME", str(home), "такого каталога нет", "создайте его или исправьте путь")
        )
    return reading


def read_from(environ: Mapping[str, str], file: EnvFile, environment: str, home: Path) -> Reading:
    """Прочитать настройки из окружения и данного файла."""
    reading = Reading(environment, home, file, faults=[*file.faults], warnings=[*file.warnings])
    for name in CHOOSING:
        if name in file.values:
            reading.warnings.append(f"{name} в файле {file.name} не действует: она задаётся только в окружении")
    defaults = {"EXCHANGER_HOME": str(home), "EXCHANGER_ENV": environment, "EXCHANGER_INSTALLATION": environment}
    sources = Sources(environ, replace(file, values=without_choosing(file.values)), reading.faults)
    for group in GROUPS:
        _read_group(group, sources, reading, defaults)
    _read_accepted(sources, reading)
    return reading


def read_foreign(group: type[Group], environ: Mapping[str, str], environment: str, home: Path) -> Reading:
    """Прочитать одну группу чужой системы из тех же источников."""
    file = read_env_file(home / f".env.{environment}")
    reading = Reading(environment, home, file, faults=[*file.faults])
    _read_group(group, Sources(environ, file, reading.faults), reading, {})
    return reading


def without_choosing(values: Mapping[str, str]) -> dict[str, str]:
    """Значения файла без тех переменных, которые сами выбирают файл: внутри него они опоздали."""
    return {name: value for name, value in values.items() if name not in CHOOSING}


def _read_group(group: type[Group], sources: Sources, reading: Reading, defaults: Mapping[str, str]) -> None:
    given: dict[str, Any] = {}
    for item in fields(group):
        raw = _choose(item.var, sources, reading)
        note = ""
        if raw is None and item.var.name in defaults:
            given[item.attribute] = value = defaults[item.var.name]
            reading.values.append(SettingValue(item.var.name, value, _DEFAULT))
            continue
        if raw is None:
            reading.values.append(SettingValue(item.var.name, shown_default(item), _DEFAULT))
            continue
        given[item.attribute], note = capped(item, raw)
        reading.given[item.var.name] = raw
        masked = shown(item.var, given[item.attribute])
        reading.values.append(SettingValue(item.var.name, masked, raw.source(item.var.name), note))
    _validate(group, given, reading)


def _choose(var: Var, sources: Sources, reading: Reading) -> Raw | None:
    candidates = list(sources.candidates(var))
    for raw in candidates:
        _register(var, raw.value)
    if not candidates:
        return None
    chosen = candidates[0]
    for other in candidates[1:]:
        if other.value != chosen.value:
            reading.warnings.append(
                f"{var.name}: действует {shown(var, chosen.value)} ({chosen.source(var.name)}), "
                f"не действует {shown(var, other.value)} ({other.source(var.name)})"
            )
    return chosen


def _register(var: Var, value: str) -> None:
    # Of an address only the secret parts: its host is what an operator looks for in the log.
    parts = secrets_of(value)
    for secret in parts or ([value] if var.secret else []):
        register_secret(secret)


def capped(item: Field, raw: Raw) -> tuple[str, str]:
    """Значение, уменьшенное до предела, и замечание об этом; без предела — как есть."""
    if item.cap is None:
        return raw.value, ""
    try:
        number = float(raw.value)
    except ValueError:
        return raw.value, ""  # the validation says it better
    if number <= item.cap.limit:
        return raw.value, ""
    return f"{item.cap.limit:g}", f"было {raw.value}, уменьшено до {item.cap.limit:g}: {item.cap.why}"


def _validate(group: type[Group], given: dict[str, Any], reading: Reading) -> None:
    names = {item.attribute: item.var for item in fields(group)}
    try:
        reading.groups[group] = group.model_validate(given)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            attribute = str(detail["loc"][0]) if detail["loc"] else ""
            if attribute not in names:  # a rule between fields names them itself
                reading.faults.append(Fault(group.__doc__ or group.__name__, "", problem(detail)))
                continue
            var = names[attribute]
            value = shown(var, given[attribute]) if attribute in given else ""
            reading.faults.append(
                Fault(var.name, value, problem(detail), f"пример: {var.sample}" if var.sample else "")
            )


def _read_accepted(sources: Sources, reading: Reading) -> None:
    for name, accepted in ACCEPTED.items():
        raw = _choose(Var(name, secret=accepted.secret), sources, reading)
        if raw is not None:
            value = shown(Var(name, secret=accepted.secret), raw.value)
            reading.values.append(SettingValue(name, value, raw.source(name), f"не действует: {accepted.reason}"))
