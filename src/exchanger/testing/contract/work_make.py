"""Создание: ровно один объект при любых бедах."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from exchanger.connect import WorkPromise
from exchanger.domain.errors import ExchangerError, Reject, SystemPaused
from exchanger.testing.contract.trouble import IDS, TROUBLES, Trouble
from exchanger.testing.contract.world import WorkWorld
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import FaultKind, HttpFault, on


class MakeCases:
    """Создание: ровно один объект при любых бедах."""

    @pytest.mark.parametrize("trouble", TROUBLES, ids=IDS)
    async def test_a_creation_in_trouble_leaves_exactly_one_object(self, world: WorkWorld, trouble: Trouble) -> None:
        """Создание в беде оставляет ровно один объект."""
        armed = world.proxy.arm(trouble.fault(world.create_path))
        made = await world.make("task-1")
        assert armed.fired == 1
        assert world.objects(world.key("task-1")) == 1
        assert [each.ref for each in await world.work.find([world.key("task-1")])] == [made.ref]

    @pytest.mark.parametrize("trouble", TROUBLES, ids=IDS)
    async def test_a_creation_says_honestly_whether_it_may_have_been_done(
        self, world: WorkWorld, trouble: Trouble
    ) -> None:
        """Создание честно говорит, могло ли оно быть выполнено."""
        await world.make("task-0")  # whatever the operation learns once is learnt
        world.proxy.arm(replace(trouble.fault(world.create_path), times=None))
        with pytest.raises(trouble.kinds):
            await world.work.create(world.key("task-1"), world.work.prepare(world.order("task-1")))

    async def test_no_connection_is_a_pause_and_costs_no_attempt(self, world: WorkWorld) -> None:
        """Нет соединения — пауза, а не попытка."""
        await world.make("task-0")
        await world.proxy.__aexit__(None, None, None)
        with pytest.raises(SystemPaused):
            await world.work.create(world.key("task-1"), world.work.prepare(world.order("task-1")))
        await world.proxy.__aenter__()

    async def test_a_search_that_lags_makes_no_second_object_after_the_quarantine(self, world: WorkWorld) -> None:
        """Отстающий поиск после карантина не даёт второго объекта."""
        await world.make("task-0")
        world.lag(world.quarantine.total_seconds() / 3)
        world.proxy.arm(HttpFault(FaultKind.CUT_AFTER, on("POST", world.create_path)))
        await world.make("task-1")
        assert world.objects(world.key("task-1")) == 1

    async def test_finishing_touches_may_be_repeated(self, world: WorkWorld) -> None:
        """Второстепенные шаги можно повторить."""
        made, params = await world.make("task-1"), world.work.prepare(world.order("task-1"))
        before = await world.work.read([made.ref])
        await world.work.finish(made, params)
        await world.work.finish(made, params)
        assert await world.work.read([made.ref]) == before

    async def test_a_bad_order_is_refused_with_all_its_mistakes_and_a_remedy(self, world: WorkWorld) -> None:
        """Негодная заявка: все ошибки сразу."""
        order, words = world.bad_order("task-1")
        with pytest.raises(Reject) as refused:
            world.work.prepare(order)
        assert [word for word in words if word not in str(refused.value)] == []
        assert refused.value.remedy

    async def test_a_second_object_with_the_key_is_refused_by_the_system(self, world: WorkWorld) -> None:
        """KEYED: второй раз с тем же ключом система не создаёт."""
        if world.promise is not WorkPromise.KEYED:
            pytest.skip("обещание MARKED: система второй объект не запрещает")
        await world.make("task-1")
        with pytest.raises(ExchangerError):
            await world.work.create(world.key("task-1"), world.work.prepare(world.order("task-1")))
        assert world.objects(world.key("task-1")) == 1

    async def test_a_creation_is_one_writing_request(self, world: WorkWorld) -> None:
        """Создание — ровно один пишущий запрос."""
        await world.make("task-0")
        world.proxy.forget()
        await world.work.create(world.key("task-1"), world.work.prepare(world.order("task-1")))
        assert world.proxy.count(world.create_path, "POST") == 1

    async def test_a_creation_that_was_cancelled_leaves_at_most_one_object(self, world: WorkWorld) -> None:
        """Отмена посреди создания: отменяется сразу, а потом объект один."""
        await world.make("task-0")
        armed = world.proxy.arm(HttpFault(FaultKind.SILENT_AFTER, on("POST", world.create_path)))
        params = world.work.prepare(world.order("task-1"))
        task = asyncio.create_task(world.work.create(world.key("task-1"), params))
        await eventually(lambda: armed.fired == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await world.proxy.settled()
        world.clock.jump(world.quarantine.total_seconds())
        await world.make("task-1")
        assert world.objects(world.key("task-1")) == 1

    async def test_finishing_that_broke_off_is_done_the_next_time(self, world: WorkWorld) -> None:
        """Второстепенные шаги, прерванные после выполнения, при повторе не удваиваются."""
        await world.make("task-0")
        whole = await world.make("task-1")
        expected = world.notices(whole.ref)
        params = world.work.prepare(world.order("task-2"))
        made = await world.work.create(world.key("task-2"), params)
        armed = world.proxy.arm(HttpFault(FaultKind.CUT_AFTER, on(None, ""), times=None))
        try:
            await world.work.finish(made, params)
        except ExchangerError:
            assert armed.fired
        world.proxy.heal()
        await world.work.finish(made, params)
        assert world.notices(made.ref) == expected
        assert world.objects(world.key("task-2")) == 1

    async def test_a_text_of_any_language_stays_what_it_was(self, world: WorkWorld) -> None:
        """Кавычки, разметка и письменности доходят до системы как есть."""
        text = 'Договор № 5 «а» & <b>"и"</b> 日本 ё'
        made = await world.make("task-1", text)
        assert world.title(made.ref) == text

    async def test_a_text_that_is_too_long_is_cut_or_refused_but_never_doubled(self, world: WorkWorld) -> None:
        """Слишком длинный текст: отказ с причиной или ровно один объект."""
        with suppress(Reject):
            await world.make("task-1", "д" * 70_000)
        assert world.objects(world.key("task-1")) <= 1
