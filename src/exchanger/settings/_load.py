import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeVar

from exchanger.settings import _checks
from exchanger.settings._bitrix import BitrixSettings
from exchanger.settings._broker import BrokerSettings
from exchanger.settings._console import ConsoleSettings
from exchanger.settings._engine import DiagramSettings, EngineSettings
from exchanger.settings._faults import SettingsError
from exchanger.settings._installation import (
    HookSettings,
    InstallationSettings,
    LogSettings,
    MetricsSettings,
    RetrySettings,
)
from exchanger.settings._journal import JournalSettings
from exchanger.settings._names import misspelt
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
from exchanger.settings._read import Reading, SettingValue, read, read_foreign
from exchanger.settings._storm import StormSettings, SyncSettings
from exchanger.settings._var import Group

G = TypeVar("G", bound=Group)


@dataclass(frozen=True, slots=True)
class Settings:
    """Все настройки установки, проверенные; `values` и `warnings` — для показа и журнала, без тайн."""

    installation: InstallationSettings
    engine: EngineSettings
    diagrams: DiagramSettings
    broker: BrokerSettings
    bitrix: BitrixSettings
    openproject: OpenProjectSettings
    onec: OnecSettings
    python: PythonSettings
    email: EmailSettings
    telegram: TelegramSettings
    disk: YandexDiskSettings
    http_call: HttpCallSettings
    retry: RetrySettings
    log: LogSettings
    journal: JournalSettings
    notices: NoticeSettings
    metrics: MetricsSettings
    hooks: HookSettings
    console: ConsoleSettings
    storm: StormSettings
    sync: SyncSettings
    values: tuple[SettingValue, ...]
    warnings: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def group(self, kind: type[G]) -> G:
        """Группа этого вида; чужой (системы, поставленной отдельно) — прочитать там же. `SettingsError` — негодна."""
        own = (value for item in fields(self) if isinstance(value := getattr(self, item.name), kind))
        return next(own, None) or _foreign(self, kind)

    @property
    def logs_directory(self) -> Path:
        """Каталог журнала: заданный или `logs` в каталоге установки."""
        return self.log.directory or self.installation.home / "logs"


def load_settings(environ: Mapping[str, str] = os.environ, cwd: Path | None = None) -> Settings:
    """Прочитать настройки среды EXCHANGER_ENV; негодные — SettingsError (ConfigError) со всеми ошибками сразу."""
    reading = examine(environ, cwd)
    if reading.faults:
        raise SettingsError(reading.faults)
    return Settings(
        installation=_group(reading, InstallationSettings),
        engine=_group(reading, EngineSettings),
        diagrams=_group(reading, DiagramSettings),
        broker=_group(reading, BrokerSettings),
        bitrix=_group(reading, BitrixSettings),
        openproject=_group(reading, OpenProjectSettings),
        onec=_group(reading, OnecSettings),
        python=_group(reading, PythonSettings),
        email=_group(reading, EmailSettings),
        telegram=_group(reading, TelegramSettings),
        disk=_group(reading, YandexDiskSettings),
        http_call=_group(reading, HttpCallSettings),
        retry=_group(reading, RetrySettings),
        log=_group(reading, LogSettings),
        journal=_group(reading, JournalSettings),
        notices=_group(reading, NoticeSettings),
        metrics=_group(reading, MetricsSettings),
        hooks=_group(reading, HookSettings),
        console=_group(reading, ConsoleSettings),
        storm=_group(reading, StormSettings),
        sync=_group(reading, SyncSettings),
        values=tuple(reading.values),
        warnings=tuple(reading.warnings),
        environ=environ,
    )


def _foreign(settings: Settings, kind: type[G]) -> G:
    reading = read_foreign(kind, settings.environ, settings.installation.environment, settings.installation.home)
    if reading.faults:
        raise SettingsError(reading.faults)
    return _group(reading, kind)


def examine(environ: Mapping[str, str] = os.environ, cwd: Path | None = None) -> Reading:
    """Прочитать и проверить, ничего не бросая: ошибки и предупреждения — в ответе."""
    reading = read(environ, cwd or Path.cwd())
    reading.faults.extend(_checks.faults(reading))
    reading.warnings.extend(_checks.warnings(reading))
    reading.warnings.extend(str(fault) for fault in misspelt(reading.file, environ))
    return reading


def _group(reading: Reading, kind: type[G]) -> G:
    group = reading.groups[kind]
    assert isinstance(group, kind)
    return group
