"""Yandex Disk: folders, files, links; a repetition leads to the same Disk; the token stays with its host."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from exchanger.connect import REPEATABLE, Severity
from exchanger.domain.errors import Reject, Retry, SystemPaused
from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue, Variables
from exchanger.sandbox.yandex_disk import DiskStandin, standin
from exchanger.systems.python.disk import DISK, DiskOptions
from exchanger.telemetry.clock import SystemClock
from tests.systems.python.calling import called

FILE: Mapping[str, PlainValue] = {"path": "2026/Акт.txt", "content": "принято", "link": True}


async def call(
    state: DiskStandin, given: Mapping[str, PlainValue], topic: str = "yandex_disk", token: str = ""
) -> Variables:
    async with standin(state):
        return await called(DISK, DiskOptions(token or state.token, "/Договоры", state.url, 5), topic, given)


async def test_a_file_is_put_with_its_folders_and_its_link_goes_to_the_process() -> None:
    # Given an empty Disk
    state = DiskStandin()
    # When a file is created
    variables = await call(state, FILE, "create_yandex_file")
    # Then it is there, and the storage never saw the token
    path = "/Договоры/2026/Акт.txt"
    assert state.files == {path: "принято".encode()}
    assert variables == {"yandex_path": typed(path), "yandex_link": typed(f"https://disk.example/d{path}")}
    assert not state.leaked


async def test_a_repetition_leads_to_the_same_disk() -> None:
    assert DISK.topics == dict.fromkeys(["yandex_disk", "create_yandex_file"], REPEATABLE)
    state = DiskStandin()
    first = await call(state, FILE, "create_yandex_file")
    before = (set(state.folders), dict(state.files), set(state.published))
    assert await call(state, FILE, "create_yandex_file") == first
    assert (state.folders, state.files, state.published) == before


async def test_folders_are_created_from_the_top_and_links_to_what_is_there() -> None:
    state = DiskStandin()
    await call(state, {"path": "а/б", "action": "folder"})
    assert state.folders == {"/Договоры", "/Договоры/а", "/Договоры/а/б"}
    assert "yandex_link" in await call(state, {"path": "а", "action": "link"})


async def test_bytes_of_a_variable_are_put_as_they_are() -> None:
    state = DiskStandin()
    await call(state, {"path": "x.pdf", "variable": "scan", "scan": b"%PDF"}, "create_yandex_file")
    assert state.files == {"/Договоры/x.pdf": b"%PDF"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"path": "../чужое", "action": "folder"}, r"«\.\.»"),
        ({"path": "x", "action": "file"}, "ровно одно"),
        ({"path": "x", "action": "file", "content": "a", "base64": "YQ=="}, "ровно одно"),
        ({"path": "x", "action": "file", "base64": "!"}, "base64"),
        ({"path": "нет", "action": "link"}, "DiskNotFoundError"),
        ({"path": "x", "action": "burn"}, "action"),
    ],
)
async def test_what_cannot_be_done_is_an_incident(given: dict[str, PlainValue], said: str) -> None:
    with pytest.raises(Reject, match=said):
        await call(DiskStandin(), given)


@pytest.mark.parametrize(("status", "error"), [(507, SystemPaused), (429, SystemPaused), (423, Retry), (503, Retry)])
async def test_a_refusal_says_whether_to_wait_or_to_try_again(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        await call(DiskStandin(faults=[status]), FILE, "create_yandex_file")


async def test_a_wrong_token_stops_the_disk_and_is_not_told() -> None:
    with pytest.raises(SystemPaused, match="YANDEX_DISK_TOKEN") as caught:
        await call(DiskStandin(), FILE, "create_yandex_file", token="wr0ng-token")
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize(("token", "severity"), [("", Severity.OK), ("wrong", Severity.ERROR)])
async def test_doctor_says_whether_the_token_works(token: str, severity: Severity) -> None:
    async with standin(DiskStandin()) as state:
        options = DiskOptions(token or state.token, "/", state.url)
        async with DISK.open(options, SystemClock()) as opened:
            assert [finding.severity for finding in await opened.check()] == [severity]
