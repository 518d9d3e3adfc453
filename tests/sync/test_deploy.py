"""What blocks a deployment, and the way back to what was deployed before."""

import json

import pytest

from exchanger.domain.errors import Reject
from exchanger.ops.diagrams.deploy import Deployer, Outcome
from exchanger.ops.diagrams.deploy_checklists import NoPortal
from exchanger.ops.diagrams.deploy_package import Candidate, prepare
from exchanger.sandbox.storm import StormDiagram, body
from exchanger.storm import DiagramInfo, process_key
from exchanger.storm.files import LocalDiagram
from tests.sync.conftest import Yard, tenant_of

pytestmark = pytest.mark.engine


async def offered(drawn: StormDiagram, text: str, version: str = "1") -> Candidate:
    local = LocalDiagram(body(text).encode(), DiagramInfo(drawn.id, drawn.name, version), {}, (), None)
    return await prepare(local, NoPortal("портала нет"))


async def deployed(yard: Yard, key: str) -> bytes:
    version = await yard.engine.deployments.latest(key)
    assert version is not None
    return await yard.engine.deployments.xml(version.id)


async def test_a_key_held_by_another_diagram_blocks(yard: Yard) -> None:
    drawn, stranger = yard.workspace.add("Договор", ""), yard.workspace.add("Чужая", "")
    ours = await offered(drawn, "Работа")
    await yard.engine.admin.deploy("чужое", {"a.bpmn": ours.xml.replace(drawn.id.encode(), stranger.id.encode())})

    result = await yard.deployer.deploy(ours, "проверка")

    assert result.outcome is Outcome.REFUSED
    assert f"занят диаграммой {stranger.id}" in result.reasons[0]
    assert len(await yard.engine.deployments.versions(ours.key)) == 1


async def test_a_key_held_by_a_process_of_no_diagram_blocks_whatever_its_tenant(yard: Yard) -> None:
    ours = await offered(yard.workspace.add("Договор", ""), "Работа")
    by_hand = body("Руками", process=ours.key).replace('isExecutable="false"', 'isExecutable="true"')
    by_hand = by_hand.replace("<bpmn:process ", '<bpmn:process xmlns:c="http://camunda.org/schema/1.0/bpmn" '
                              'c:historyTimeToLive="1" ').replace("<bpmn:task ", "<bpmn:manualTask ")  # fmt: skip
    by_hand = by_hand.replace("</bpmn:task>", "</bpmn:manualTask>")
    async with tenant_of(yard.running_engine_url) as other:
        await other.admin.deploy("руками", {"a.bpmn": by_hand.encode()})

        result = await yard.deployer.deploy(ours, "проверка")

    assert result.outcome is Outcome.REFUSED
    assert "занят процессом не из StormBPMN" in result.reasons[0]
    assert await yard.engine.deployments.latest(ours.key) is None


async def test_the_gate_blocks_and_nothing_is_written_of_a_deed(yard: Yard) -> None:
    async def closed(_: Candidate) -> tuple[str, ...]:
        return ("нельзя",)

    usual = yard.deployer
    guarded = Deployer(usual.engine, closed, usual.archive, usual.audit, usual.clock)
    result = await guarded.deploy(await offered(yard.workspace.add("Договор", ""), "Работа"), "проверка")
    assert (result.outcome, result.reasons) == (Outcome.REFUSED, ("нельзя",))
    assert not yard.audit_file.exists()


async def test_a_document_deployed_by_somebody_after_ours_is_replaced(yard: Yard) -> None:
    drawn = yard.workspace.add("Договор", "")
    first, second = await offered(drawn, "Работа"), await offered(drawn, "Другая работа", "2")
    await yard.deployer.deploy(first, "проверка")
    await yard.engine.admin.deploy("мимо нас", {"a.bpmn": second.xml})

    result = await yard.deployer.deploy(first, "проверка")

    assert result.outcome is Outcome.DEPLOYED
    assert await deployed(yard, first.key) == first.xml
    assert result.version is not None
    assert result.version.version == 3


async def test_what_is_read_back_must_be_what_was_sent(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = await offered(yard.workspace.add("Договор", ""), "Работа")
    usual, read = yard.deployer, yard.engine.deployments.xml

    async def altered(definition_id: str) -> bytes:
        return await read(definition_id) + b" "

    monkeypatch.setattr(usual.engine, "xml", altered)
    with pytest.raises(Reject, match="стоит не то, что отправлено"):
        await usual.deploy(ours, "проверка")
    assert "не сделано" in json.loads(yard.audit_file.read_text("utf-8").splitlines()[-1])["result"]


async def test_rolled_back_it_stays_so_until_the_diagram_changes_in_storm(yard: Yard) -> None:
    # Given two versions deployed by runs
    drawn = yard.workspace.add("Договор", body("Первая"))
    key = process_key(drawn.id)

    async def step() -> Outcome:
        async with yard.run() as run:
            (found,) = (await run.run(yard.tell)).steps
        return found.outcome

    await step()
    first = await deployed(yard, key)
    yard.workspace.edit(drawn.id, body("Вторая"))
    await step()
    # When a person goes back to the first
    rollback = yard.rollback
    (oldest, _) = rollback.versions(drawn.id)
    result = await rollback.back(rollback.candidate(drawn.id, oldest.sha256[:10]), "вторая сломана")
    # Then it is a version of its own, no run undoes it, and the next edit in StormBPMN is deployed
    assert (result.outcome, result.version and result.version.version) == (Outcome.DEPLOYED, 3)
    assert await deployed(yard, key) == first
    assert await step() is Outcome.HELD
    assert "вторая сломана" in yard.told[-1].reasons[0]
    assert await deployed(yard, key) == first
    yard.workspace.edit(drawn.id, body("Третья"))
    assert await step() is Outcome.DEPLOYED
    assert yard.shelf.holds.of(drawn.id) is None


async def test_a_rollback_that_is_refused_holds_nothing(yard: Yard) -> None:
    drawn = yard.workspace.add("Договор", body("Первая"))
    async with yard.run() as run:
        await run.run(yard.tell)
    with pytest.raises(Reject, match="документов с SHA-256"):
        yard.rollback.candidate(drawn.id, "0000000000")
    stranger = yard.workspace.add("Чужая", "")
    xml = await deployed(yard, process_key(drawn.id))
    await yard.engine.admin.deploy("чужое", {"a.bpmn": xml.replace(drawn.id.encode(), stranger.id.encode())})

    (entry,) = yard.rollback.versions(drawn.id)
    result = await yard.rollback.back(yard.rollback.candidate(drawn.id, entry.sha256), "проверка")

    assert result.outcome is Outcome.REFUSED
    assert yard.shelf.holds.of(drawn.id) is None


async def test_a_version_deployed_by_the_old_system_can_be_returned_to(yard: Yard) -> None:
    drawn = yard.workspace.add("Договор", "")
    old, new = await offered(drawn, "Прежняя"), await offered(drawn, "Новая", "2")
    await yard.engine.admin.deploy("прежняя система", {"a.bpmn": old.xml})
    await yard.deployer.deploy(new, "перенос")

    assert {each.sha256 for each in yard.rollback.versions(drawn.id)} == {old.digest, new.digest}
