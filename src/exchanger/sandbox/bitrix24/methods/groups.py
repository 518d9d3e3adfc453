"""sonet_group.get: группы и проекты."""

from __future__ import annotations

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.listing import PAGE
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply


@V2.method("sonet_group.get", "sonet_group")
def group_get(call: Call) -> Reply:
    """Группы по точному названию (регистр не важен, как в MySQL); без фильтра — все."""
    ignored = "NAME" in call.portal.faults.ignored_filters
    wanted = "" if ignored else php.as_text(php.as_map(call.get("FILTER")).get("NAME")).casefold()
    groups = sorted(call.portal.groups.values(), key=lambda group: group.id)
    rows = [
        {"ID": str(group.id), "NAME": group.name, "CLOSED": "Y" if group.closed else "N"}
        for group in groups
        if not wanted or group.name.casefold() == wanted
    ]
    return Reply(rows[:PAGE], len(rows))
