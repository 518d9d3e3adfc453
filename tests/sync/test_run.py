"""From StormBPMN to a real engine: what a run deploys, leaves, refuses, and how it goes on after a kill."""

import json

import pytest

from exchanger.domain.errors import ConfigError, SystemPaused
from exchanger.ops.diagrams.deploy import Outcome
from exchanger.ops.diagrams.run import Step
from exchanger.sandbox.storm import Edge, Fault, FaultKind, body
from exchanger.storm import process_key
from exchanger.storm.change import Aspect
from tests.sync.conftest import Yard, tenant_of

pytestmark = pytest.mark.engine

BROKEN = body("Работать").replace("<bpmn:endEvent", '<bpmn:task id="Activity_0001" /><bpmn:endEvent')  # one id twice


class KilledError(BaseException):
    """Stands for the end of the process: nothing of the product may catch it."""


async def once(yard: Yard) -> dict[str, Step]:
    async with yard.run() as run:
        summary = await run.run(yard.tell)
    return {step.name: step for step in summary.steps}


async def test_a_diagram_is_deployed_under_our_tenant_by_its_uuid_and_the_second_run_does_nothing(yard: Yard) -> None:
    drawn = yard.workspace.add("Договор", body("Согласовать"), edges=(Edge("Activity_0001", "", "Юрист", "17"),))

    first, second = (await once(yard))["Договор"], (await once(yard))["Договор"]

    version = await yard.engine.deployments.latest(process_key(drawn.id))
    assert version is not None
    assert (version.version, version.tenant_id, version.tag) == (1, yard.engine.deployments.tenant_id, "1")
    assert b'name="assigneeName" value="\xd0' in await yard.engine.deployments.xml(version.id)
    assert (first.outcome, second.outcome) == (Outcome.DEPLOYED, Outcome.UNCHANGED)
    assert len(await yard.engine.deployments.versions(process_key(drawn.id))) == 1
    deeds = [json.loads(line) for line in yard.audit_file.read_text("utf-8").splitlines()]
    assert [(each["phase"], each["who"], each["what"]) for each in deeds] == [
        ("intent", "tester", "sync deploy"),
        ("result", "tester", "sync deploy"),
    ]
    assert deeds[0]["details"]["sha256"] == yard.shelf.deployed.versions(drawn.id)[0].sha256


async def test_a_changed_diagram_becomes_version_2_and_the_difference_is_said(yard: Yard) -> None:
    drawn = yard.workspace.add("Договор", body("Согласовать"))
    await once(yard)
    instance = await yard.engine.admin.start(process_key(drawn.id))
    yard.workspace.edit(drawn.id, body("Подписать"))

    step = (await once(yard))["Договор"]

    assert step.result is not None
    standing = step.result.standing
    assert standing is not None
    assert standing.difference is not None
    renamed = standing.difference.of(Aspect.NAME)
    assert [(each.element_id, each.before, each.after) for each in renamed] == [
        ("Activity_0001", "Согласовать", "Подписать")
    ]
    assert step.result.version is not None
    assert step.result.version.version == 2
    assert [(version.version, count) for version, count in standing.instances] == [(1, 1)]
    assert "на версии 1 идёт экземпляров: 1; они на ней и закончат" in standing.lines()
    assert await yard.engine.admin.is_running(instance)


async def test_facts_that_change_by_themselves_make_no_new_version(yard: Yard) -> None:
    drawn = yard.workspace.add("Договор", body("Согласовать"))
    await once(yard)
    drawn.autosave, drawn.updated = 9, yard.workspace.local_now()

    assert (await once(yard))["Договор"].outcome is Outcome.UNCHANGED


async def test_a_diagram_with_errors_is_refused_and_the_others_go_on(yard: Yard) -> None:
    yard.workspace.add("Плохая", BROKEN)
    yard.workspace.add("Не BPMN", "<svg/>")
    yard.workspace.add("Хорошая", body("Работать"))
    yard.workspace.add("Черновик", body("Думать"), status="NEW")

    async with yard.run() as run:
        summary = await run.run(yard.tell)

    steps = {step.name: step for step in summary.steps}
    assert {name: step.outcome for name, step in steps.items()} == {
        "Плохая": Outcome.REFUSED, "Не BPMN": Outcome.FAILED, "Хорошая": Outcome.DEPLOYED,
    }  # fmt: skip
    assert any("Activity_0001" in reason for reason in steps["Плохая"].reasons)
    assert "Это не BPMN" in steps["Не BPMN"].reasons[0]
    assert (summary.good, summary.skipped) == (False, 1)


async def test_a_dry_run_deploys_nothing_and_leaves_no_state(yard: Yard) -> None:
    drawn = yard.workspace.add("Договор", body("Согласовать"))

    async with yard.run() as run:
        summary = await run.run(yard.tell, dry_run=True)

    assert [step.outcome for step in summary.steps] == [Outcome.WOULD_DEPLOY]
    assert await yard.engine.deployments.latest(process_key(drawn.id)) is None
    assert not yard.audit_file.exists()
    assert not yard.shelf.states.path.exists()


async def test_a_killed_run_goes_on_where_it_was_and_asks_storm_for_nothing_twice(yard: Yard) -> None:
    names = [yard.workspace.add(f"Диаграмма {number}", body(f"Работа {number}")).name for number in range(4)]

    def die_at_the_second(_step: Step, number: int, _total: int) -> None:
        if number == 2:
            raise KilledError

    async with yard.run() as run:
        with pytest.raises(KilledError):
            await run.run(die_at_the_second)
    asked_before = len(yard.workspace.requests)

    async with yard.run() as run:
        summary = await run.run(yard.tell)

    assert {step.name: step.outcome for step in summary.steps} == dict.fromkeys(names, Outcome.DEPLOYED)
    assert sorted(step.earlier for step in summary.steps) == [False, False, True, True]
    bodies = [path for path in yard.workspace.requests[asked_before:] if "get-diagram-by-id" in path]
    assert len(bodies) == 2
    assert len(yard.audit_file.read_text("utf-8").splitlines()) == 8
    assert json.loads(yard.shelf.states.path.read_text("utf-8"))["done"] == {}


async def test_killed_between_the_engine_and_our_notes_it_deploys_nothing_twice(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = yard.workspace.add("Договор", body("Согласовать"))
    async with yard.run() as run:
        with monkeypatch.context() as broken:
            broken.setattr(type(run), "_note", lambda *_: (_ for _ in ()).throw(KilledError()))
            with pytest.raises(KilledError):
                await run.run(yard.tell)

    assert (await once(yard))["Договор"].outcome is Outcome.UNCHANGED
    assert len(await yard.engine.deployments.versions(process_key(drawn.id))) == 1


async def test_three_faults_of_the_link_in_a_row_end_the_run_and_the_next_one_goes_on(yard: Yard) -> None:
    for number in range(5):
        yard.workspace.add(f"Диаграмма {number}", body("Работа"))
    yard.workspace.faults.add(Fault(FaultKind.ERROR_500, "get-diagram-by-id", None))
    async with yard.run() as run:
        with pytest.raises(SystemPaused, match="проход прерван"):
            await run.run(yard.tell)
    assert len(yard.told) == 2

    yard.workspace.faults.clear()
    assert {step.outcome for step in (await once(yard)).values()} == {Outcome.DEPLOYED}


async def test_two_runs_at_once_are_refused(yard: Yard) -> None:
    with yard.shelf.states.locked():
        async with yard.run() as run:
            with pytest.raises(ConfigError, match="уже переносит другой процесс"):
                await run.run(yard.tell)


async def test_the_same_diagram_of_another_tenant_is_not_touched(yard: Yard) -> None:
    drawn = yard.workspace.add("Договор", body("Согласовать"))
    key = process_key(drawn.id)
    async with tenant_of(yard.running_engine_url) as other:
        await once(yard)
        ours = await yard.engine.deployments.latest(key)
        assert ours is not None
        await other.admin.deploy("другие", {"a.bpmn": await yard.engine.deployments.xml(ours.id)})
        theirs = await other.deployments.latest(key)
        started = await other.admin.start(key)
        yard.workspace.edit(drawn.id, body("Подписать"))

        step = (await once(yard))["Договор"]

        assert step.outcome is Outcome.DEPLOYED
        assert await other.deployments.latest(key) == theirs
        assert await other.admin.is_running(started)
        assert (await yard.engine.deployments.running(key)) == {}
        assert step.result is not None
        assert step.result.standing is not None
        assert any("её не касаемся" in note for note in step.result.standing.notes)
