"""Files of the process become attachments, each once; what people attached comes back as links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from exchanger.connect import ProcessFile, files_from
from exchanger.domain.errors import Reject, Retry, SystemPaused
from exchanger.domain.outcome import Completed
from exchanger.domain.task import Metadata, Snapshot
from exchanger.sandbox.openproject.model import Attachment
from exchanger.systems.openproject.params import CreateTaskParams
from exchanger.testing.proxy import FaultKind as Broken
from exchanger.testing.proxy import HttpFault, html_answer, on
from tests.systems.openproject.world import OpenProjectWorld, order

FILES = {
    "скан": ProcessFile("Договор №1: «скан».pdf", "application/pdf", bytes(range(256)) * 40),
    "note": ProcessFile("note.txt", "text/plain", b"--boundary\r\n\r\n"),
    "empty": ProcessFile("empty.bin", "нетипа", b""),
}
ATTACH = on("POST", r"/attachments$")


class Reader:
    def __init__(self) -> None:
        self.files = dict(FILES)
        self.asked: list[str] = []

    async def __call__(self, name: str, most: int) -> ProcessFile:
        self.asked.append(name)
        if name not in self.files or len(self.files[name].content) > most:
            raise Reject(f"{name}: нет или велик")
        return self.files[name]


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader()
    with files_from(made):
        yield made


def params(world: OpenProjectWorld, names: str = "скан, note") -> CreateTaskParams:
    return world.work.prepare(order(extension_properties={"attachments": names}))


async def _made(world: OpenProjectWorld, names: str = "скан, note") -> Snapshot:
    made = await world.work.create(world.key("task-1"), params(world, names))
    await world.work.finish(made, params(world, names))
    return made


def attached(world: OpenProjectWorld) -> list[Attachment]:
    return list(world.instance.attachments.values())


@pytest.mark.usefixtures("reader")
async def test_files_of_the_process_are_attached_as_they_were(world: OpenProjectWorld) -> None:
    made = await _made(world, "скан, note, empty")

    assert [each.content for each in attached(world)] == [each.content for each in FILES.values()]
    assert [each.type for each in attached(world)] == ["application/pdf", "text/plain", "application/octet-stream"]
    assert {str(each.work_package) for each in attached(world)} == {made.ref.id}
    assert attached(world)[0].name == "Договор _1_ _скан_.pdf"  # the instance has no use for some characters


async def test_a_task_without_files_asks_for_none(world: OpenProjectWorld, reader: Reader) -> None:
    await _made(world, "")
    assert reader.asked == []
    assert world.proxy.count(r"attachments|configuration") == 0


async def test_finishing_again_attaches_nothing_and_reads_no_file(world: OpenProjectWorld, reader: Reader) -> None:
    made = await _made(world)
    reader.asked.clear()

    await world.work.finish(made, params(world))

    assert len(attached(world)) == 2
    assert reader.asked == []


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (HttpFault(Broken.CUT_BEFORE, ATTACH), Retry),
        (HttpFault(Broken.CUT_AFTER, ATTACH), Retry),
        (HttpFault(Broken.SILENT_AFTER, ATTACH), Retry),
        (HttpFault(Broken.ANSWER_AFTER, ATTACH, answer=html_answer(502, "<html>late</html>")), SystemPaused),
    ],
    ids=["cut before", "cut after", "silent", "gateway"],
)
async def test_what_broke_off_is_attached_once_the_next_time(
    world: OpenProjectWorld, fault: HttpFault, error: type[Exception]
) -> None:
    made = await world.work.create(world.key("task-1"), params(world))
    world.proxy.arm(fault)
    with pytest.raises(error):
        await world.work.finish(made, params(world))

    await world.work.finish(made, params(world))

    assert sorted(each.content for each in attached(world)) == sorted(FILES[name].content for name in ("скан", "note"))


@pytest.mark.usefixtures("reader")
async def test_a_mark_that_was_not_kept_is_made_up_for_by_name_and_content(world: OpenProjectWorld) -> None:
    made = await _made(world)
    for each in attached(world):
        world.instance.attachments[each.id] = Attachment(each.id, each.work_package, each.name, each.content)

    await world.work.finish(made, params(world))
    assert len(attached(world)) == 2

    one = attached(world)[1]  # the same name and size, another content: somebody else's file
    world.instance.attachments[one.id] = Attachment(one.id, one.work_package, one.name, b"x" * len(one.content))
    await world.work.finish(made, params(world))
    assert len(attached(world)) == 3


async def test_a_file_that_does_not_fit_stops_the_task_before_it_is_made(
    world: OpenProjectWorld, reader: Reader
) -> None:
    world.instance.config.max_attachment = len(FILES["скан"].content) - 1
    with pytest.raises(Reject, match="скан"):
        await world.work.create(world.key("task-1"), params(world))
    with pytest.raises(Reject, match="нет"):
        await world.work.create(world.key("task-1"), params(world, "note, другой"))
    assert world.instance.work_packages == {}
    assert reader.asked == ["скан", "note", "другой"]


async def test_a_preview_names_the_files_and_reads_none(world: OpenProjectWorld, reader: Reader) -> None:
    shown = await world.work.explain(world.key("task-1"), params(world))
    assert shown.later == {"вложения из переменных": ["скан", "note"]}
    assert reader.asked == []


async def test_outside_of_an_order_files_are_refused_aloud(world: OpenProjectWorld) -> None:
    with pytest.raises(Reject, match="без движка"):
        await world.work.create(world.key("task-1"), params(world))


@pytest.mark.usefixtures("reader")
async def test_what_people_attached_comes_back_as_links(world: OpenProjectWorld) -> None:
    made = await _made(world)
    record = world.instance.next_record()
    world.instance.attachments[record] = Attachment(record, int(made.ref.id), "Ответ.docx", b"12345")
    world.finish(made.ref)
    (done,) = await world.work.read([made.ref])

    async def told(**properties: str) -> Any:
        outcome = await world.work.answer(done, order().task, Metadata(extension_properties=properties))
        assert isinstance(outcome, Completed)
        return {name: each.value for name, each in outcome.variables.items()}

    link = f"{world.desk.api.site.base}/api/v3/attachments/{record}/content"
    told_files = (await told(resultFiles="answers"))["answers"]
    assert told_files == [{"id": record, "name": "Ответ.docx", "size": 5, "link": link}]
    before = world.proxy.count()
    assert "answers" not in await told()
    assert world.proxy.count() == before
