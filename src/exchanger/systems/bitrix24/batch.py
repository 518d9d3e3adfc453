"""Пакеты: много команд одним запросом.

Портал подставляет `$result[…]` в любое место текста команды, поэтому команда с `$` в пакет не идёт: её зовут отдельно
и в JSON. Ссылку на ответ предыдущей команды ставит только `Ref`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from exchanger.connect import Intent
from exchanger.domain.errors import Retry
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault, Spent, read_fault
from exchanger.systems.bitrix24.errors import OPERATION_LIMIT
from exchanger.systems.bitrix24.foreign import as_map

MAX_COMMANDS = 50

_LONGEST = 30_000
_MOST_PAIRS = 500
_REFUSED = 400
_UNSAFE = re.compile("[$\ud800-\udfff]")
"""`$` портал подставляет, одинокий суррогат в UTF-8 не записать."""
_READS = frozenset(
    {
        "calendar.settings.get",
        "disk.attachedObject.get",
        "imena.camunda.diagram.properties.list",
        "imena.camunda.diagram.responsible.get",
        "imena.camunda.diagram.responsible.list",
        "imena.camunda.task.questionnaire.list",
        "imena.camunda.tasktemplate.get",
        "imena.camunda.user.supervisor.get",
        "lists.element.get",
        "methods",
        "profile",
        "scope",
        "task.checklistitem.getlist",
        "task.commentitem.get",
        "task.item.userfield.getlist",
        "tasks.task.get",
        "tasks.task.list",
        "tasks.task.result.list",
        "tasks.template.checklist.list",
        "tasks.template.get",
        "user.get",
    }
)
_WRITES = frozenset(  # what may be done again after a reading; a creation of a task never goes by a batch
    {
        "imena.camunda.sync",
        "imena.camunda.task.dependency.add",
        "imena.camunda.task.questionnaire.add",
        "task.checklistitem.add",
        "tasks.task.files.attach",
    }
)


@dataclass(frozen=True, slots=True)
class Ref:
    """Ответ предыдущей команды того же пакета (или его часть по пути `path`)."""

    label: str
    path: tuple[str, ...] = ()

    def text(self) -> str:
        """Запись ссылки для портала."""
        return f"$result[{self.label}]" + "".join(f"[{step}]" for step in self.path)


@dataclass(frozen=True, slots=True)
class Command:
    """Одна команда."""

    method: str
    params: Mapping[str, object]

    def text(self) -> str:
        """Команда, как её принимает портал: метод и строка запроса PHP. ValueError — в пакет она не годится."""
        if self.method not in _READS | _WRITES:
            raise ValueError(f"{self.method}: в пакет идут только чтения и второстепенные шаги задачи")
        if not self.fits():
            raise ValueError(f"{self.method}: портал подставляет $result[…] в тексты пакета, или команда велика")
        return f"{self.method}?{urlencode([(name, _shown(value)) for name, value in _flat(self.params)])}"

    def fits(self) -> bool:
        """Годится ли команда для пакета: строка запроса передаст её точно, портал ничего не подставит, она невелика."""
        pairs = [(name, value if isinstance(value, str) else "") for name, value in _flat(self.params)]
        small = len(pairs) <= _MOST_PAIRS and sum(len(name) + len(value) for name, value in pairs) <= _LONGEST
        return small and _named_plainly(self.params) and not any(_UNSAFE.search(name + value) for name, value in pairs)

    def refs(self) -> set[str]:
        """Метки команд, на ответы которых эта ссылается."""
        return {value.label for _, value in _flat(self.params) if isinstance(value, Ref)}


async def read_batch(api: BitrixApi, commands: Sequence[Command]) -> list[Envelope | PortalFault]:
    """Ответы на чтения в порядке команд. Команда без ответа — `Retry`: отсутствие ничего не доказывает."""
    answers: list[Envelope | PortalFault] = []
    for start in range(0, len(commands), MAX_COMMANDS):
        chunk = commands[start : start + MAX_COMMANDS]
        named = {f"c{number}": command for number, command in enumerate(chunk)}
        answers += (await read_named(api, named)).values()
    return answers


async def read_named(api: BitrixApi, named: Mapping[str, Command]) -> dict[str, Envelope | PortalFault]:
    """То же по меткам, не больше 50 команд."""
    if any(command.method not in _READS for command in named.values()):
        raise ValueError("среди чтений — только чтения: исход пишущей команды был бы неизвестен")
    answers = await send(api, named, intent=Intent.READ, halt=False)
    for label, command in named.items():
        if label not in answers:
            raise Retry(f"Битрикс24, batch: портал не ответил на команду {command.method}.")
    return answers


async def send(
    api: BitrixApi, named: Mapping[str, Command], *, intent: Intent, halt: bool
) -> dict[str, Envelope | PortalFault]:
    """Отправить пакет; `halt` — остановиться на первом отказе: команд после него в ответе нет."""
    body = {"halt": int(halt), "cmd": {label: command.text() for label, command in named.items()}}
    envelope = await api.call("batch", body, intent=intent)
    return dict(_answers(api, named, as_map(envelope.result)))


def _answers(
    api: BitrixApi, named: Mapping[str, Command], result: Mapping[str, object]
) -> Iterator[tuple[str, Envelope | PortalFault]]:
    results, faults, times = (as_map(result.get(part)) for part in ("result", "result_error", "result_time"))
    for label, command in named.items():
        spent = Spent.read(as_map(times.get(label)))
        api.spent(command.method, spent)
        if label in faults:
            fault = read_fault(as_map(faults[label]), _REFUSED)
            if fault.code.upper() == OPERATION_LIMIT:
                api.block(command.method, fault)
            yield label, fault
        elif label in results:
            yield label, Envelope(results[label], spent)


def _named_plainly(value: object) -> bool:
    """Имена вложенных полей, которые PHP разберёт обратно: непустые и без скобок."""
    if isinstance(value, Mapping):
        return all(name and not {"[", "]"} & set(str(name)) and _named_plainly(item) for name, item in value.items())
    return not isinstance(value, list | tuple) or all(_named_plainly(item) for item in value)


def _flat(params: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in params.items():
        yield from _branch(str(name), value)


def _branch(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _branch(f"{name}[{key}]", item)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _branch(f"{name}[{number}]", item)
    else:
        yield name, value


def _shown(value: object) -> str:
    """Значение в строке запроса, каким его поймёт PHP: null — пустой текст; пустой список выразить нельзя, его нет."""
    if isinstance(value, Ref):
        return value.text()
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)
