"""The bundle tells what an expert needs and not one secret."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.ops.diag import LARGEST, Sheet, sheets, write_bundle
from exchanger.ops.diag.bundle import bounded
from exchanger.settings.reference import secret_names
from tests.ops.conftest import House

CANARY = "cAnArY"
BROKER = "amqp://user:{}@127.0.0.1:9/x"
SHAPES = {
    "RABBITMQ_URL": BROKER,
    "BITRIX_WEBHOOK_URL": "http://127.0.0.1:9/rest/1/{}/",
    "BITRIX_NEXT_WEBHOOK_URL": "http://127.0.0.1:9/rest/1/{}/",
    "EXCHANGER_HTTP_SECRETS": "a={}",
}
NAMES = {
    "README.txt", "versions.txt", "settings.txt", "doctor.txt", "doctor.jsonl", "topology.txt", "health.json",
    "errors.txt",
}  # fmt: skip


def seeded(home: Path) -> dict[str, str]:
    """Every secret setting holds a canary; the log holds some that no setting names."""
    folder = home / "logs" / "prod"
    folder.mkdir(parents=True)
    now = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S.000}"
    leaks = (
        f"POST https://portal.example/rest/7/{CANARY}L1/tasks.task.add failed",
        f"password={CANARY}L2 refused",
        f"amqp://u:{CANARY}L3@broker.example/ is gone",
        f"headers: {{'Authorization': 'Bearer {CANARY}L4'}}",
    )
    text = "".join(f"{now} | [PROD] | ERROR    | m:f:1 | {leak}\n" for leak in leaks)
    (folder / "camunda-worker-errors.log").write_text(text, "utf-8")
    secrets = {name: SHAPES.get(name, "{}").format(f"{CANARY}{n:02}xyz") for n, name in enumerate(secret_names())}
    return {
        **secrets,
        "EXCHANGER_HOME": str(home),
        "CAMUNDA_BASE_URL": "http://127.0.0.1:9/engine-rest",
        "EXCHANGER_HEALTH_PORT": "9",
    }


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def read(path: Path) -> dict[str, str]:
    with ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize("other", ["CAMUNDA_AUTH_TOKEN", "CAMUNDA_AUTH_PASSWORD"])  # of the two one is allowed
async def test_no_secret_is_in_any_sheet_or_on_the_screen(tmp_path: Path, other: str) -> None:
    environ = seeded(tmp_path)
    del environ[other]
    if other == "CAMUNDA_AUTH_TOKEN":
        environ["CAMUNDA_AUTH_USERNAME"] = "u"
    assert len(secret_names()) > 8
    path = tmp_path / "out.zip"
    done = await House(tmp_path, environ).run("diag", "-o", str(path))
    assert done.exit_code == 0, done.output
    found = await read(path)
    assert set(found) == NAMES, found["doctor.txt"]
    assert CANARY not in done.output
    assert {name: text.count(CANARY) for name, text in found.items() if CANARY in text} == {}
    assert "tasks.task.add failed" in found["errors.txt"]
    assert "RABBITMQ_URL = amqp://user:***@127.0.0.1:9/x" in found["settings.txt"]
    assert "engine-unreachable" in found["doctor.txt"]
    assert "Не собрано" in found["topology.txt"]
    assert "Не собрано" in found["health.json"]


async def test_the_bundle_is_private_bounded_and_whole_or_absent(tmp_path: Path) -> None:
    async def found() -> AsyncIterator[Sheet]:
        yield Sheet("big.txt", "начало " + "я" * LARGEST + " конец")

    path = tmp_path / "out.zip"
    await write_bundle(path, found())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = (await read(path))["big.txt"]
    assert len(text.encode()) <= LARGEST
    assert text.endswith("конец")
    assert "начало не поместилось" in text

    async def broken() -> AsyncIterator[Sheet]:
        yield Sheet("a.txt", "a")
        raise ConfigError("сломалось")

    with pytest.raises(ConfigError):
        await write_bundle(tmp_path / "absent.zip", broken())
    assert names(tmp_path) == ["out.zip"]


def test_a_short_sheet_is_as_it_is() -> None:
    assert bounded("ок").decode() == "ок"


async def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    async def none() -> AsyncIterator[Sheet]:
        yield Sheet("a.txt", "a")

    with pytest.raises(ConfigError, match="не записан"):
        await write_bundle(tmp_path / "no" / "out.zip", none())


async def test_settings_that_cannot_serve_still_give_a_bundle(tmp_path: Path) -> None:
    environ = {"EXCHANGER_HOME": str(tmp_path), "RETRY_ATTEMPTS": "0"}
    found = {sheet.name: sheet.text async for sheet in sheets(environ, tmp_path)}
    assert set(found) == {"versions.txt", "settings.txt", "doctor.txt", "doctor.jsonl"}
    assert "settings-invalid" in found["doctor.txt"]


@pytest.mark.rabbitmq
async def test_the_topology_of_a_broker_that_answers_is_in_the_bundle(house: House, tmp_path: Path) -> None:
    found = {sheet.name: sheet.text async for sheet in sheets(house.environ, tmp_path)}
    assert "очередь bitrix24.queue: нет" in found["topology.txt"]
    assert found["topology.txt"].startswith("RabbitMQ ")
