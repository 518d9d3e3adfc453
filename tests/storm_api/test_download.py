"""Fetching: resumable, one failure does not stop the rest, a blocked account is not asked on and on."""

from pathlib import Path

import pytest

from exchanger.domain.errors import SystemPaused
from exchanger.sandbox.storm import TOKEN, body
from exchanger.storm.api import StormSource
from exchanger.storm.files import BodyArchive, DiagramFolder, Download, Got, Step
from tests.storm_api.kit import Bench


def _download(storm: Bench, source: StormSource, folder: Path) -> Download:
    return Download(source, DiagramFolder(folder), BodyArchive(storm.directory / "archive"), storm.clock)


async def _all(storm: Bench, folder: Path, *, token: str = "") -> list[Step]:
    async with storm.client(token=token) as source:
        return await _download(storm, source, folder).many(await source.diagrams(), lambda _: None)


async def test_everything_is_fetched_under_the_limit(storm: Bench, tmp_path: Path) -> None:
    steps = await _all(storm, tmp_path / "bpmn", token=TOKEN)

    assert [step.got for step in steps] == [Got.FETCHED] * 4
    assert storm.workspace.limits.violations == []
    assert len(storm.workspace.requests) == 9
    archive = BodyArchive(storm.directory / "archive")
    assert {each.diagram for each in archive.entries()} == storm.workspace.diagrams.keys()


async def test_only_what_changed_is_fetched_again(storm: Bench, tmp_path: Path) -> None:
    await _all(storm, tmp_path / "bpmn")
    changed = next(iter(storm.workspace.diagrams))
    storm.workspace.edit(changed, body("Иначе"))
    before = len(storm.workspace.requests)

    steps = await _all(storm, tmp_path / "bpmn")

    assert {step.diagram for step in steps if step.got is Got.FETCHED} == {changed}
    assert len(storm.workspace.requests) - before == 2
    assert len(list(BodyArchive(storm.directory / "archive").entries(changed))) == 2


async def test_an_interrupted_download_goes_on_where_it_stopped(storm: Bench, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(step: Step) -> None:
        raise StoppedError

    async with storm.client() as source:
        cards = await source.diagrams()
        with pytest.raises(StoppedError):
            await _download(storm, source, tmp_path / "bpmn").many(cards, stop)

    steps = await _all(storm, tmp_path / "bpmn")

    assert [step.got for step in steps] == [Got.UNCHANGED, Got.FETCHED, Got.FETCHED, Got.FETCHED]


async def test_a_refused_diagram_does_not_stop_the_rest(storm: Bench, tmp_path: Path) -> None:
    refused = next(iter(storm.workspace.diagrams.values()))
    refused.forbidden = True

    steps = await _all(storm, tmp_path / "bpmn")

    (failed,) = [step for step in steps if step.got is Got.FAILED]
    assert failed.diagram == refused.id
    assert "403" in failed.error
    assert sum(step.got is Got.FETCHED for step in steps) == 3


async def test_refusals_in_a_row_stop_the_work(storm: Bench, tmp_path: Path) -> None:
    for each in storm.workspace.diagrams.values():
        each.forbidden = True

    with pytest.raises(SystemPaused, match="подряд"):
        await _all(storm, tmp_path / "bpmn")

    assert len(storm.workspace.requests) == 4


async def test_without_the_internal_api_it_is_said_that_there_are_no_assignees(storm: Bench, tmp_path: Path) -> None:
    steps = await _all(storm, tmp_path / "bpmn")

    assert all("STORMBPMN_BEARER_TOKEN" in step.notes[0] for step in steps)
    assert not list((tmp_path / "bpmn").glob("*_assignees.json"))


async def test_assignees_known_earlier_survive_a_fetch_that_cannot_read_them(storm: Bench, tmp_path: Path) -> None:
    await _all(storm, tmp_path / "bpmn", token=TOKEN)
    first = next(iter(storm.workspace.diagrams))
    storm.workspace.edit(first, body("Иначе"))

    await _all(storm, tmp_path / "bpmn")

    assert (tmp_path / "bpmn" / "Согласование договора_assignees.json").exists()
