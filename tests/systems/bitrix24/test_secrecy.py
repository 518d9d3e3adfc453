"""The code of the webhook is the whole authority of its owner: it leaves through no log and no error."""

from __future__ import annotations

import pytest

from exchanger.domain.errors import ExchangerError, SystemPaused
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.seed import SECRET
from exchanger.telemetry.log import log
from tests.systems.bitrix24.world import BitrixWorld, open_world, order


async def test_g_no_fault_brings_the_secret_into_a_log_or_an_error() -> None:
    lines: list[str] = []
    sink = log.add(lines.append, format="{message}{tail}", level="TRACE")
    said: list[str] = []
    for kind in FaultKind:
        async with open_world() as world:
            said += await _suffer(world, kind)
    log.remove(sink)
    assert len(said) > len(FaultKind)
    assert SECRET not in "".join(said + lines)


async def _suffer(world: BitrixWorld, kind: FaultKind) -> list[str]:
    said = []
    for method in ("batch", "tasks.task.add"):
        world.portal.faults.clear()
        world.portal.faults.add(Fault(kind, method, times=None, delay=5.0, location=world.proxy.url + "/"))
        try:
            await world.work.create(world.key("task-1"), world.work.prepare(order()))
        except ExchangerError as error:
            said.append(f"{error} {error!r}")
            log.opt(exception=error).error("отказ", reason=str(error), kind=kind)
    return said


async def test_g_an_unreachable_portal_does_not_tell_the_secret(world: BitrixWorld) -> None:
    await world.proxy.__aexit__(None, None, None)
    with pytest.raises(SystemPaused) as paused:
        await world.work.find([world.key("task-1")])
    assert SECRET not in f"{paused.value} {paused.value!r} {paused.value.__cause__!r}"
    await world.proxy.__aenter__()
