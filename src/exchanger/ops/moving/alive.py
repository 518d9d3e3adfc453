"""Жива ли прежняя система (или наши службы): потребители, вахты, убывающие очереди, новые запоры.

Прежний tracker и приём ответов читают очереди через basic.get и потребителями не видны, поэтому за глубиной очередей
и запорами наблюдают некоторое время.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from aiormq.exceptions import ChannelLockedResource, ChannelNotFoundEntity

from exchanger.bus.rabbitmq.term import term_queue
from exchanger.bus.rabbitmq.within import within
from exchanger.domain.errors import ConfigError
from exchanger.ops.moving.ground import Ground
from exchanger.ports import Clock
from exchanger.wire.names import queue_of, sent_queue_of

_EVERY = 0.3


async def signs(ground: Ground) -> list[str]:
    """Видимое сразу: потребители очередей и вахты; пусто — их нет."""
    found = []
    for queue in _queues(ground):
        state = await ground.session.state(queue)
        if state is not None and state.consumers:
            found.append(f"у очереди {queue} потребителей: {state.consumers}")
    held = [system for system in ground.systems if await _term_is_held(ground, system)]
    return found + [f"вахту системы {system} держит task-creator" for system in held]


async def activity(ground: Ground, clock: Clock, seconds: float) -> list[str]:
    """Видимое за время наблюдения: очереди, которые кто-то читает, и задачи, которые кто-то берёт."""
    newest = await _newest_lock(ground)
    before = await _depths(ground)
    reading: set[str] = set()
    until = clock.monotonic() + seconds
    while clock.monotonic() < until:
        await clock.sleep(min(_EVERY, seconds))
        now = await _depths(ground)
        reading |= {queue for queue, depth in now.items() if depth < before.get(queue, 0)}
        before = now
    found = [f"очередь {queue} кто-то читает" for queue in sorted(reading)]
    if await _locked_since(ground, newest):
        found.append(f"под именем {ground.old.worker_id} только что взяты задачи")
    return found


def refuse(found: Iterable[str], remedy: str) -> None:
    """`ConfigError`, если кто-то ещё работает."""
    listed = "; ".join(found)
    if listed:
        raise ConfigError(f"Кто-то ещё работает: {listed}.", remedy=remedy)


def _queues(ground: Ground) -> list[str]:
    named = [name for system in ground.systems for name in (queue_of(system), sent_queue_of(system))]
    return [*named, ground.names.responses_queue]


async def _term_is_held(ground: Ground, system: str) -> bool:
    session = ground.session
    with session.spoken():
        try:
            async with session.channel() as channel:
                await within(session.broker.reply_timeout, channel.declare_queue(term_queue(system), passive=True))
        except ChannelLockedResource:
            return True
        except ChannelNotFoundEntity:
            return False
    return True


async def _depths(ground: Ground) -> dict[str, int]:
    states = {queue: await ground.session.state(queue) for queue in _queues(ground)}
    return {queue: state.messages for queue, state in states.items() if state is not None}


async def _newest_lock(ground: Ground) -> datetime | None:
    newest: datetime | None = None
    async for page in ground.held(ground.old):
        for task in page:
            if task.locked_until is not None and (newest is None or task.locked_until > newest):
                newest = task.locked_until
    return newest


async def _locked_since(ground: Ground, newest: datetime | None) -> bool:
    """Any task of theirs whose lock is newer than all that were known."""
    now = ground.old.now()
    beyond = timedelta() if newest is None or now is None else newest - now
    async for page in ground.old.held(ground.by_topic.keys(), beyond=beyond):
        if any(newest is None or (task.locked_until or newest) > newest for task in page):
            return True
    return False
