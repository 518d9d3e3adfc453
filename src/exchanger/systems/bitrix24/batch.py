"""Пакеты: до пятидесяти чтений одним запросом. Пишущих вызовов и текстов людей в них не бывает."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from exchanger.connect import Intent
from exchanger.domain.errors import Retry
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault, Spent, read_fault
from exchanger.systems.bitrix24.errors import OPERATION_LIMIT
from exchanger.systems.bitrix24.foreign import as_map

MAX_COMMANDS = 50

_READS = frozenset({"profile", "scope", "tasks.task.list", "tasks.task.get", "task.item.userfield.getlist"})
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Command:
    """Одно чтение в пакете."""

    method: str
    params: Mapping[str, object]

    def text(self) -> str:
        """Команда, как её принимает портал: метод и строка запроса PHP."""
        if self.method not in _READS:
            raise ValueError(f"{self.method}: в пакет идут только чтения")
        pairs = [pair for name, value in self.params.items() for pair in _flat(name, value)]
        if any("$" in text for pair in pairs for text in pair):
            raise ValueError(f"{self.method}: портал подставляет $result[…] в тексты пакета")
        return f"{self.method}?{urlencode(pairs)}"


async def read_batch(api: BitrixApi, commands: Sequence[Command]) -> list[Envelope | PortalFault]:
    """Ответы в порядке команд. Команда без ответа — `Retry`: отсутствие ничего не доказывает."""
    answers: list[Envelope | PortalFault] = []
    left = iter(commands)
    while chunk := list(islice(left, MAX_COMMANDS)):
        named = {f"c{number}": command for number, command in enumerate(chunk)}
        body = {"halt": 0, "cmd": {name: command.text() for name, command in named.items()}}
        envelope = await api.call("batch", body, intent=Intent.READ)
        answers += _answers(api, named, as_map(envelope.result))
    return answers


def _answers(
    api: BitrixApi, named: Mapping[str, Command], result: Mapping[str, object]
) -> Iterator[Envelope | PortalFault]:
    results, faults, times = (_named(result, part) for part in ("result", "result_error", "result_time"))
    for name, command in named.items():
        spent = Spent.read(as_map(times.get(name)))
        api.spent(command.method, spent)
        if name in faults:
            fault = read_fault(as_map(faults[name]), _REFUSED)
            if fault.code.upper() == OPERATION_LIMIT:
                api.block(command.method, fault)
            yield fault
        elif name in results:
            yield Envelope(results[name], spent)
        else:
            raise Retry(f"Битрикс24, batch: портал не ответил на команду {command.method}.")


def _named(result: Mapping[str, object], part: str) -> Mapping[str, object]:
    return as_map(result.get(part))


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(f"{name}[{key}]", item)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _flat(f"{name}[{number}]", item)
    else:
        yield name, str(value)
