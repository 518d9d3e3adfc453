"""Права пользователя брокера и тревоги: пробы, после которых в брокере ничего не остаётся."""

from __future__ import annotations

from contextlib import suppress
from secrets import token_hex
from uuid import uuid4

from aio_pika import Message
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity, PublishError

from exchanger.bus.rabbitmq.faults import broker_words
from exchanger.bus.rabbitmq.session import Session
from exchanger.bus.rabbitmq.term import term_queue
from exchanger.bus.rabbitmq.within import open_channel, quietly, within
from exchanger.bus.topology import Topology
from exchanger.ops.doctor.finding import Code, Diagnosis, error, fine
from exchanger.settings import Settings

_KEYED = frozenset({"direct", "topic"})
_CONFIRM_IN = 5.0


async def examine_rights(session: Session, layout: Topology, settings: Settings) -> list[Diagnosis]:
    """Объявить, отправить, прочитать; не подтвердил публикации — тревога."""
    found = await _configure(session)
    found += await _write(session, settings.broker.responses_exchange, settings.broker.responses_exchange_type)
    if is_alarmed(found):  # the broker reads nothing more from a connection that has published
        return found
    found += await _read(session, layout)
    return found or [fine(f"Прав пользователя «{session.broker.user}» хватает, публикации принимаются.")]


def is_alarmed(found: list[Diagnosis]) -> bool:
    """Брокер остановил публикации: спрашивать его дальше этим соединением бесполезно."""
    return any(one.code is Code.BROKER_ALARM for one in found)


async def _configure(session: Session) -> list[Diagnosis]:
    """A duty is an exclusive queue: without the right to declare it no creator ever starts."""
    name = term_queue(f"doctor.{token_hex(4)}")
    try:
        async with session.channel() as channel:
            queue = await within(session.broker.reply_timeout, channel.declare_queue(name, exclusive=True))
            await within(session.broker.reply_timeout, queue.delete())
    except ChannelAccessRefused as refusal:
        return [_refused(session, "configure", refusal)]
    return []


async def _write(session: Session, exchange: str, kind: str) -> list[Diagnosis]:
    """A mandatory message with a key that leads nowhere: the broker checks the right and returns it."""
    if kind not in _KEYED:  # it would be delivered
        return []
    channel = open_channel(session.connection, confirms=True)
    try:
        await within(session.broker.reply_timeout, channel.initialize())
        await within(_CONFIRM_IN, _publish(channel, exchange))
    except ChannelAccessRefused as refusal:
        return [_refused(session, "write", refusal)]
    except TimeoutError:
        what = "Брокер принимает соединения, но не публикации: память или диск узла на исходе."
        return [error(Code.BROKER_ALARM, what, "rabbitmqctl status, раздел Alarms: освободите память или диск узла.")]
    except ChannelNotFoundEntity:
        return []  # there is no such exchange yet, which the topology says
    finally:
        await quietly(1, channel.close())
    return []


async def _publish(channel: AbstractChannel, exchange: str) -> None:
    """Twice: an alarmed broker stops reading a connection only after what it has published first."""
    target = await channel.get_exchange(exchange, ensure=True)
    for _ in range(2):
        with suppress(PublishError):  # returned, as asked
            message = Message(b"", message_id=str(uuid4()))
            await target.publish(message, f"exchanger.doctor.{token_hex(8)}", mandatory=True)


async def _read(session: Session, layout: Topology) -> list[Diagnosis]:
    """Asked of empty queues only: nothing is taken, and what comes meanwhile goes back with its channel."""
    for queue in layout.queues:
        state = await session.state(queue)
        if state is None or state.messages:
            continue
        try:
            async with session.channel() as channel:
                held = await channel.get_queue(queue, ensure=False)
                await within(session.broker.reply_timeout, held.get(fail=False))
        except ChannelAccessRefused as refusal:
            return [_refused(session, "read", refusal)]
        except ChannelNotFoundEntity:
            continue
    return []


def _refused(session: Session, right: str, refusal: ChannelAccessRefused) -> Diagnosis:
    user, vhost = session.broker.user, session.broker.vhost
    what = f"Пользователю «{user}» не хватает права {right}: {broker_words(refusal)}."
    return error(Code.BROKER_RIGHTS, what, f"rabbitmqctl set_permissions -p '{vhost}' '{user}' '.*' '.*' '.*'")
