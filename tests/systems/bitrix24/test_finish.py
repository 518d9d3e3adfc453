"""C7: every secondary step exactly once; a task half built by any crash is finished, never doubled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from exchanger.connect import Intent
from exchanger.domain.errors import OutcomeUnknown
from exchanger.domain.task import ObjectRef
from exchanger.sandbox.bitrix24.drive import DriveFile, attached_files
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.templates import Item
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.batch import Command, Ref
from exchanger.systems.bitrix24.content.checklist import CheckItem
from exchanger.systems.bitrix24.content.remarks import Remarks
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault
from exchanger.systems.bitrix24.finish.missing import Lists
from exchanger.systems.bitrix24.finish.steps import Step
from exchanger.systems.bitrix24.finish.writer import AT_ONCE, Writer
from exchanger.telemetry.log import log
from exchanger.testing.contract import TROUBLES, Trouble
from exchanger.testing.proxy import HttpCall
from tests.systems.bitrix24.addon_world import (
    INSTANCE,
    ITEMS,
    PROCESS,
    PROPERTIES,
    RESULT_FILE,
    TEMPLATE_FILE,
    VARIABLES,
    lists_of,
    open_addon,
    template,
)
from tests.systems.bitrix24.world import ADMIN, BitrixWorld, order

STEPS: list[tuple[str, int]] = [
    ("tasks.task.files.attach", 0),
    ("tasks.task.files.attach", 1),
    ("imena.camunda.task.dependency.add", 0),
    ("imena.camunda.task.questionnaire.add", 0),
    ("task.checklistitem.add", 0),
    ("task.checklistitem.add", 1),
    ("task.checklistitem.add", 2),
    ("task.checklistitem.add", 3),
    ("imena.camunda.sync", 0),
]
KINDS = [
    FaultKind.DROP_BEFORE_COMMIT,
    FaultKind.COMMIT_THEN_DROP,
    FaultKind.ERROR_500_BEFORE,
    FaultKind.ERROR_500_AFTER,
    FaultKind.OPERATION_TIME_LIMIT,
]


class FullOrders(BitrixWorld):
    """A world whose every order is the one of Appendix A."""

    def order(self, task_id: str) -> Any:
        return order(task_id, variables=VARIABLES, extension_properties=PROPERTIES)


def full(world: BitrixWorld) -> BitrixWorld:
    world.__class__ = FullOrders
    return world


def assert_whole(world: BitrixWorld, ref: ObjectRef) -> None:
    task = world.task(ref)
    assert sorted(attached_files(world.portal, task)) == [TEMPLATE_FILE, RESULT_FILE]
    assert world.portal.module.links == {(task.id, 500)}
    assert [row["CODE"] for row in world.portal.module.questionnaires[task.id]] == ["onboarding"]
    assert lists_of(world.portal, task.id) == [("Первый", [("раз", [])]), ("Второй", [("два", [])])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("method", "skip"), STEPS)
async def test_a_crash_at_any_step_leaves_each_step_done_once(method: str, skip: int, kind: FaultKind) -> None:
    async with open_addon() as world:
        world.portal.faults.add(Fault(kind, method, skip=skip, inside=True))
        made = await full(world).make("task-1")
        assert world.portal.faults.fired == [(method, kind)]
        assert world.objects(world.key("task-1")) == 1
        assert_whole(world, made.ref)


@pytest.mark.parametrize("trouble", TROUBLES, ids=[trouble.name for trouble in TROUBLES])
@pytest.mark.parametrize("word", ["checklistitem.add", "tasktemplate.get"])
async def test_trouble_with_the_whole_batch_leaves_each_step_done_once(word: str, trouble: Trouble) -> None:
    def the_batch(call: HttpCall) -> bool:
        return call.path.endswith("/batch") and word.encode() in call.body

    async with open_addon() as world:
        armed = world.proxy.arm(replace(trouble.fault(""), match=the_batch))
        made = await full(world).make("task-1")
        assert armed.fired == 1
        assert world.objects(world.key("task-1")) == 1
        assert_whole(world, made.ref)


async def test_a_process_that_dies_between_creation_and_finishing_loses_nothing() -> None:
    async with open_addon() as world:
        full(world)
        params = world.work.prepare(world.order("task-1"))
        made = await world.work.create(world.key("task-1"), params)
        world.client.fresh.take(made.ref.id)  # the memory of a process that is gone
        (found,) = await world.work.find([world.key("task-1")])
        await world.work.finish(found, params)
        assert_whole(world, made.ref)


async def test_finishing_again_and_again_adds_nothing() -> None:
    async with open_addon() as world:
        made = await full(world).make("task-1")
        params = world.work.prepare(world.order("task-1"))
        for _ in range(3):
            await world.work.finish(made, params)
        assert_whole(world, made.ref)


async def test_what_a_person_has_done_meanwhile_is_kept() -> None:
    async with open_addon() as world:
        made = await full(world).make("task-1")
        items = world.portal.checklists[int(made.ref.id)]
        done = next(each for each in items.values() if each.title == "раз")
        done.complete, done.title = True, " Раз "
        await world.work.finish(made, world.work.prepare(world.order("task-1")))
        assert done.complete
        assert len(items) == 4


async def test_what_cannot_be_read_is_not_written_again() -> None:
    async with open_addon() as world:
        made = await full(world).make("task-1")
        world.portal.faults.add(
            Fault(FaultKind.INSUFFICIENT_SCOPE, "task.checklistitem.getlist", inside=True, times=None),
            Fault(FaultKind.INSUFFICIENT_SCOPE, "disk.attachedobject.get", inside=True, times=None),
        )
        await world.work.finish(made, world.work.prepare(world.order("task-1")))
        assert_whole(world, made.ref)


async def test_a_file_that_cannot_be_attached_is_said_and_the_rest_is_done() -> None:
    said: list[str] = []
    sink = log.add(lambda message: said.append(str(message.record["extra"])), level="WARNING")
    async with open_addon() as world:
        secret = DriveFile(TEMPLATE_FILE, "тайна.docx", readers=frozenset({ADMIN + 1}))
        world.portal.drive.put(secret)
        made = await full(world).make("task-1")
        task = world.task(made.ref)
        assert attached_files(world.portal, task) == [RESULT_FILE]
        assert len(lists_of(world.portal, task.id)) == 2
        assert world.portal.module.synced == [(PROCESS, INSTANCE)]
    log.remove(sink)
    assert any(f"файл №{TEMPLATE_FILE}: Insufficient permissions" in line for line in said)
    assert not any("тайна" in line for line in said)


async def test_a_failed_sync_is_said_and_costs_nothing() -> None:
    said: list[str] = []
    sink = log.add(lambda message: said.append(str(message.record["extra"])), level="WARNING")
    bare = template(items=(), files=(), questionnaires=())
    async with open_addon(bare) as world:
        world.portal.store.tasks[500].user_fields["UF_ELEMENT_ID"] = "другой"
        world.portal.faults.add(Fault(FaultKind.ERROR_500_BEFORE, "imena.camunda.sync", times=None))
        made = await full(world).make("task-1")
        assert world.objects(world.key("task-1")) == 1
        assert world.task(made.ref).title == "Шаблон"
    log.remove(sink)
    assert any("синхронизация модуля" in line for line in said)


async def test_c9_all_levels_flags_and_members_stand_in_order() -> None:
    items = (
        Item(1, "Второй снизу", sort=1),
        Item(2, "пункт", parent=1, checked=True, important=True, members={3: "A", 5: "U"}),
        Item(3, "подпункт", parent=2, important=True),
        Item(4, "глубже", parent=3),
        Item(5, "пункт", parent=1),
        Item(6, "Последний"),
        Item(7, "а", parent=6),
        Item(8, "Пустой"),
    )
    async with open_addon(template(items=items)) as world:
        made = await full(world).make("task-1")
        task = world.task(made.ref)
        assert lists_of(world.portal, task.id) == [
            ("Второй снизу", [("пункт", [("подпункт", []), ("глубже", [])]), ("пункт", [])]),
            ("Последний", [("а", [])]),
        ]
        rows = world.portal.checklists[task.id].values()
        marked = next(each for each in rows if each.title == "пункт" and each.complete)
        assert (marked.important, marked.members) == (True, {3: "A", 5: "U"})
        assert next(each for each in rows if each.title == "подпункт").important
        assert {3} <= set(task.accomplices)


async def test_more_steps_than_one_batch_holds_keep_their_order() -> None:
    items = tuple(
        item
        for number in range(1, 8)
        for item in (Item(number * 100, f"Список {number}"),
                     *(Item(number * 100 + place, f"{number}.{place}", parent=number * 100) for place in range(1, 9)))
    )  # fmt: skip
    async with open_addon(template(items=items)) as world:
        made = await full(world).make("task-1")
        assert lists_of(world.portal, int(made.ref.id)) == [
            (f"Список {number}", [(f"{number}.{place}", []) for place in range(1, 9)]) for number in range(1, 8)
        ]


@pytest.mark.parametrize("existing", range(5))
async def test_a_list_left_half_made_is_completed_from_where_it_stopped(existing: int) -> None:
    async with open_addon() as world:
        full(world)
        params = world.work.prepare(world.order("task-1"))
        made = await world.work.create(world.key("task-1"), params)
        world.portal.faults.add(
            Fault(FaultKind.DROP_BEFORE_COMMIT, "task.checklistitem.add", skip=existing, inside=True)
        )
        again = await world.make("task-1")
        assert again.ref == made.ref
        assert_whole(world, made.ref)


def steps_of(rows: Sequence[dict[str, str]], *roots: CheckItem) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for step in Lists("1", rows).missing(roots):
        fields: Any = step.command.params["FIELDS"]
        found.append((fields["TITLE"], fields["PARENT_ID"]))
    return found


def test_groups_are_made_from_the_last_since_the_portal_puts_a_new_one_on_top() -> None:
    roots = [CheckItem("а", (CheckItem("1"), CheckItem("2"))), CheckItem("б", (CheckItem("3"),))]
    assert steps_of([], *roots) == [("б", 0), ("3", Ref("item1")), ("а", 0), ("1", Ref("item3")), ("2", Ref("item3"))]


def test_twins_are_told_apart_by_their_number() -> None:
    twin = CheckItem("а", (CheckItem("1"), CheckItem("1")))
    rows = [{"ID": "7", "PARENT_ID": "0", "TITLE": "а"}, {"ID": "8", "PARENT_ID": "7", "TITLE": "1"}]
    assert steps_of(rows, twin, twin) == [("а", 0), ("1", Ref("item1")), ("1", Ref("item1")), ("1", 7)]


def test_a_title_that_the_portal_shows_with_entities_is_the_same_title() -> None:
    rows = [{"ID": "7", "PARENT_ID": "0", "TITLE": "a &lt; &quot;b&quot;"}]
    assert steps_of(rows, CheckItem('a < "b"', (CheckItem("в"),))) == [("в", 7)]


class _Refusing:
    """A portal that refuses the creation of one check list and tells of everything that it was asked for."""

    def __init__(self, refused: str) -> None:
        self.refused = refused
        self.sent: list[list[str]] = []

    async def call(self, _method: str, params: Any, *, intent: Intent) -> Envelope:
        assert params["halt"] == 1
        self.sent.append(list(params["cmd"]))
        done: dict[str, int] = {}
        for number, label in enumerate(params["cmd"], start=1):
            if label == self.refused:
                fault = {"error": "ERROR_CORE", "error_description": "нельзя"}
                return Envelope({"result": done, "result_error": {label: fault}})
            done[label] = number
        return Envelope({"result": done, "result_error": []})

    async def ask(self, method: str, params: object, *, intent: Intent) -> Envelope | PortalFault:
        self.sent.append([method])
        return Envelope(99)

    def spent(self, *_: object) -> None: ...


def step(label: str, parent: object) -> Step:
    fields = {"TITLE": label, "PARENT_ID": parent}
    return Step(label, Command("task.checklistitem.add", {"TASKID": "1", "FIELDS": fields}), f"пункт {label}")


async def test_items_of_a_refused_list_do_not_become_lists_of_their_own() -> None:
    api, remarks = _Refusing("a"), Remarks()
    steps = [step("a", 0), step("a1", Ref("a")), step("a2", Ref("a1")), step("b", 0), step("b1", Ref("b"))]
    await Writer(_as_api(api), remarks).run(steps)
    assert api.sent == [["a", "a1", "a2", "b", "b1"], ["b", "b1"]]
    assert list(remarks) == [
        "пункт a: нельзя [ERROR_CORE]",
        "пункт a1: не создан его чек-лист или пункт",
        "пункт a2: не создан его чек-лист или пункт",
    ]


async def test_a_step_with_a_dollar_goes_alone_and_its_children_know_its_number() -> None:
    api = _Refusing("")
    await Writer(_as_api(api), Remarks()).run([step("a", 0), step("$b", 0), step("c", Ref("$b")), step("d", 0)])
    assert api.sent == [["task.checklistitem.add"], ["task.checklistitem.add"], ["c", "d"]]


async def test_a_batch_of_writings_is_short_enough_for_the_portals_minute() -> None:
    api = _Refusing("")
    await Writer(_as_api(api), Remarks()).run([step(str(number), 0) for number in range(45)])
    assert [len(chunk) for chunk in api.sent] == [AT_ONCE, AT_ONCE, 5]


async def test_a_batch_that_says_nothing_of_its_steps_is_an_unknown_outcome() -> None:
    api = _Refusing("")

    async def silent(_method: str, _params: Any, *, intent: Intent) -> Envelope:
        return Envelope([])

    api.call = silent  # type: ignore[assignment, method-assign]
    with pytest.raises(OutcomeUnknown):
        await Writer(_as_api(api), Remarks()).run([step("a", 0), step("b", 0)])


def _as_api(api: _Refusing) -> BitrixApi:
    return api  # type: ignore[return-value]


def test_the_lists_of_the_template_are_what_the_tests_build() -> None:
    assert [item.title for item in ITEMS] == ["Первый", "раз", "Второй", "два"]
