"""Контракт вызова (Call): что обещает функция, которая сделана, когда вернулась."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

import pytest

from exchanger.connect import BLIND, Call
from exchanger.domain.errors import ExchangerError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.domain.key import Key
from exchanger.domain.task import Order
from exchanger.domain.typed import to_rest
from exchanger.domain.variables import Variables
from exchanger.testing.contract.manners import LONGEST_WAIT, logged, longest_wait, told
from exchanger.testing.contract.trouble import IDS, SWIFT, SWIFT_IDS, TROUBLES, Trouble
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import FaultKind, HttpFault, HttpFaultProxy, on


class CallWorld(ABC):
    """Проверяемый вызов и рычаги его стенда; между ними — прокси отказов."""

    call: Call
    proxy: HttpFaultProxy
    secret: str
    path: str
    """Регулярное выражение пути запроса, который делает дело (POST)."""

    @abstractmethod
    def order(self, task_id: str) -> Order:
        """Заявка, которую можно выполнить."""

    @abstractmethod
    def bad_order(self, task_id: str) -> tuple[Order, Sequence[str]]:
        """Заявка с ошибками и слова, которые ошибка обязана назвать."""

    @abstractmethod
    def effects(self) -> int:
        """Сколько раз дело на самом деле сделано."""

    async def run(self, task_id: str = "task-1") -> Variables:
        """Выполнить вызов, как caller."""
        order = self.order(task_id)
        return await self.call.run(self.call.prepare(order), order, Key("test", "main", task_id))


class CallContract:
    """Унаследуйте и дайте фикстуру `world` — CallWorld."""

    async def test_the_call_does_it_once(self, world: CallWorld) -> None:
        """Вернулась — сделано, ровно один раз."""
        await world.run()
        assert world.effects() == 1
        assert world.proxy.count(world.path, "POST") == 1

    async def test_what_it_returns_can_be_sent_to_the_engine(self, world: CallWorld) -> None:
        """Каждую переменную принимает движок."""
        assert all("value" in to_rest(variable) for variable in (await world.run()).values())

    async def test_a_bad_order_is_refused_with_all_its_mistakes_and_does_nothing(self, world: CallWorld) -> None:
        """Негодная заявка: все ошибки сразу, дело не начато."""
        order, words = world.bad_order("task-1")
        with pytest.raises(Reject) as refused:
            world.call.prepare(order)
        assert [word for word in words if word not in str(refused.value)] == []
        assert world.effects() == 0

    @pytest.mark.parametrize("trouble", TROUBLES, ids=IDS)
    async def test_a_call_in_trouble_says_honestly_whether_it_was_done(
        self, world: CallWorld, trouble: Trouble
    ) -> None:
        """BLIND говорит «неизвестно», когда дело могло быть сделано; REPEATABLE просит повторить."""
        world.proxy.arm(replace(trouble.fault(world.path), times=None))
        with pytest.raises(ExchangerError) as failed:
            await world.run()
        if trouble.error is not OutcomeUnknown:
            assert isinstance(failed.value, trouble.error)
        elif world.call.promise is BLIND:
            assert isinstance(failed.value, OutcomeUnknown)
        else:
            assert isinstance(failed.value, (OutcomeUnknown, Retry, SystemPaused))

    @pytest.mark.parametrize("trouble", TROUBLES, ids=IDS)
    async def test_trouble_is_not_answered_with_a_second_request(self, world: CallWorld, trouble: Trouble) -> None:
        """Повторять решает Exchanger: сам вызов запроса не удваивает."""
        world.proxy.arm(trouble.fault(world.path))
        with pytest.raises(ExchangerError):
            await world.run()
        assert world.proxy.count(world.path, "POST") == 1

    async def test_no_connection_is_a_pause_and_nothing_is_done(self, world: CallWorld) -> None:
        """Нет соединения — пауза: дело точно не сделано."""
        await world.proxy.__aexit__(None, None, None)
        with pytest.raises(SystemPaused):
            await world.run()
        await world.proxy.__aenter__()
        assert world.effects() == 0

    async def test_what_may_be_repeated_gives_the_same(self, world: CallWorld) -> None:
        """REPEATABLE: второй раз — те же переменные и то же дело."""
        if world.call.promise is BLIND:
            pytest.skip("обещание BLIND: повторять нельзя")
        first = await world.run()
        assert await world.run() == first

    async def test_a_cancelled_call_stops_at_once(self, world: CallWorld) -> None:
        """Отмена не держит остановку службы, а вызов годен и дальше."""
        armed = world.proxy.arm(HttpFault(FaultKind.SILENT_BEFORE, on("POST", world.path)))
        task = asyncio.create_task(world.run())
        await eventually(lambda: armed.fired == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await world.run("task-2")
        assert world.effects() == 1

    async def test_the_others_are_not_kept_waiting(self, world: CallWorld) -> None:
        """Вызов не занимает цикл событий."""
        assert await longest_wait(world.run()) < LONGEST_WAIT

    @pytest.mark.parametrize("trouble", SWIFT, ids=SWIFT_IDS)
    async def test_no_error_and_no_line_of_the_log_tells_the_secret(self, world: CallWorld, trouble: Trouble) -> None:
        """Тайны нет ни в ошибке, ни в журнале."""
        world.proxy.arm(replace(trouble.fault("", None), times=None))
        with logged() as lines, pytest.raises(ExchangerError) as failed:
            await world.run()
        assert told(failed.value, world.secret) == []
        assert [line for line in lines if world.secret in line] == []

    async def test_every_parameter_is_described(self, world: CallWorld) -> None:
        """У каждого параметра есть описание: из него форма в Modeler и документация."""
        fields = world.call.params.model_fields
        assert [name for name, field in fields.items() if not (field.description or field.title)] == []
