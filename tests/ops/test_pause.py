"""`exchanger pause`, `resume`, `paused`: a command on one host, services on another, no shared disk."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta

import pytest

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.journal.audit import operator
from exchanger.ops.pause import open_switchboard
from exchanger.ops.pause_note import LONGEST, Note, read_note, write_note
from exchanger.roles.pause import accept_flag, forget_flag, pause_flag, stop_flag
from exchanger.settings import load_settings
from tests.ops.conftest import House

SYSTEM = "bitrix24"


@pytest.mark.rabbitmq
async def test_a_command_of_another_process_reaches_the_services_through_the_broker(
    house: House, broker: BrokerConnection
) -> None:
    async with RabbitBus(broker) as bus:
        await bus.connected()
        assert await _process(house, "pause", SYSTEM, "--reason", "обновление") == 0
        assert await bus.is_raised(pause_flag(SYSTEM))
        assert not await bus.is_raised(stop_flag(SYSTEM))
        assert await _process(house, "resume", SYSTEM, "--accept", "--reason", "готово") == 0
        assert not await bus.is_raised(pause_flag(SYSTEM))
        assert await bus.is_raised(accept_flag(SYSTEM))
        assert await _process(house, "cache", "clear", SYSTEM, "--reason", "завели поле") == 0
        assert await bus.is_raised(forget_flag(SYSTEM))


@pytest.mark.rabbitmq
async def test_what_is_paused_is_shown(house: House) -> None:
    assert await _shown(house, 0) == {"system": SYSTEM, "scope": "nothing", "accepting": False}
    began = datetime.now(UTC) - timedelta(seconds=1)
    await house.ok("pause", SYSTEM, "--all", "--reason", "переезд")
    shown = await _shown(house, 1)
    assert (shown["scope"], shown["reason"], shown["who"]) == ("all", "переезд", operator(house.environ))
    assert began <= datetime.fromisoformat(str(shown["since"])) <= datetime.now(UTC)
    # The last order counts, and the note is still there however often it is read
    await house.ok("pause", SYSTEM, "--reason", "переезд кончен, портал ещё занят")
    for _ in range(25):
        shown = await _shown(house, 1)
    assert (shown["scope"], shown["reason"]) == ("new", "переезд кончен, портал ещё занят")
    words = await house.run("paused")
    assert "портал ещё занят" in words.output
    await house.ok("resume", SYSTEM, "--reason", "всё")
    assert await _shown(house, 0) == {"system": SYSTEM, "scope": "nothing", "accepting": False}


async def test_each_order_is_in_the_audit_and_needs_a_reason_and_a_system_of_ours(house: House) -> None:
    house.environ.pop("RABBITMQ_URL")
    assert (await house.run("pause", SYSTEM)).exit_code == 2
    assert (await house.run("resume", SYSTEM)).exit_code == 2
    assert (await house.run("pause", "1c", "--reason", "нет такой")).exit_code != 0
    assert house.audit == []
    await house.ok("pause", SYSTEM, "--reason", "обновление")
    await house.ok("resume", SYSTEM, "--accept", "--reason", "готово")
    assert [(deed["what"], deed["phase"], deed["reason"]) for deed in house.audit] == [
        ("pause", "intent", "обновление"),
        ("pause", "result", "обновление"),
        ("resume", "intent", "готово"),
        ("resume", "result", "готово"),
    ]


@pytest.mark.parametrize("text", ["", "не JSON", "[]", '{"who": "x", "at": "вчера", "reason": ""}', '{"at": 1}'])
def test_a_note_of_another_hand_is_no_note(text: str) -> None:
    assert read_note(text) is None


def test_a_note_is_one_short_line_without_secrets() -> None:
    reason = "портал\nhttps://portal.example.ru/rest/1/abcdefghijklmnop/ занят " + "очень " * 200
    note = read_note(write_note(Note("ivan@host", datetime.now(UTC), reason)))
    assert note is not None
    assert "abcdefghijklmnop" not in note.reason
    assert "\n" not in note.reason
    assert len(note.reason) == LONGEST


async def test_a_flag_raised_by_hand_is_shown_without_a_note(house: House) -> None:
    house.environ.pop("RABBITMQ_URL")
    await house.ok("pause", SYSTEM, "--reason", "обновление")
    [note] = house.home.rglob("*.note")
    note.unlink()
    assert await _shown(house, 1) == {"system": SYSTEM, "scope": "new", "accepting": False}
    words = await house.run("paused")
    assert "не записано" in words.output


async def _shown(house: House, code: int) -> dict[str, str | bool]:
    done = await house.run("paused", "--json")
    assert done.exit_code == code, done.output
    return dict(json.loads(done.output))


async def _process(house: House, *arguments: str) -> int:
    command = "import sys; from exchanger.cli import main; main(*sys.argv[1:])"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", command, *arguments, env=house.environ)
    return await asyncio.wait_for(process.wait(), 30)


@pytest.mark.rabbitmq
async def test_the_note_is_seen_by_everybody_who_looks_at_the_same_time(house: House) -> None:
    await house.ok("pause", SYSTEM, "--reason", "портал обновляют")
    settings = load_settings(house.environ, house.home)

    async def seen() -> list[str]:
        async with open_switchboard(settings) as board:
            looks = [next(each for each in await board.look() if each.system == SYSTEM) for _ in range(5)]
        return [each.note.reason if each.note is not None else "" for each in looks]

    assert await asyncio.gather(*(seen() for _ in range(4))) == [["портал обновляют"] * 5] * 4
