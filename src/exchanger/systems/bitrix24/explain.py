"""Задача, какой она стала бы, словами: люди по именам, что добавится после создания, чего не хватает. Только чтение."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from exchanger.connect.showing import Explained
from exchanger.domain.variables import JsonValue
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.content.checklist import CheckItem
from exchanger.systems.bitrix24.content.gather import Content
from exchanger.systems.bitrix24.content.names import Named, NamesSource
from exchanger.systems.bitrix24.content.remarks import Remarks
from exchanger.systems.bitrix24.content.rounds import read_all
from exchanger.systems.bitrix24.custom_fields import ELEMENT_ID, PROCESS_INSTANCE_ID, RESULT_EXPECTED, RESULT_QUESTION
from exchanger.systems.bitrix24.finish.wanted import wanted
from exchanger.systems.bitrix24.key_filter import RAW_ID
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.portal import Portal

_OURS = (RAW_ID, RESULT_EXPECTED, RESULT_QUESTION, ELEMENT_ID, PROCESS_INSTANCE_ID)
_PEOPLE = ("CREATED_BY", "RESPONSIBLE_ID", "ACCOMPLICES", "AUDITORS")


async def explain(
    portal: Portal,
    params: CreateTaskParams,
    fields: Mapping[str, object],
    content: Content,
    capabilities: Capabilities,
) -> Explained:
    """Объяснить готовые поля."""
    people = sorted({number for name in _PEOPLE for number in _numbers(fields.get(name))})
    names = await _names(portal, people)
    gone = [number for number in people if await portal.people.active(number) is False]
    later = wanted(params, content, addon=capabilities.addon)
    added: dict[str, JsonValue] = {
        "чек-листы": [line for each in later.checklists for line in _lines(each)],
        "файлы Диска": list(later.files),
        "анкеты": [str(each.get("TITLE", "")) for each in later.questionnaires],
        "связи с задачами": list(later.dependencies),
    }
    missing = [
        *(f"сотрудник {number}: на портале нет такого действующего" for number in gone),
        *(f"{name}: такого поля у задач портала нет, оно не заполняется" for name in _absent(capabilities)),
        *content.remarks,
    ]
    return Explained(fields, names, {name: value for name, value in added.items() if value}, tuple(missing))


async def _names(portal: Portal, people: Iterable[int]) -> Mapping[str, str]:
    wanted_names = [Named(number) for number in people]
    source = NamesSource(lambda: wanted_names, portal.shelf.names, Remarks())
    await read_all(portal.api, [source])
    return {str(each.id): source.name(each) for each in wanted_names}


def _numbers(value: object) -> Iterator[int]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, int):
            yield each


def _lines(item: CheckItem, level: int = 0) -> Iterator[str]:
    mark = "x" if item.complete else " "
    yield f"{'  ' * level}[{mark}] {item.title}{' !' if item.important else ''}"
    for child in item.children:
        yield from _lines(child, level + 1)


def _absent(capabilities: Capabilities) -> list[str]:
    return [name for name in _OURS if not capabilities.has(name)]
