"""Переделать очередь, которая отличается от топологии, не потеряв ни сообщения.

Временная очередь принимает и старое, и то, что придёт по привязкам, пока очереди нет; старая удаляется, только если
пуста и никем не используется; новая объявляется, сообщения возвращаются. После обрыва на любом шаге повторный запуск
продолжает: всё, что нужно знать, видно в брокере. Сообщение может прийти дважды, пропасть — нет.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from aio_pika.abc import AbstractChannel
from aiormq.exceptions import (
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    ConnectionNotImplemented,
)

from exchanger.bus.rabbitmq.declare import Declarations
from exchanger.bus.rabbitmq.inspection import Verdict, inspect_exchange, inspect_queue
from exchanger.bus.rabbitmq.pile import pile
from exchanger.bus.rabbitmq.session import Session, open_session
from exchanger.bus.rabbitmq.within import within
from exchanger.bus.topology import Topology
from exchanger.domain.errors import ConfigError, Reject, Retry
from exchanger.ports import Address

ROUNDS = 100
"""Проходов, после которых очередь признаётся слишком живой: в неё пишут быстрее, чем её разбирают."""

Tell = Callable[[str], None]


_QUORUM = (
    "Очередь кворумная: RabbitMQ не умеет удалять такую с условием «пуста и не используется», а без условия сообщение "
    "могло бы пропасть. Она оставлена как была, принята и работает."
)
_QUORUM_REMEDY = (
    "переделать её можно только руками: остановите службы и отправителей, убедитесь, что она пуста (exchanger topology "
    "show), удалите её (rabbitmqctl delete_queue) и создайте: exchanger topology apply."
)


def temporary_of(queue: str) -> str:
    """Имя временной очереди."""
    return f"exchanger.migrate.{queue}"


class Readers(Protocol):
    """Знание о тех, кто взял сообщения через basic.get и не подтвердил.

    Потребителями они не считаются, а удаление «пустой и не используемой» очереди такие сообщения уничтожает (проверено
    на 3.10.8). Прежняя система читает свои `*.sent.queue` именно так.
    """

    async def none_holds(self, queue: str) -> None:
        """Вернуться, если взятых сообщений нет; иначе `ConfigError`."""
        ...


class Migration:
    """Переделка одной очереди."""

    def __init__(self, session: Session, layout: Topology, queue: str, readers: Readers) -> None:
        if queue not in layout.queues:
            raise ConfigError(
                f"Очереди «{queue}» нет в топологии: какой она должна быть, неизвестно.",
                remedy="посмотрите имена: exchanger topology show.",
            )
        self._session = session
        self._layout = layout
        self._queue = queue
        self._temporary = temporary_of(queue)
        self._readers = readers

    async def plan(self) -> list[str]:
        """Что будет сделано; пусто — нечего. `ConfigError` — нельзя, со словами почему."""
        finding = await inspect_queue(self._session, self._queue)
        started = await self._session.state(self._temporary)
        rest = ["объявить её с привязками", "вернуть сообщения", f"удалить {self._temporary}"]
        if finding.verdict is Verdict.MISSING:
            return rest if started is not None else rest[:1]
        if finding.verdict is Verdict.UNKNOWN:
            raise ConfigError(finding.note, remedy="дайте пользователю право configure на эту очередь.")
        if finding.verdict is Verdict.SAME:
            return rest if started is not None else []
        if finding.state is not None and finding.state.consumers:
            raise ConfigError(
                f"У очереди «{self._queue}» потребителей: {finding.state.consumers}. Переделка её отберёт.",
                remedy="остановите службы, которые её читают, и повторите.",
            )
        await self._check_exchanges()
        count = 0 if finding.state is None else finding.state.messages
        drain = f"перенести сообщения ({count}) в {self._temporary}"
        return [drain, f"удалить {self._queue}, если пуста и не используется", *rest]

    async def _check_exchanges(self) -> None:
        for name in {binding.exchange for binding in self._layout.bindings_of(self._queue)}:
            found = await inspect_exchange(self._session, self._layout.exchanges[name])
            if found.verdict is Verdict.MISSING:
                raise ConfigError(
                    f"Обменника «{name}», к которому привязана очередь, нет: временную не к чему привязать.",
                    remedy='создайте недостающее: exchanger topology apply --reason "…", потом повторите.',
                )

    async def run(self, tell: Tell) -> None:
        """Выполнить. `ConfigError`, `Reject` — нельзя, очередь оставлена как была; `Retry` — помешали, повторить."""
        await self._session.claim(self._queue)
        await self.plan()  # refuses what may not be done
        if (await inspect_queue(self._session, self._queue)).verdict is Verdict.DIFFERS:
            await self._remove(tell)
        await self._declare()
        tell(f"очередь {self._queue} объявлена")
        await self._bring_back(tell)

    async def _remove(self, tell: Tell) -> None:
        await self._readers.none_holds(self._queue)
        await self._prepare_temporary()
        try:
            await self._drain_and_delete(tell)
        except (ConfigError, Reject):
            await self._bring_back(tell)
            raise

    async def _drain_and_delete(self, tell: Tell) -> None:
        for _ in range(ROUNDS):
            if await self._delete(self._queue):
                return
            moved = await self._move(self._queue, self._temporary)
            tell(f"перенесено в {self._temporary}: {moved}")
            await self.plan()  # a consumer may have come meanwhile
            await self._readers.none_holds(self._queue)
        raise Retry(f"В очередь «{self._queue}» всё время пишут, опустошить её не удалось: остановите отправителей.")

    async def _prepare_temporary(self) -> None:
        """Classic: only such a queue can later be deleted on condition that it is empty."""

        async def make(channel: AbstractChannel) -> None:
            await channel.declare_queue(self._temporary, durable=True, arguments={"x-queue-type": "classic"})
            underlay = await channel.get_underlay_channel()
            for binding in self._layout.bindings_of(self._queue):
                await underlay.queue_bind(self._temporary, binding.exchange, binding.key)

        await self._do(make)

    async def _declare(self) -> None:
        with self._session.spoken():
            await Declarations(self._layout, self._session.broker).queue(self._session.connection, self._queue)
        finding = await inspect_queue(self._session, self._queue)
        if finding.verdict is not Verdict.SAME:
            raise Retry(f"Очередь «{self._queue}» не стала такой, как нужно: {finding.verdict}. {finding.note}")

    async def _bring_back(self, tell: Tell) -> None:
        if await self._session.state(self._temporary) is None:
            return

        async def unbind(channel: AbstractChannel) -> None:
            underlay = await channel.get_underlay_channel()
            for binding in self._layout.bindings_of(self._queue):
                await underlay.queue_unbind(self._temporary, binding.exchange, binding.key)

        await self._do(unbind)
        for _ in range(ROUNDS):
            moved = await self._move(self._temporary, self._queue)
            tell(f"возвращено в {self._queue}: {moved}")
            if await self._delete(self._temporary):
                return
        raise Retry(f"Во временную очередь «{self._temporary}» кто-то пишет: остановите его и повторите.")

    async def _move(self, source: str, target: str) -> int:
        moved = 0
        async with pile(self._session, source) as letters:
            async for held in letters:
                await self._session.send(Address("", target), held.copy())
                await held.remove()
                moved += 1
        return moved

    async def _delete(self, queue: str) -> bool:
        """Удалить, если пуста и не используется; отказ кворумной очереди закрывает соединение, поэтому оно своё."""
        async with open_session(self._session.broker, "удаление очереди") as own:
            try:
                async with own.channel() as channel:
                    underlay = await channel.get_underlay_channel()
                    deleting = underlay.queue_delete(queue, if_unused=True, if_empty=True)
                    await within(own.broker.reply_timeout, deleting)
            except ChannelNotFoundEntity:
                return True
            except ChannelPreconditionFailed:
                return False
            except ConnectionNotImplemented as error:
                raise Reject(_QUORUM, remedy=_QUORUM_REMEDY) from error
        return True

    async def _do(self, steps: Callable[[AbstractChannel], Awaitable[None]]) -> None:
        with self._session.spoken():
            async with self._session.channel() as channel:
                await within(self._session.broker.reply_timeout, steps(channel))
