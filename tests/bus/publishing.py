"""Publishing as the roles do it: again until it is stored."""

from __future__ import annotations

import asyncio

from exchanger.domain.errors import OutcomeUnknown, Retry
from exchanger.ports import Address, Bus, Message


async def insist(bus: Bus, to: Address, message: Message, *, within: float = 30) -> None:
    async with asyncio.timeout(within):
        while True:
            try:
                return await bus.publish(to, message)
            except (Retry, OutcomeUnknown):
                await asyncio.sleep(0.05)
