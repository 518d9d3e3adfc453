"""Orders for the tests of authors' functions."""

from __future__ import annotations

from collections.abc import Mapping

from exchanger.domain.key import Key
from exchanger.domain.task import ExternalTask, Metadata, Order
from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue, Variable

KEY = Key("prod", "default", "task-1")


def order(variables: Mapping[str, PlainValue | Variable] | None = None, metadata: Metadata | None = None) -> Order:
    task = ExternalTask("task-1", "topic", "instance", "process:1:x", "process", "Activity_1")
    given = {name: value if isinstance(value, Variable) else typed(value) for name, value in (variables or {}).items()}
    return Order(task, "system", given, metadata or Metadata(activity_name="Письмо"))
