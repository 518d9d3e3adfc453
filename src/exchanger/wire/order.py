"""Заявка: работник → создатель."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from exchanger.domain.errors import DeadLetter
from exchanger.domain.task import Order
from exchanger.ports import Message
from exchanger.wire.json_body import parse
from exchanger.wire.order_form import address, message, order_of, wire_form


def encode_order(order: Order, *, worker_id: str, now: datetime) -> Message:
    """Заявка системе; `Reject` — переменную нельзя записать или сообщение больше предела брокера."""
    issued = replace(order, task=replace(order.task, worker_id=worker_id))
    return message(issued, wire_form(issued, now=now))


def decode_order(body: bytes) -> Order:
    """Прочитать заявку, нашу или предшественника; `DeadLetter` — её нельзя понять."""
    model = address(parse(body))
    if not model.topic:
        raise DeadLetter("schema_error", "В заявке нет темы (topic).")
    return order_of(model)
