"""A task that nobody can do: it must end as an incident with a reasoned dead letter, and disturb nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import aio_pika
import aiohttp

from exchanger.testing.eventually import eventually
from exchanger.wire import ErrorRecord, decode_error
from exchanger.wire.names import ERRORS_QUEUE
from tests.e2e.ledger import History, Ledger
from tests.proof.case import Case

KEY = "poisoned"


@dataclass(slots=True)
class Poison:
    """The instance of the impossible task."""

    case: Case
    instance: str

    async def ends_as_an_incident(self) -> list[str]:
        """Wait for it; one incident, no more. Then nobody needs the instance."""
        async with aiohttp.ClientSession() as session:
            history = History(session, self.case.world.sources)
            incidents = await eventually(
                lambda: history.rows("incident"), within=120, every=0.3, what="the poison is an incident"
            )
        await self.case.world.operator.admin.delete(self.instance)
        return [] if len(incidents) == 1 else [f"{len(incidents)} incidents of one task"]

    def without(self, ledger: Ledger) -> Ledger:
        """The ledger of all the others."""
        return replace(
            ledger,
            instances=tuple(record for record in ledger.instances if record.id != self.instance),
            tasks=tuple(record for record in ledger.tasks if record.instance != self.instance),
            writes=tuple(write for write in ledger.writes if write.instance != self.instance),
            incidents=(),
        )

    def faults(self, letters: list[ErrorRecord], ledger: Ledger) -> list[str]:
        """Dead letters of this task alone, each with the reason."""
        mine = {task.id for task in ledger.tasks if task.instance == self.instance}
        strange = [each for each in letters if each.task_id not in mine or not each.reason]
        found = [f"dead letter of {each.task_id}: {each.reason}" for each in strange]
        return found if letters else ["no dead letter"]


async def poison(case: Case) -> Poison:
    model = (Path(__file__).parent / f"{KEY}.bpmn").read_bytes()
    await case.world.operator.admin.deploy(KEY, {f"{KEY}.bpmn": model})
    return Poison(case, await case.world.operator.admin.start(KEY, {}))


async def take_dead_letters(amqp: str) -> list[ErrorRecord]:
    """All that lies in the queue of errors; it is empty then."""
    connection = await aio_pika.connect(amqp)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(ERRORS_QUEUE, passive=True)
        letters = []
        while (message := await queue.get(no_ack=True, fail=False)) is not None:
            letters.append(decode_error(message.body, message.headers))
        return letters
