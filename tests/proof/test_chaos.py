"""Chaos by a seed. `EXCHANGER_CHAOS_SECONDS` says how long, `EXCHANGER_CHAOS_SEED` repeats a plan of faults.

The seed fixes the plan, not the interleaving: the same seed may pass and fail.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.rabbitmq import Software
from tests.e2e.ledger import Ledger
from tests.proof.broker import own_broker
from tests.proof.case import CREATOR, WORKER, open_case
from tests.proof.chaos import QUARANTINE, Chaos
from tests.proof.people import Crowd, left, operator_at_work
from tests.proof.poison import take_dead_letters

SECONDS = float(os.environ.get("EXCHANGER_CHAOS_SECONDS", "180"))
SEED = int(os.environ.get("EXCHANGER_CHAOS_SEED", "1"))
HEALING = 240.0
PATIENCE = 120.0
"""Seconds: an object that a person deleted is missed twice, a minute apart, before anybody says so."""

pytestmark = [pytest.mark.e2e, pytest.mark.engine, pytest.mark.rabbitmq, pytest.mark.timeout(SECONDS + HEALING + 120)]


async def test_whatever_happens_every_instance_ends_and_nothing_is_made_twice(
    durable: EngineProcess, rabbitmq_software: Software, tmp_path: Path
) -> None:
    print(f"EXCHANGER_CHAOS_SEED={SEED} EXCHANGER_CHAOS_SECONDS={SECONDS:g}")  # noqa: T201 - to repeat it
    async with (
        own_broker(rabbitmq_software, tmp_path / "broker") as broker,
        open_case(durable.url, broker.url, tmp_path / "house") as case,
    ):
        # Given two of each service
        for name, command in (("worker", WORKER), ("creator", CREATOR)):
            for number in (1, 2):
                case.start(f"{name}-{number}", command, {"BITRIX_QUARANTINE": str(QUARANTINE)})
        await case.begin(20)
        random = Random(SEED)
        chaos = Chaos(case, broker, random, Crowd(case, random))
        # When everything happens, and then no more
        try:
            async with operator_at_work(case):
                await chaos.rage(SECONDS)
                await case.world.ended(within=HEALING, patience=PATIENCE)
        except BaseException as error:
            error.add_note("\n".join([f"seed {SEED}", *chaos.story, *await left(case)]))
            raise
        finally:
            await chaos.stop()
        letters = await take_dead_letters(broker.url)
        await case.world.quiet()
        await case.stop()
        # Then all that was not cancelled ended as promised; dead letters have their reasons, incidents are cleared
        ledger = await case.ledger()
        assert case.faults(_without(ledger, chaos.crowd.cancelled)) == [], "\n".join([f"seed {SEED}", *chaos.story])
        assert all(letter.reason for letter in letters)
        assert len(case.world.started) > 20


def _without(ledger: Ledger, cancelled: set[str]) -> Ledger:
    """The ledger of what nobody cancelled. Incidents that people caused were retried, and are over."""
    void = {task.id for task in ledger.tasks if task.instance in cancelled}
    return replace(
        ledger,
        instances=tuple(record for record in ledger.instances if record.id not in cancelled),
        tasks=tuple(task for task in ledger.tasks if task.instance not in cancelled),
        writes=tuple(write for write in ledger.writes if write.instance not in cancelled),
        objects=tuple(found for found in ledger.objects if found.raw_id not in void),
        incidents=(),
    )
