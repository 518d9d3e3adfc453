"""Порядок в доме: тайны, журнал, чужое время, описания."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from exchanger.domain.errors import ExchangerError
from exchanger.testing.contract.manners import LONGEST_WAIT, logged, longest_wait, told
from exchanger.testing.contract.trouble import SWIFT, SWIFT_IDS, Trouble
from exchanger.testing.contract.world import WorkWorld
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import FaultKind, HttpFault, on


class MannersCases:
    """Порядок в доме: тайны, журнал, чужое время, описания."""

    @pytest.mark.parametrize("trouble", SWIFT, ids=SWIFT_IDS)
    async def test_no_error_tells_the_secret(self, world: WorkWorld, trouble: Trouble) -> None:
        """Тайны нет ни в одной ошибке."""
        world.proxy.arm(replace(trouble.fault("", None), times=None))
        with pytest.raises(ExchangerError) as failed:
            await world.work.find([world.key("task-1")])
        cause: BaseException | None = failed.value
        while cause is not None:
            assert world.secret not in f"{cause} {cause!r}"
            cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)

    @pytest.mark.parametrize("trouble", SWIFT, ids=SWIFT_IDS)
    async def test_no_creation_that_failed_tells_the_secret(self, world: WorkWorld, trouble: Trouble) -> None:
        """Тайны нет и в ошибке создания, и в том, что записано в журнал."""
        await world.make("task-0")
        world.proxy.arm(replace(trouble.fault("", None), times=None))
        with logged() as lines, pytest.raises(ExchangerError) as failed:
            await world.work.create(world.key("task-1"), world.work.prepare(world.order("task-1")))
        assert told(failed.value, world.secret) == []
        assert [line for line in lines if world.secret in line] == []

    async def test_an_object_does_not_carry_the_secret(self, world: WorkWorld) -> None:
        """Тайны нет в том, что видно об объекте."""
        made = await world.make("task-1")
        (read,) = await world.work.read([made.ref])
        assert world.secret not in f"{made!r} {read!r}"

    async def test_the_others_are_not_kept_waiting(self, world: WorkWorld) -> None:
        """Операция не занимает цикл событий: остальные работают, пока она ждёт."""
        with_others = await longest_wait(world.make("task-1"))
        assert with_others < LONGEST_WAIT

    async def test_a_cancelled_search_stops_at_once(self, world: WorkWorld) -> None:
        """Отменённый поиск не держит остановку службы, а операция годна и дальше."""
        made = await world.make("task-1")
        armed = world.proxy.arm(HttpFault(FaultKind.SILENT_BEFORE, on(world.search_method, world.search_path)))
        task = asyncio.create_task(world.work.find([world.key("task-1")]))
        await eventually(lambda: armed.fired == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [each.ref for each in await world.work.find([world.key("task-1")])] == [made.ref]

    async def test_every_parameter_is_described(self, world: WorkWorld) -> None:
        """У каждого параметра есть описание: из него форма в Modeler и документация."""
        fields = world.work.params.model_fields
        assert [name for name, field in fields.items() if not (field.description or field.title)] == []
