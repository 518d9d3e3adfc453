"""Открытый объект с нашим ключом, за задачей которого никто не следит: что стало с задачей и что сказать в объекте."""

from __future__ import annotations

from datetime import datetime

from exchanger.domain.task import ExternalTask, Fate, Snapshot
from exchanger.roles.index import Recent, Watched
from exchanger.roles.watch import Watch


class Strangers:
    """Суд над такими объектами; однажды решённый, пока объект не изменится, больше не решается."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._judged: Recent[tuple[str, datetime | None], bool] = Recent()

    def is_judged(self, found: Snapshot) -> bool:
        """Об этом состоянии объекта уже решено."""
        return (found.ref.id, found.changed) in self._judged

    async def fate(self, task_id: str) -> Fate | None:
        """Судьба задачи; None — она есть: её ещё не начали ждать, или она чужая."""
        if await self._watch.context.engine.get(task_id) is not None:
            return None
        return await self._watch.fate(self._task(task_id))

    async def settle(self, task_id: str, found: Snapshot, fate: Fate | None) -> bool:
        """Сказать в объекте, что стало с задачей; False — держит тормоз, под ним ничего не делается."""
        if self._watch.brake.on:
            return False
        if fate is not None:
            watched = Watched(self._task(task_id), found.ref)
            await self._watch.gone(watched, [found], fate, stranger=True)
        self._judged.put((found.ref.id, found.changed), value=True)
        return True

    def _task(self, task_id: str) -> ExternalTask:
        return self._watch.closed.get(task_id) or _unknown(task_id, min(self._watch.system.works))


def _unknown(task_id: str, topic: str) -> ExternalTask:
    """What we know of a task from its key alone."""
    return ExternalTask(
        id=task_id,
        topic=topic,
        process_instance_id="",
        process_definition_id="",
        process_definition_key="",
        activity_id="",
    )
