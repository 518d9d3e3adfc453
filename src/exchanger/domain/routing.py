"""Тема внешней задачи → система."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

DEFAULT_SYSTEM = "default"

TOPICS: Mapping[str, str] = MappingProxyType(
    {
        topic: system
        for system, topics in {
            "bitrix24": (
                "bitrix24", "bitrix_create_task", "bitrix_update_task",
                "bitrix_create_deal", "bitrix_update_deal", "bitrix_create_contact",
            ),
            "openproject": (
                "openproject", "op_create_project", "op_create_task", "op_update_task", "op_create_milestone",
            ),
            "1c": ("1c", "1c_create_document", "1c_update_document", "1c_create_counterparty", "1c_sync_data"),
            "python-services": (
                "python", "send_email", "send_telegram", "telegram_notify", "email_notify", "create_yandex_file",
                "yandex_disk", "create_user", "user_management", "file_processing", "data_processing",
            ),
        }.items()
        for topic in topics
    }
)  # fmt: skip
"""Темы существующих установок."""


class Routing:
    """Таблица тем: точное имя, затем начало имени без учёта регистра, затем система `default`."""

    def __init__(self, extra: Mapping[str, str] | None = None) -> None:
        self._table = {**TOPICS, **(extra or {})}

    def system(self, topic: str) -> str:
        """Система темы."""
        exact = self._table.get(topic)
        if exact is not None:
            return exact
        lowered = topic.lower()
        matching = (name for name in self._table if lowered.startswith(name.lower()))
        longest = max(matching, key=len, default=None)
        return DEFAULT_SYSTEM if longest is None else self._table[longest]

    def topics(self, system: str, served: Iterable[str]) -> list[str]:
        """Темы, которые в этой установке идут в систему и для которых есть операция."""
        return sorted(topic for topic in set(served) if self.system(topic) == system)
