"""Настройки: переменные окружения, `.env.<среда>`, файлы тайн; у каждого значения известно происхождение."""

from exchanger.settings._bitrix import BitrixSettings
from exchanger.settings._broker import BrokerSettings
from exchanger.settings._console import ConsoleSettings
from exchanger.settings._engine import DiagramSettings, EngineSettings
from exchanger.settings._faults import Fault, SettingsError
from exchanger.settings._installation import (
    HookSettings,
    InstallationSettings,
    LogSettings,
    MetricsSettings,
    RetrySettings,
)
from exchanger.settings._journal import JournalSettings
from exchanger.settings._load import Settings, examine, load_settings
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
from exchanger.settings._read import Reading, SettingValue
from exchanger.settings._storm import StormSettings, SyncSettings
from exchanger.settings._var import CommaList, Group, Seconds, Var
from exchanger.settings.tls import ssl_context

__all__ = [
    "BitrixSettings",
    "BrokerSettings",
    "CommaList",
    "ConsoleSettings",
    "DiagramSettings",
    "EmailSettings",
    "EngineSettings",
    "Fault",
    "Group",
    "HookSettings",
    "HttpCallSettings",
    "InstallationSettings",
    "JournalSettings",
    "LogSettings",
    "MetricsSettings",
    "NoticeSettings",
    "OnecSettings",
    "OpenProjectSettings",
    "PythonSettings",
    "Reading",
    "RetrySettings",
    "Seconds",
    "SettingValue",
    "Settings",
    "SettingsError",
    "StormSettings",
    "SyncSettings",
    "TelegramSettings",
    "Var",
    "YandexDiskSettings",
    "examine",
    "load_settings",
    "ssl_context",
]
