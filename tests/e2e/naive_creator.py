"""The control: a task-creator with one rule switched off. It never looks for an object before it creates one."""

from __future__ import annotations

from typing import Any

from exchanger.cli import main
from exchanger.systems.bitrix24 import CreateTask


async def _never_find(*_: Any) -> list[Any]:
    return []


def break_the_rule() -> None:
    CreateTask.find = _never_find  # type: ignore[assignment,method-assign]


if __name__ == "__main__":
    break_the_rule()
    main("run", "task-creator")
