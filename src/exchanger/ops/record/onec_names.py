"""Имена, которые остаются в записи 1С: договор OData и нашего сервиса и реквизиты, которыми пользуется наш клиент.

Прочие реквизиты придумала конфигурация или человек: вместо каждого метка.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from exchanger.ops.record.shape import STRANGE, clean_key
from exchanger.systems.onec.settings import OnecOptions

ROWS = 5
"""Сколько записей набора прочитать."""

ONE: Mapping[str, str] = MappingProxyType({"tasks": "task", "users": "user", "counterparties": "counterparty"})
"""Роль набора → как зовётся одна его запись; в запись идут роли вместо имён наборов."""

NOBODY_REF = "00000000-0000-4000-8000-0000000000ff"
"""Ссылка, под которой ничего нет."""

NOBODY_KEY = "exchanger-record"
"""Ключ, под которым ничего нет."""

PAGE = "page"
"""Код ответа, который дала не 1С."""

_ODATA = {
    "$filter", "$orderby", "$select", "$skip", "$top", "allowedOnly", "code", "lang", "message", "odata.count",
    "odata.error", "odata.metadata", "value",
}  # fmt: skip
_SERVICE = {
    "after", "error", "fields", "key", "keys", "limit", "more", "next", "object", "objects", "refs", "service", "time",
    "timeZone", "version", "where",
}  # fmt: skip
_FIELDS = {
    "BusinessProcess", "BusinessProcess_Type", "Code", "DataVersion", "Date", "DeletionMark", "Description", "Executed",
    "IsFolder", "LineNumber", "Number", "Parent_Key", "Posted", "Ref_Key", "RoutePoint", "RoutePoint_Type",
    "Автор", "Автор_Type", "Важность", "ДатаИсполнения", "ИНН", "Исполнитель", "Исполнитель_Type", "КПП", "Комментарий",
    "НаименованиеПолное", "Описание", "Предмет", "Предмет_Type", "РезультатВыполнения", "СостояниеБизнесПроцесса",
    "СрокИсполнения", "ЮридическоеФизическоеЛицо",
}  # fmt: skip
_KNOWN = frozenset(_ODATA | _SERVICE | _FIELDS)


def known_name(name: str) -> str:
    """Имя из списка; номер и всё прочее — меткой."""
    if name in _KNOWN:
        return name
    return "<id>" if clean_key(name) == "<id>" else STRANGE


def sets_of(options: OnecOptions) -> Mapping[str, str]:
    """Роль → набор этой базы."""
    return {"tasks": options.task_set, "users": options.users_set, "counterparties": options.counterparty_set}
