"""Both adapters against the stand-in: what is read, what is refused, what is tried again."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exchanger.domain.errors import ConfigError, Reject, Retry, SystemPaused
from exchanger.sandbox.storm import API_KEY, TOKEN, Call, Fault, FaultKind, body
from exchanger.storm.api import NotAvailable, Place, open_storm
from tests.storm_api.kit import Bench, options

KINDS = pytest.mark.parametrize("kind", ["public", "internal"])
MOSCOW = ZoneInfo("Europe/Moscow")


def _first(storm: Bench) -> str:
    return next(iter(storm.workspace.diagrams))


@KINDS
async def test_the_list_is_read(storm: Bench, kind: str) -> None:
    async with storm.both_kinds(kind) as source:
        found = {card.name: card for card in await source.diagrams()}

    card = found["Согласование договора"]
    assert set(found) == {each.name for each in storm.workspace.diagrams.values()}
    assert (card.type, card.status, card.version, card.place) == ("BPMN", "DONE", 1, Place.TEAM)
    assert card.updated == datetime(2026, 1, 12, 12, 0, tzinfo=MOSCOW)
    assert card.fields["authorUsername"] == "analyst@example.ru"


@KINDS
async def test_a_diagram_is_read_with_its_body_and_the_diagrams_it_calls(storm: Bench, kind: str) -> None:
    drawn = storm.workspace.add("С вызовом", body("Звать"), calls=(Call("Activity_0001", "other-uuid"),))

    async with storm.both_kinds(kind) as source:
        found = await source.diagram(drawn.id)

    assert found.body.decode() == drawn.body
    assert found.calls == {"Activity_0001": "other-uuid"}
    assert "body" not in found.card.fields


@KINDS
async def test_every_field_may_be_null(storm: Bench, kind: str) -> None:
    drawn = storm.workspace.diagrams[_first(storm)]
    every = {
        "name", "status", "versionNumber", "updatedOn", "createdOn", "authorUsername", "teamName", "teamFolderName",
        "teamFolderId", "public", "type", "tags", "processType", "autosaveIndex", "outcommingLinks", "incommingLinks",
        "updateBy", "updatedBy", "teamId", "quality", "totalApprovals", "trueApprovals", "falseApprovals",
    }  # fmt: skip
    drawn.nulls |= every

    async with storm.both_kinds(kind, per_minute=0) as source:
        cards = await source.diagrams()
        found = await source.diagram(drawn.id)

    card = next(card for card in cards if card.id == drawn.id)
    assert (card.name, card.version, card.updated, card.public, card.place) == ("", None, None, None, Place.UNKNOWN)
    assert (found.autosave, dict(found.calls)) == (None, {})


async def test_the_internal_api_lists_assignees_and_their_nulls(storm: Bench) -> None:
    async with storm.both_kinds("internal") as source:
        found = await source.assignees(_first(storm))

    assert not isinstance(found, NotAvailable)
    lawyer, nobody = found
    assert (lawyer.element_id, lawyer.assignee_name, lawyer.assignee_id) == ("Activity_0001", "Юрист", "role-17")
    assert "ЧЕКЛИСТ" in lawyer.description
    assert lawyer.edge_id
    assert (nobody.assignee_name, nobody.assignee_id, nobody.description) == ("", "", "")


async def test_the_public_api_says_that_it_has_no_assignees_and_asks_nothing(storm: Bench) -> None:
    async with storm.both_kinds("public") as source:
        found = await source.assignees(_first(storm))

    assert isinstance(found, NotAvailable)
    assert "STORMBPMN_BEARER_TOKEN" in found.remedy
    assert storm.workspace.requests == []


async def test_with_both_keys_diagrams_are_public_and_assignees_internal(storm: Bench) -> None:
    async with storm.client(api_key=API_KEY, token=TOKEN) as source:
        await source.diagrams()
        await source.diagram(_first(storm))
        found = await source.assignees(_first(storm))

    assert not isinstance(found, NotAvailable)
    assert len(found) == 2
    assert [path.split("/")[1] for path in storm.workspace.requests] == ["public-api", "public-api", "api"]


async def test_without_a_key_the_settings_are_at_fault(tmp_path: Path, storm: Bench) -> None:
    with pytest.raises(ConfigError, match="STORMBPMN_API_KEY"):
        async with open_storm(options(storm.running.url, tmp_path, api_key=""), storm.clock):
            pass


_REFUSED: list[tuple[int, type[Exception], str, str]] = [
    (401, SystemPaused, "не узнал нас (401)", "STORMBPMN_"),
    (403, Reject, "не пускает (403)", "доступ"),
    (404, Reject, "этого нет (404)", "exchanger sync list"),
]


def _provoke(storm: Bench, status: int) -> str:
    diagram_id = _first(storm)
    if status == 401:
        storm.workspace.api_keys.clear()
        storm.workspace.tokens.clear()
    elif status == 403:
        storm.workspace.diagrams[diagram_id].forbidden = True
    else:
        del storm.workspace.diagrams[diagram_id]
    return diagram_id


@KINDS
@pytest.mark.parametrize(("status", "error", "text", "remedy"), _REFUSED, ids=[str(case[0]) for case in _REFUSED])
async def test_d19_a_refusal_has_its_own_text_and_is_not_tried_again(
    storm: Bench, kind: str, status: int, error: type[Exception], text: str, remedy: str
) -> None:
    diagram_id = _provoke(storm, status)

    async with storm.both_kinds(kind) as source:
        with pytest.raises(error) as refused:
            await source.diagram(diagram_id)

    assert text in str(refused.value)
    assert remedy in str(refused.value)
    assert diagram_id in str(refused.value)
    assert len(storm.workspace.requests) == 1


@KINDS
async def test_a_429_is_waited_out_once(storm: Bench, kind: str) -> None:
    storm.workspace.faults.add(Fault(FaultKind.TOO_MANY, delay=30))

    async with storm.both_kinds(kind) as source:
        found = await source.diagram(_first(storm))

    assert found.body
    assert storm.clock.elapsed >= 61


async def test_a_second_429_has_its_own_text_and_ends_the_work(storm: Bench) -> None:
    storm.workspace.faults.add(Fault(FaultKind.TOO_MANY, times=None, delay=30))

    async with storm.both_kinds("public") as source:
        with pytest.raises(SystemPaused, match=r"слишком много запросов \(429\)"):
            await source.diagrams()
        with pytest.raises(SystemPaused, match="заблокировать"):
            await source.diagrams()

    assert len(storm.workspace.requests) == 2


@KINDS
@pytest.mark.parametrize(
    "fault",
    [
        FaultKind.ERROR_500, FaultKind.BAD_GATEWAY, FaultKind.LOGIN_PAGE, FaultKind.DROP, FaultKind.TRUNCATED,
        FaultKind.CUT_JSON,
    ],
)  # fmt: skip
async def test_a_fault_that_passes_is_not_noticed(storm: Bench, kind: str, fault: FaultKind) -> None:
    storm.workspace.faults.add(Fault(fault, times=2))

    async with storm.both_kinds(kind) as source:
        found = await source.diagram(_first(storm))

    assert found.body.decode() == storm.workspace.diagrams[found.card.id].body
    assert storm.clock.slept == [1.0, 2.0]


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (FaultKind.ERROR_500, "сбой (500)"),
        (FaultKind.BAD_GATEWAY, "сбой (502)"),
        (FaultKind.LOGIN_PAGE, "страницей вместо данных"),
        (FaultKind.CUT_JSON, "оборванным JSON"),
        (FaultKind.DROP, "запрос прерван"),
    ],
)
async def test_a_fault_that_stays_is_named_after_the_given_number_of_tries(
    storm: Bench, fault: FaultKind, text: str
) -> None:
    storm.workspace.faults.add(Fault(fault, times=None))

    async with storm.both_kinds("public") as source:
        with pytest.raises(Retry) as failed:
            await source.diagrams()

    assert text in str(failed.value)
    assert len(storm.workspace.requests) == 3


async def test_a_slow_answer_ends_at_the_timeout(storm: Bench) -> None:
    storm.workspace.faults.add(Fault(FaultKind.SLOW, times=None, delay=5.0))

    async with storm.client(seconds=0.1) as source:
        with pytest.raises(Retry, match=r"нет ответа за 0\.1 с"):
            await source.diagrams()


async def test_a_redirect_is_not_followed_with_the_key(storm: Bench) -> None:
    storm.workspace.faults.add(Fault(FaultKind.REDIRECT))

    async with storm.both_kinds("public") as source:
        with pytest.raises(Reject, match="STORMBPMN_BASE_URL"):
            await source.diagrams()

    assert len(storm.workspace.requests) == 1


@pytest.mark.parametrize("wrong", ["../filter", "a b", "", "id?x=1", "д"])
@KINDS
async def test_what_is_not_an_id_never_reaches_the_address(storm: Bench, kind: str, wrong: str) -> None:
    async with storm.both_kinds(kind) as source:
        with pytest.raises(Reject, match="не id диаграммы"):
            await source.diagram(wrong)

    assert storm.workspace.requests == []


async def test_a_diagram_without_a_body_is_refused(storm: Bench) -> None:
    empty = storm.workspace.add("Пустая", None)

    async with storm.both_kinds("public") as source:
        with pytest.raises(Reject, match="нет тела"):
            await source.diagram(empty.id)


async def test_the_list_is_read_to_its_end_and_no_violation_is_made(storm: Bench) -> None:
    for number in range(95):
        storm.workspace.add(f"Диаграмма {number}", body("Работать"))

    async with storm.both_kinds("public") as source:
        found = await source.diagrams()

    assert {card.id for card in found} == storm.workspace.diagrams.keys()
    assert len(found) == 99
    assert storm.workspace.limits.violations == []


async def test_a_diagram_that_moved_between_pages_is_not_missed(storm: Bench) -> None:
    for number in range(40):
        storm.workspace.add(f"Диаграмма {number}", body("Работать"))
    listed = [each.id for each in storm.workspace.listed()]
    oldest, skipped = listed[-1], listed[20]

    def reorder(path: str) -> None:
        if "page=1" in path and len(storm.workspace.requests) == 2:  # the first page was read: 20 slips onto it
            storm.workspace.diagrams[skipped].updated = storm.workspace.local_now().replace(year=2027)

    storm.workspace.watchers.append(reorder)
    async with storm.both_kinds("public") as source:
        found = await source.diagrams()

    assert {skipped, oldest} <= {card.id for card in found}
    assert len(found) == len({card.id for card in found}) == 44


async def test_a_server_that_does_not_heed_the_page_number_ends_the_walk(storm: Bench) -> None:
    async def same(*_: Any) -> Any:
        return {"totalElements": 1000, "size": 20, "returnDiagrams": [{"id": "a"}, {"id": None}]}

    async with storm.both_kinds("public") as source:
        source._http.get = same  # type: ignore[attr-defined]
        found = await source.diagrams()

    assert [card.id for card in found] == ["a"]


async def test_secrets_are_not_in_the_texts(storm: Bench) -> None:
    storm.workspace.api_keys.clear()

    async with storm.both_kinds("public") as source:
        with pytest.raises(SystemPaused) as refused:
            await source.diagrams()

    assert API_KEY not in str(refused.value)


async def test_a_server_that_is_not_there_is_named(storm: Bench, tmp_path: Path) -> None:
    async with open_storm(options("http://127.0.0.1:9", tmp_path), storm.clock) as source:
        with pytest.raises(SystemPaused, match="StormBPMN: нет соединения"):
            await source.diagrams()
