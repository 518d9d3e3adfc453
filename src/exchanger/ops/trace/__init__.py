"""Путь одной задачи: что о ней знают движок, системы, брокер и журнал; последняя строка — словами, что делать."""

from exchanger.ops.trace.facts import Answered, InstanceFacts, TaskFacts
from exchanger.ops.trace.gather import Tracer, open_tracer
from exchanger.ops.trace.story import Step, Story, tell

__all__ = ["Answered", "InstanceFacts", "Step", "Story", "TaskFacts", "Tracer", "open_tracer", "tell"]
