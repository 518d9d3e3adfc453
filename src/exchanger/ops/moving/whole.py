"""Заявка и квитанция целиком, как у предшественника: переменные — из движка заново, строка объекта — из системы."""

from __future__ import annotations

from datetime import UTC, datetime

from exchanger.bus.rabbitmq.bare import bare
from exchanger.connect.showing import Showing
from exchanger.domain.errors import Reject
from exchanger.domain.task import ExternalTask, ObjectRef
from exchanger.domain.variables import JsonValue
from exchanger.ops.moving.ground import Ground
from exchanger.ops.moving.reading import read_order
from exchanger.ports import Address
from exchanger.wire.json_body import JsonObject, dump
from exchanger.wire.names import queue_of, receipt_address
from exchanger.wire.predecessor import OldOrder, old_receipt


class OldForms:
    """Пишет сообщения предшественника в его очереди."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def order(self, task: ExternalTask) -> dict[str, JsonValue]:
        """Заявка задачи с её нынешними переменными."""
        read = await read_order(self._ground, task)
        return OldOrder(read.order, read.process, self._ground.old.worker_id).form(datetime.now(UTC))

    async def publish_order(self, task: ExternalTask) -> None:
        """Положить заявку в очередь системы."""
        queue = queue_of(self._ground.by_topic[task.topic].name)
        await self._ground.session.send(Address("", queue), bare(dump(await self.order(task))))

    async def publish_receipt(self, task: ExternalTask, ref: ObjectRef) -> None:
        """Положить квитанцию об объекте в очередь прежнего tracker."""
        system = self._ground.by_topic[task.topic].name
        order, row = await self.order(task), await self._row(task, ref)
        form = old_receipt(order, row, queue=queue_of(system), now=datetime.now(UTC))
        await self._ground.session.send(receipt_address(system), bare(dump(form)))

    async def _row(self, task: ExternalTask, ref: ObjectRef) -> JsonObject:
        work = self._ground.work(task)
        if not isinstance(work, Showing):
            raise Reject(f"Система {ref.system} не показывает объектов целиком: квитанцию прежней формы не написать.")
        rows = await work.show([ref])
        if ref.id not in rows:
            raise Reject(f"Объект {ref.id} системы {ref.system} не виден: квитанцию не написать.")
        return rows[ref.id]
