"""Разговор с человеком: сказать один раз, вернуть, закончить."""

from __future__ import annotations

from contextlib import suppress

import pytest

from exchanger.connect import Ending, Notice
from exchanger.domain.errors import ExchangerError
from exchanger.domain.task import ObjectState
from exchanger.testing.contract.world import WorkWorld
from exchanger.testing.proxy import FaultKind, HttpFault, on

_TWICE = 2


class TellCases:
    """Разговор с человеком: сказать один раз, вернуть, закончить."""

    @pytest.mark.parametrize("notice", list(Notice))
    async def test_a_person_is_told_once(self, world: WorkWorld, notice: Notice) -> None:
        """Человеку говорят один раз."""
        made = await world.make("task-1")
        await world.work.tell(made.ref, notice)
        await world.work.tell(made.ref, notice)
        assert world.notices(made.ref) == 1

    @pytest.mark.parametrize("how", list(Ending))
    async def test_an_object_that_is_not_needed_any_more_is_ended_or_left_whole(
        self, world: WorkWorld, how: Ending
    ) -> None:
        """Ненужный объект закончен или не тронут."""
        made, other = await world.make("task-1"), await world.make("task-2")
        before = await world.work.read([other.ref])
        done = [await world.work.end(made.ref, how), await world.work.end(made.ref, how)]
        seen = await world.work.read([made.ref])
        if not done[0]:
            assert [each.state for each in seen] == [ObjectState.OPEN]
        elif how is Ending.DELETE:
            assert (done, seen) == ([True, True], [])
        else:
            assert (done, [each.state for each in seen]) == ([True, True], [ObjectState.FINISHED])
            assert world.notices(made.ref) == 1
        assert await world.work.read([other.ref]) == before

    @pytest.mark.parametrize("reached", range(3))
    async def test_a_telling_that_broke_off_is_told_once(self, world: WorkWorld, reached: int) -> None:
        """Оборванное на любом запросе сообщение при повторе не удваивается."""
        made = await world.make("task-1")
        world.proxy.arm(HttpFault(FaultKind.CUT_AFTER, on(None, ""), times=None, skip_first=reached))
        try:
            await world.work.tell(made.ref, Notice.CANCELLED)
        except ExchangerError:
            await world.proxy.settled()
        world.proxy.heal()
        await world.work.tell(made.ref, Notice.CANCELLED)
        most = 1 if world.shows_what_was_told else _TWICE
        assert 1 <= world.notices(made.ref) <= most

    async def test_what_is_gone_cannot_be_told_and_breaks_nothing(self, world: WorkWorld) -> None:
        """С удалённым объектом разговор — понятная ошибка или ничего, соседний объект цел."""
        made, other = await world.make("task-1"), await world.make("task-2")
        before = await world.work.read([other.ref])
        world.delete(made.ref)
        with suppress(ExchangerError):
            await world.work.tell(made.ref, Notice.CANCELLED)
        with suppress(ExchangerError):
            assert not await world.work.reopen(made.ref, "Процесс повторяет задачу.")
        with suppress(ExchangerError):
            await world.work.end(made.ref, Ending.CLOSE)
        assert await world.work.read([made.ref]) == []
        assert await world.work.read([other.ref]) == before

    async def test_an_open_object_is_not_reopened_into_another(self, world: WorkWorld) -> None:
        """Возврат открытого объекта ничего не создаёт."""
        made = await world.make("task-1")
        with suppress(ExchangerError):
            await world.work.reopen(made.ref, "Процесс повторяет задачу.")
        assert [each.state for each in await world.work.read([made.ref])] == [ObjectState.OPEN]
        assert world.objects(world.key("task-1")) == 1
