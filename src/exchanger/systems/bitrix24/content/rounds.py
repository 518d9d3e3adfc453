"""Чтение по кругам: каждый источник говорит, что ему ещё нужно, и все нужды круга идут одним запросом."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from exchanger.connect import Intent
from exchanger.domain.errors import Retry
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.batch import MAX_COMMANDS, Command, read_named
from exchanger.systems.bitrix24.content.remarks import Answer

_ROUNDS = 12


class Source(Protocol):
    """Часть содержания. Метки команд у источников разные: метка, данная однажды, второй раз не нужна."""

    def needs(self) -> Mapping[str, Command]:
        """Что нужно прочитать теперь; пусто — всё прочитано."""
        ...

    def take(self, label: str, answer: Answer) -> None:
        """Принять ответ."""
        ...


Asker = Callable[[Mapping[str, Command]], Awaitable[Mapping[str, Answer]]]
"""Ответы одного круга по меткам; чего нет в ответе, попросят снова."""


async def read_all(api: BitrixApi, sources: Sequence[Source]) -> None:
    """Читать, пока источникам что-то нужно: все нужды круга одним пакетом."""
    await read_rounds(partial(_ask, api), sources)


async def read_rounds(ask: Asker, sources: Sequence[Source]) -> None:
    """То же, а как спросить круг, решает вызвавший."""
    for _ in range(_ROUNDS):
        wanted = {label: (source, command) for source in sources for label, command in source.needs().items()}
        if not wanted:
            return
        answers = await ask({label: command for label, (_, command) in wanted.items()})
        for label, answer in answers.items():
            wanted[label][0].take(label, answer)
    raise Retry("Битрикс24: содержание задачи не прочитано: источники просят всё новое.")


async def _ask(api: BitrixApi, wanted: Mapping[str, Command]) -> dict[str, Answer]:
    """Ответы одного круга; что не поместилось или ссылается на непоместившееся, попросят снова."""
    alone = {label: command for label, command in wanted.items() if not command.fits()}
    together: dict[str, Command] = {}
    for label, command in wanted.items():
        if label not in alone and len(together) < MAX_COMMANDS and command.refs() <= set(together):
            together[label] = command
    answers: dict[str, Answer] = {}
    if len(together) == 1:
        alone |= together
    elif together:
        answers |= await read_named(api, together)
    for label, command in alone.items():
        answers[label] = await api.ask(command.method, command.params, intent=Intent.READ)
    return answers
