"""Шаблон из ответа модуля imena.camunda и из ответа самого портала."""

from __future__ import annotations

import re
from collections.abc import Iterable

from exchanger.systems.bitrix24.content import template_fields as read
from exchanger.systems.bitrix24.content.checklist import module_items, stock_items
from exchanger.systems.bitrix24.content.questionnaire import read_questionnaires
from exchanger.systems.bitrix24.content.remarks import Remarks
from exchanger.systems.bitrix24.content.template import Cast, Template
from exchanger.systems.bitrix24.foreign import Row, as_flag, as_int, as_map, as_rows, as_text

_SUPERVISED = {
    "CREATED_BY_USE_SUPERVISOR": "originator",
    "RESPONSIBLE_USE_SUPERVISOR": "responsible",
    "RESPONSIBLES_USE_SUPERVISOR": "accomplices",
    "AUDITORS_USE_SUPERVISOR": "auditors",
}
_PERSON_CODE = re.compile(r"U(\d+)")
_SERIALIZED = re.compile(r'i:\d+;(?:s:\d+:"(\d+)"|i:(\d+));')


def module_template(data: Row, remarks: Remarks) -> Template | None:
    """Шаблон модуля; None — в ответе его нет."""
    row = as_map(data.get("template"))
    if as_int(row.get("ID")) is None:
        return None
    tags = (tag.get("NAME") for tag in as_rows(data.get("tags")))
    files = (file.get("OBJECT_ID") for file in as_rows(data.get("files")))
    return Template(
        title=as_text(row.get("TITLE")).strip(),
        description=as_text(row.get("DESCRIPTION")).strip(),
        priority=read.priority(row),
        group_id=read.positive(row.get("GROUP_ID")),
        cast=_module_cast(row, as_map(data.get("members")), remarks),
        schedule=read.schedule(row),
        tags=read.texts(tags),
        checklists=module_items(as_map(data.get("checklists")).get("items")),
        files=read.numbers(files),
        questionnaires=tuple(as_rows(as_map(data.get("questionnaires")).get("items"))),
        in_description=read_questionnaires(data.get("questionnairesInDescription")),
        crm=_texts(row.get("UF_CRM_TASK")),
        flags=read.flags(row),
    )


def _module_cast(row: Row, members: Row, remarks: Remarks) -> Cast:
    by_type = as_map(members.get("by_type"))
    people = {kind: _people(as_rows(by_type.get(kind)), kind, remarks) for kind in ("O", "R", "A", "U")}
    originator = (*people["O"], read.positive(row.get("CREATED_BY")))
    responsible = (*people["R"], read.positive(row.get("RESPONSIBLE_ID")))
    _say_others(people["R"], remarks)
    return Cast(
        originator=originator[0],
        responsible=responsible[0],
        accomplices=people["A"],
        auditors=people["U"],
        supervised=frozenset(role for flag, role in _SUPERVISED.items() if as_flag(row.get(flag))),
    )


def _people(rows: Iterable[Row], kind: str, remarks: Remarks) -> tuple[int, ...]:
    """Сотрудники одной роли; отделы и группы портал в задаче не держит — об этом замечание."""
    found: list[object] = []
    for row in rows:
        code = as_text(row.get("ACCESS_CODE"))
        person = _PERSON_CODE.fullmatch(code)
        number = read.positive(row.get("USER_ID")) or (int(person[1]) if person else None)
        if number is None:
            remarks.add(f"участник шаблона (роль {kind})", f"{code or 'пустая запись'} — не сотрудник")
        found.append(number)
    return read.numbers(found)


def _say_others(responsible: tuple[int, ...], remarks: Remarks) -> None:
    if len(responsible) > 1:
        others = ", ".join(map(str, responsible[1:]))
        remarks.add(
            "исполнители шаблона", f"одна внешняя задача — одна задача: взят первый, остальные ({others}) — нет"
        )


def stock_template(row: Row, checklists: object, remarks: Remarks) -> Template | None:
    """Шаблон портала; None — его нет или вебхуку он не виден. Файлы — номера вложений шаблона, не файлов."""
    if as_int(row.get("ID")) is None:
        return None
    responsible = _numbers(row.get("RESPONSIBLES"))
    _say_others(responsible, remarks)
    return Template(
        title=as_text(row.get("TITLE")).strip(),
        description=as_text(row.get("DESCRIPTION")).strip(),
        priority=read.priority(row),
        group_id=read.positive(row.get("GROUP_ID")),
        cast=Cast(
            originator=read.positive(row.get("CREATED_BY")),
            responsible=(*responsible, read.positive(row.get("RESPONSIBLE_ID")))[0],
            accomplices=_numbers(row.get("ACCOMPLICES")),
            auditors=_numbers(row.get("AUDITORS")),
        ),
        schedule=read.schedule(row),
        tags=_texts(row.get("TAGS")),
        checklists=stock_items(checklists),
        files=_numbers(row.get("UF_TASK_WEBDAV_FILES")),
        crm=_texts(row.get("UF_CRM_TASK")),
        flags=read.flags(row),
    )


def _numbers(raw: object) -> tuple[int, ...]:
    """Номера списком или записью serialize() PHP: `a:1:{i:0;s:3:"102";}`."""
    if isinstance(raw, str):
        return read.numbers(text or number for text, number in _SERIALIZED.findall(raw))
    return read.numbers(raw) if isinstance(raw, list) else ()


def _texts(raw: object) -> tuple[str, ...]:
    values = list(raw.values()) if isinstance(raw, dict) else raw
    if not isinstance(values, list):
        return ()
    return read.texts(each.get("NAME") if isinstance(each, dict) else each for each in values)
