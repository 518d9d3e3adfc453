"""The generated units run: readiness, watchdog, status and the end, as systemd would see them."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from exchanger.ops.services.unit import Environment, Place, Unit, render
from exchanger.sandbox.ports import free_ports
from exchanger.testing.eventually import eventually
from exchanger.testing.unit_run import run_unit
from exchanger.wiring import Service

STOPS_WITHIN = 10.0
# Nobody answers at these addresses: the services start all the same and say so.
ENV = """\
CAMUNDA_BASE_URL=http://127.0.0.1:1/engine-rest
CAMUNDA_AUTH_ENABLED=false
RABBITMQ_HOST=127.0.0.1
RABBITMQ_PORT=1
BITRIX_WEBHOOK_URL=http://127.0.0.1:1/rest/1/code1234/
MONITOR_LOG_INTERVAL=1
"""
BOTH = (Service.CAMUNDA_WORKER, Service.TASK_CREATOR)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / ".env.dev").write_text(ENV, "utf-8")
    secrets = tmp_path / "secrets" / "dev"
    secrets.mkdir(parents=True)
    (secrets / "RABBITMQ_PASSWORD").write_text("from-a-credential\n", "utf-8")
    return Place(tmp_path, Path(sys.executable).with_name("exchanger"), credentials=secrets.parent)


def text_of(service: Service, place: Place) -> str:
    return render(Unit(service, Environment.DEV), place)


@pytest.mark.parametrize("service", BOTH)
async def test_a_service_says_ready_feeds_the_watchdog_tells_its_status_and_stops_in_seconds(
    service: Service, place: Place, tmp_path: Path
) -> None:
    async with run_unit(text_of(service, place), tmp_path, watchdog=3.0) as run:
        await run.ready()
        await eventually(lambda: run.count("WATCHDOG") >= 4, within=20, what="сторож накормлен")
        await eventually(lambda: "не работает" in run.last("STATUS"), within=20, what="состояние сказано")
        assert not run.starved.is_set()
        log = tmp_path / "logs" / "exchanger" / "dev" / f"{service}.log"
        await eventually(lambda: "сводка" in log.read_text("utf-8"), within=10, what="сводка в журнале")

        code = await run.stop(STOPS_WITHIN)

    assert code == 0
    assert run.last("STOPPING") == "1"
    assert "службы запущены" in log.read_text("utf-8")
    assert "from-a-credential" not in (tmp_path / "output").read_text("utf-8")


async def test_the_console_says_where_it_is_open_feeds_the_watchdog_answers_and_stops(
    place: Place, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    with (tmp_path / ".env.dev").open("a", encoding="utf-8") as settings:
        settings.write(f"EXCHANGER_CONSOLE_PORT={port}\n")
    async with run_unit(text_of(Service.CONSOLE, place), tmp_path, watchdog=3.0) as run:
        await run.ready()
        await eventually(lambda: run.count("WATCHDOG") >= 2, within=20, what="сторож накормлен")
        assert run.last("STATUS") == f"консоль открыта: http://127.0.0.1:{port}"
        async with ClientSession() as http, http.get(f"http://127.0.0.1:{port}/audit") as answer:
            assert answer.status == 200

        code = await run.stop(STOPS_WITHIN)

    assert code == 0
    assert "службы запущены" in (tmp_path / "logs" / "exchanger" / "dev" / "console.log").read_text("utf-8")


async def test_a_service_whose_loop_stands_still_is_ended_by_the_watchdog(place: Place, tmp_path: Path) -> None:
    async with run_unit(text_of(Service.TASK_CREATOR, place), tmp_path, watchdog=2.0) as run:
        await run.ready()
        await eventually(lambda: run.count("WATCHDOG") >= 2, within=20, what="сторож накормлен")

        os.kill(run.process.pid, signal.SIGSTOP)

        await eventually(run.starved.is_set, within=10, what="сторож заметил")
        os.kill(run.process.pid, signal.SIGCONT)
        assert await run.process.wait() == -signal.SIGABRT
