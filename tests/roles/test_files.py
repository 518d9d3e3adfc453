"""The files of an order: read from the engine when asked for, once, within a limit, while it is carried out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exchanger.connect import ProcessFile, process_file
from exchanger.domain.errors import Reject, TooLarge
from exchanger.domain.task import Fetched, Order
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable, VariableType
from exchanger.ports import Delivery
from exchanger.roles import files
from exchanger.roles.files import OrderFiles
from exchanger.testing.memory_system import MEMORY_TOPIC, MemoryWork
from exchanger.wire import encode_order
from tests.roles.house import QUEUE, SYSTEM, House

SCAN = Variable(VariableType.FILE, b"%PDF", {"filename": "скан.pdf", "mimeType": "application/pdf"})


async def fetched(home: House, **variables: Variable) -> Fetched:
    home.state.add_task(MEMORY_TOPIC, variables)
    (taken,) = await home.engine.fetch([MEMORY_TOPIC], limit=1, lease=home.locks.lease, wait=timedelta())
    return taken


async def order(home: House, **variables: Variable) -> Order:
    taken = await fetched(home, **variables)
    return Order(taken.task, SYSTEM, taken.variables)


async def test_a_file_is_read_once_however_often_it_is_asked_for(home: House) -> None:
    asked: list[str] = []
    home.state.before = asked.append
    read = OrderFiles(home.engine, await order(home, scan=SCAN))

    first, again = await read("scan", 4), await read("scan", 4)

    assert (first.name, first.type, first.content) == ("скан.pdf", "application/pdf", b"%PDF")
    assert again == first
    assert asked.count("file") == 1
    with pytest.raises(Reject, match="больше 3"):
        await read("scan", 3)


async def test_bytes_are_a_file_named_by_their_variable(home: House) -> None:
    read = OrderFiles(home.engine, await order(home, raw=typed(b"123")))
    file = await read("raw", 3)
    assert (file.name, file.type, file.content) == ("raw", "application/octet-stream", b"123")
    with pytest.raises(Reject, match="больше 2"):
        await read("raw", 2)


async def test_what_is_no_file_or_is_gone_is_refused(home: House) -> None:
    made = await order(home, text=typed("т"), scan=SCAN)
    read = OrderFiles(home.engine, made)
    with pytest.raises(Reject, match="не файл"):
        await read("text", 10)
    with pytest.raises(Reject, match="нет"):
        await read("другая", 10)
    del home.state.instances[made.task.process_instance_id]["scan"]
    with pytest.raises(Reject, match="больше нет"):
        await read("scan", 10)


async def test_all_files_of_an_order_have_one_limit(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 7)
    read = OrderFiles(home.engine, await order(home, first=SCAN, second=SCAN))
    await read("first", 100)
    with pytest.raises(TooLarge, match=r"вместе больше 7 .*«second» осталось 3"):
        await read("second", 100)
    with pytest.raises(TooLarge, match="«second» больше 2"):
        await read("second", 2)


async def test_a_work_reads_the_files_of_the_order_it_carries_out(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[ProcessFile] = []

    async def finish(*_: Any) -> None:
        seen.append(await process_file("scan", most=100))

    monkeypatch.setattr(MemoryWork, "finish", finish)
    made = await order(home, scan=SCAN, title=typed("Дело"))
    message = encode_order(made, worker_id=home.engine.worker_id, now=home.clock.now())

    creator = home.creator()
    await home.clock.advance(200)  # the quarantine of what the former term may have sent
    await creator.handle(Delivery(message, QUEUE))

    assert [each.content for each in seen] == [b"%PDF"]
    with pytest.raises(Reject, match="без движка"):
        await process_file("scan", most=100)
