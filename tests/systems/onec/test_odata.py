"""What is peculiar to the standard interface: conditions, sessions, faces of refusals, the probe of the key."""

from __future__ import annotations

import pytest

from exchanger.connect import Severity
from exchanger.domain.errors import OutcomeUnknown, Reject, SystemPaused
from exchanger.domain.outcome import Completed, Failed
from exchanger.domain.task import Metadata
from exchanger.sandbox.onec import Fault, FaultKind, default_base
from exchanger.sandbox.onec.seed import CLERK, KEY_FIELD, ORDERS, TASKS, USERS
from exchanger.systems.onec import KeyScheme, Profile
from exchanger.systems.onec.odata.quoting import equals, query_of
from exchanger.systems.onec.odata.scheme import Proof
from exchanger.systems.onec.odata.store import ODataStore
from exchanger.systems.onec.refs import shown, unshown
from exchanger.testing.contract import JumpClock
from tests.systems.onec.world import OnecWorld, open_world, order


def test_a_space_is_never_a_plus_and_a_plus_is_never_a_space() -> None:
    assert query_of({"$filter": "A eq 'x+y z'"}) == "$filter=A%20eq%20'x%2By%20z'"


def test_conditions_are_written_as_1c_compares() -> None:
    where = {"Исполнитель": CLERK, "Исполнитель_Type": f"StandardODATA.{USERS}", "Code": "О'Нил", "Posted": True}
    told = equals(where | {"Валюта_Key": CLERK, "Date": "2026-01-01T00:00:00"})
    assert told == (
        f"Исполнитель eq cast(guid'{CLERK}','{USERS}') and Code eq 'О''Нил' and Posted eq true"
        f" and Валюта_Key eq guid'{CLERK}' and Date eq datetime'2026-01-01T00:00:00'"
    )


def test_a_name_that_is_not_a_set_never_gets_into_an_address() -> None:
    with pytest.raises(Reject):
        equals({"Валюта_Key": "x') or ('1' eq '1"})


def test_a_reference_is_shown_as_1c_shows_it_and_read_back() -> None:
    ref = "aabbccdd-eeff-1122-3344-556677889900"
    assert shown(ref) == "33445566778899001122eeffaabbccdd"
    assert unshown(shown(ref)) == ref


async def test_calls_share_few_sessions_and_all_are_finished_at_the_end() -> None:
    base = default_base()
    async with open_world(base=base, at_once=2) as world:
        for number in range(5):
            await world.make(f"task-{number}")
        sessions = world.running.sessions
        assert (sessions.started <= 2, len(sessions.open) <= 2) == (True, True)
        store = world.desk.store
        assert isinstance(store, ODataStore)
        await store._api.close()
        assert not sessions.open


async def test_a_base_without_sessions_serves_and_the_doctor_tells_of_it() -> None:
    base = default_base()
    base.config.client_sessions = False
    async with open_world(base=base) as world:
        await world.make("task-1")
        findings = await world.desk.store.check()
    assert [each.severity for each in findings if "IBSession" in each.what] == [Severity.WARNING]
    assert world.objects(world.key("task-1")) == 1


async def test_a_doubt_before_the_scheme_is_proved_waits_for_a_person() -> None:
    base = default_base()
    base.faults.add(Fault(FaultKind.HANDLER_REFUSAL, "POST", r"/Task_[^(/]*$", times=2))
    async with open_world(base=base) as world:  # neither the check of the start nor the creation could prove it
        base.faults.add(Fault(FaultKind.COMMIT_THEN_DROP, "POST", r"/Task_[^(/]*$"))
        with pytest.raises(Reject, match="не доказано"):
            await world.work.create(world.key("task-1"), world.work.prepare(world.order("task-1")))


async def test_a_session_that_the_base_forgot_costs_nothing(world: OnecWorld) -> None:
    await world.make("task-1")
    world.running.sessions.open.clear()
    await world.make("task-2")
    assert world.objects(world.key("task-2")) == 1


@pytest.mark.parametrize(
    "kind", [FaultKind.MAINTENANCE, FaultKind.NO_LICENCE, FaultKind.HTML_200, FaultKind.NOT_IMPLEMENTED]
)
async def test_a_face_that_is_not_odata_is_a_doubt_for_a_creation_and_a_pause_for_a_search(
    world: OnecWorld, kind: FaultKind
) -> None:
    await world.make("task-0")
    world.base.faults.add(Fault(kind, times=None))
    with pytest.raises(OutcomeUnknown):
        await world.work.create(world.key("task-1"), world.work.prepare(world.order("task-1")))
    with pytest.raises(SystemPaused):
        await world.work.find([world.key("task-1")])


async def test_a_set_that_is_not_published_pauses_and_the_doctor_names_it(world: OnecWorld) -> None:
    world.base.hidden_types.add(TASKS)
    with pytest.raises(SystemPaused):
        await world.work.find([world.key("task-1")])
    errors = [each for each in await world.desk.store.check() if each.severity is Severity.ERROR]
    assert [TASKS in each.what and bool(each.remedy) for each in errors] == [True]


@pytest.mark.parametrize(
    ("honoured", "scheme", "proof"),
    [
        (True, KeyScheme.REF, Proof.PROVED),
        (False, KeyScheme.REF, Proof.REFUTED),
        (False, KeyScheme.MARKER, Proof.PROVED),
    ],
)
async def test_what_the_base_does_with_a_key_is_learnt_without_leaving_a_trace(
    honoured: bool, scheme: KeyScheme, proof: Proof
) -> None:
    base = default_base()
    base.config.ref_key_honoured = honoured
    async with open_world(base=base, scheme=scheme, key_field=KEY_FIELD) as world:
        store = world.desk.store
        assert isinstance(store, ODataStore)
        assert await store.schemes.proof(TASKS) is proof
        assert base.rows[TASKS] == {}
        found = [each for each in await store.check() if TASKS in each.what and "база" in each.what]
        assert [each.severity for each in found] == [Severity.ERROR if proof is Proof.REFUTED else Severity.OK]


async def test_a_probe_whose_answer_was_lost_is_cleared_away_by_the_next() -> None:
    base = default_base()
    base.faults.add(Fault(FaultKind.COMMIT_THEN_DROP, "POST", r"/Task_[^(/]*$"))
    async with open_world(base=base) as world:  # the check of the start met the fault
        (left,) = base.rows[TASKS].values()
        assert left["DeletionMark"] is True
        await world.make("task-1")
        assert [row["Ref_Key"] == left["Ref_Key"] for row in base.rows[TASKS].values()] == [False]


@pytest.mark.parametrize("compares", [True, False])
async def test_a_requisite_that_cannot_be_searched_stops_creation(compares: bool) -> None:
    base = default_base()
    base.config.compares_text = compares
    async with open_world(base=base, scheme=KeyScheme.MARKER, key_field="Описание") as world:
        params = world.work.prepare(world.order("task-1"))
        if compares:
            await world.work.create(world.key("task-1"), params)
            return
        with pytest.raises(SystemPaused, match="Описание"):
            await world.work.create(world.key("task-1"), params)
        assert base.rows[TASKS] == {}


async def test_a_base_without_the_requisite_stops_creation() -> None:
    clock = JumpClock()
    async with open_world(
        base=default_base(clock=clock.now, key_field=False), clock=clock, scheme=KeyScheme.MARKER, key_field=KEY_FIELD
    ) as world:
        with pytest.raises(SystemPaused, match=KEY_FIELD):
            await world.work.find([world.key("task-1")])


async def test_a_field_that_1c_did_not_keep_is_told_and_the_task_is_not_doubled(world: OnecWorld) -> None:
    asked = order("task-1", extension_properties={"description": "Прочесть", "taskFields": '{"Отдел": "Продажи"}'})
    params = world.work.prepare(asked)
    made = await world.work.create(world.key("task-1"), params)
    with pytest.raises(Reject, match="Отдел"):
        await world.work.finish(made, params)
    assert [each.ref for each in await world.work.find([world.key("task-1")])] == [made.ref]


async def test_two_people_of_one_name_are_not_guessed(world: OnecWorld) -> None:
    params = world.work.prepare(order("task-1", extension_properties={"assignee": "Инженер Игорь"}))
    with pytest.raises(Reject, match="несколько"):
        await world.work.create(world.key("task-1"), params)
    assert world.base.rows[TASKS] == {}


@pytest.mark.parametrize("fields", ["how=Важность", "note=ПредметСтрокой?", "note=ПредметСтрокой", "x=НетТакого"])
async def test_the_answer_carries_what_the_diagram_asked_for_or_says_what_is_missing(
    world: OnecWorld, fields: str
) -> None:
    params = world.work.prepare(order("task-1", extension_properties={"importance": "Высокая"}))
    made = await world.work.create(world.key("task-1"), params)
    world.finish(made.ref)
    (found,) = await world.work.read([made.ref])
    metadata = Metadata(extension_properties={"resultFields": fields})
    outcome = await world.work.answer(found, world.order("task-1").task, metadata)
    if fields in {"note=ПредметСтрокой", "x=НетТакого"}:
        assert isinstance(outcome, Failed)
        return
    assert isinstance(outcome, Completed)
    assert outcome.variables["onec_task_result"].value == "Согласовано"
    assert [outcome.variables[name].value for name in ("how", "note") if name in outcome.variables] in (
        ["Высокая"],
        [None],
    )


async def test_the_service_is_checked_with_its_clock() -> None:
    async with open_world(profile=Profile.SERVICE) as world:
        said = [each.what for each in await world.desk.store.check() if each.severity is not Severity.OK]
        assert said == []
        world.clock.jump(3600)
        world.base.clock = JumpClock().now
        late = [each for each in await world.desk.store.check() if each.severity is Severity.WARNING]
        assert ["ONEC_TIME_ZONE" in each.what for each in late] == [True]


async def test_a_hidden_document_is_not_an_absent_one(world: OnecWorld) -> None:
    made = await world.make("task-1")
    (user,) = world.base.users.values()
    user.hidden.add(unshown(made.ref.id))
    with pytest.raises(SystemPaused):
        await world.work.find([world.key("task-1")])
    user.denied.add(ORDERS)
    with pytest.raises(Reject):
        await world.desk.store.matching(ORDERS, {}, 1)
