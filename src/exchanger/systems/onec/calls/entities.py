"""Имя набора из параметра: `РеализацияТоваровУслуг` или `Document_РеализацияТоваровУслуг`."""

from __future__ import annotations

import re

from exchanger.domain.errors import Reject

_NAME = re.compile(r"[^\W\d_]\w*")
_BY_REF = ("Catalog_", "Document_", "Task_", "BusinessProcess_", "ChartOfCharacteristicTypes_", "ExchangePlan_")


def entity_of(name: str, prefix: str) -> str:
    """Полное имя набора вида `prefix`."""
    full = name if name.startswith(prefix) else prefix + name
    return known(full)


def known(full: str) -> str:
    """Набор, объекты которого имеют ссылку; `Reject` — имя негодно."""
    if not _NAME.fullmatch(full) or not full.startswith(_BY_REF):
        raise Reject(
            f"Набор «{full}» не подходит.",
            remedy=f"назовите набор как в OData; годятся: {', '.join(each + '…' for each in _BY_REF)}.",
        )
    return full
