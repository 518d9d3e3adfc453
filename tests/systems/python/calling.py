"""Call an operation as the caller does: parameters from the order, then the function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exchanger.connect import System
from exchanger.domain.task import Metadata
from exchanger.domain.variables import PlainValue, Variable, Variables
from exchanger.ports import Clock
from exchanger.telemetry.clock import SystemClock
from tests.connect.orders import KEY, order


async def called(
    system: System[Any, Any],
    options: object,
    topic: str,
    variables: Mapping[str, PlainValue | Variable],
    *,
    metadata: Metadata | None = None,
    clock: Clock | None = None,
) -> Variables:
    async with system.open(options, clock or SystemClock()) as opened:
        call, given = opened.calls[topic], order(variables, metadata)
        return await call.run(call.prepare(given), given, KEY)
