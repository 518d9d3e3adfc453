"""Сделки и контакты стенда: записи с именами полей портала."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DEAL_FIELDS = frozenset(
    {
        "TITLE", "TYPE_ID", "STAGE_ID", "CATEGORY_ID", "OPPORTUNITY", "CURRENCY_ID", "CONTACT_ID", "COMPANY_ID",
        "ASSIGNED_BY_ID", "COMMENTS", "BEGINDATE", "CLOSEDATE", "ORIGINATOR_ID", "ORIGIN_ID", "OPENED",
    }
)  # fmt: skip
CONTACT_FIELDS = frozenset(
    {
        "NAME", "SECOND_NAME", "LAST_NAME", "PHONE", "EMAIL", "COMPANY_ID", "ASSIGNED_BY_ID", "COMMENTS", "TYPE_ID",
        "ORIGINATOR_ID", "ORIGIN_ID", "OPENED",
    }
)  # fmt: skip
FIELDS = {"deal": DEAL_FIELDS, "contact": CONTACT_FIELDS}


@dataclass(slots=True)
class CrmRecord:
    """Запись; `searchable_from` — с какого момента её находит список."""

    id: int
    values: dict[str, Any]
    searchable_from: datetime


@dataclass(slots=True)
class Crm:
    """Записи по видам; `stubborn` — поля, которые портал молча не меняет (нет прав)."""

    records: dict[str, dict[int, CrmRecord]] = field(default_factory=lambda: defaultdict(dict))
    stubborn: set[str] = field(default_factory=set)
