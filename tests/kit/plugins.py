"""Entry points for the registry's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import BaseModel

import exchanger.systems.python
from exchanger.connect import REPEATABLE, OpenSystem, Plugin, Quality, System
from exchanger.ports import Clock
from exchanger.settings import Settings


class Nothing(BaseModel):
    pass


def _system(name: str, *topics: str) -> System[None, None]:
    system: System[None, None] = System(name)

    async def call(_params: Nothing) -> None: ...

    system.call(*topics, promise=REPEATABLE)(call)
    return system


_QUALITY = Quality.read(Path(exchanger.systems.python.__file__).with_name("quality.toml"))


def _plugin(name: str, *topics: str) -> Plugin:
    system = _system(name, *topics)
    return Plugin(name, (system,), lambda _settings, clock, extra: system.open(None, clock, extra), _QUALITY)


@asynccontextmanager
async def _bursts(_settings: Settings, _clock: Clock, _topics: Iterable[str]) -> AsyncIterator[OpenSystem]:
    raise OSError("нет файла")
    yield


GOOD = _plugin("good", "good_topic")
RIVAL = _plugin("rival", "good_topic", "rival_topic")
THIEF = _plugin("thief", "bitrix_create_task")
SECOND_BITRIX = _plugin("bitrix24", "bitrix_create_task")
BURSTS = Plugin("bursts", (_system("bursts", "bursts_topic"),), _bursts, _QUALITY)
NOT_A_PLUGIN = "строка"
