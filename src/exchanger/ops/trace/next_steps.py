"""Что за элементом диаграммы: имена ближайших именованных элементов по стрелкам, сквозь безымянные шлюзы."""

from __future__ import annotations

from exchanger.domain.errors import Reject
from exchanger.engine.bpmn_xml import MODEL, parse

_MOST = 50
_SHOWN = 3


def names(xml: bytes, activity_id: str) -> tuple[str, tuple[str, ...]]:
    """Имя элемента (без имени — его id) и имена следующих; диаграмма не читается — только id."""
    try:
        root = parse(xml)
    except Reject:
        return activity_id, ()
    elements = {str(each.get("id")): each for each in root.iter("{*}*") if each.get("id")}
    targets: dict[str, list[str]] = {}
    for flow in root.iter(MODEL + "sequenceFlow"):
        targets.setdefault(str(flow.get("sourceRef")), []).append(str(flow.get("targetRef")))
    found: list[str] = []
    queue, seen = list(targets.get(activity_id, ())), {activity_id}
    while queue and len(seen) < _MOST:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        element = elements.get(current)
        name = " ".join((element.get("name") or "").split()) if element is not None else ""
        if name and element is not None and not str(element.tag).endswith("Gateway"):
            found.append(name)
        else:
            queue += targets.get(current, [])
    own = elements.get(activity_id)
    title = " ".join((own.get("name") or "").split()) if own is not None else ""
    return title or activity_id, tuple(dict.fromkeys(found))[:_SHOWN]
