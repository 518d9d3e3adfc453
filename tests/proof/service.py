"""A service of the installation with what only a proof may change: a crash point, a short lease, a quick watch.

`python -m tests.proof.service [camunda-worker | task-creator]`: the real command, the real settings, the real parts.
A lease of seconds is no setting (the shortest is a minute), so it is given here and nowhere else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from importlib import import_module

from exchanger import wiring
from exchanger.cli import main
from exchanger.roles.tracker import Pace
from exchanger.settings import Settings
from exchanger.testing.crash_points import Crash, crash_of
from exchanger.testing.crash_points_ports import context_with, system_with
from exchanger.wiring import Exchanger, Plan

LEASE = "EXCHANGER_TEST_LEASE"
QUICK = Pace(poll=1.0, walk=2.0, sweep=2.0, share=0.5)


def with_lease(settings: Settings, seconds: float) -> Settings:
    """Past validation on purpose."""
    return replace(settings, engine=settings.engine.model_copy(update={"lease": timedelta(seconds=seconds)}))


def with_crash(exchanger: Exchanger, crash: Crash, settings: Settings, plan: Plan) -> Exchanger:
    context = context_with(crash, exchanger.context)
    systems = tuple(system_with(crash, system) for system in exchanger.systems)
    roles = tuple(wiring.roles_of(settings, plan, context, systems))
    return replace(exchanger, context=context, systems=systems, roles=roles)


@asynccontextmanager
async def assemble(settings: Settings, plan: Plan) -> AsyncIterator[Exchanger]:
    if LEASE in os.environ:
        settings = with_lease(settings, float(os.environ[LEASE]))
    plan = replace(plan, pace=QUICK)
    crash = crash_of(os.environ)
    async with wiring.assemble(settings, plan) as exchanger:
        yield with_crash(exchanger, crash, settings, plan) if crash is not None else exchanger


if __name__ == "__main__":
    # By name: the package's attribute `run` is the command, not its module.
    vars(import_module("exchanger.cli.run"))["assemble"] = assemble
    main("run", *sys.argv[1:])
