"""One process goes through Bitrix24, OpenProject, 1C and Python, each service a process of its own, over RabbitMQ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from exchanger.sandbox import bitrix24, onec, openproject
from exchanger.sandbox.bitrix24.model import Status
from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.onec.seed import ORDERS, TASKS
from exchanger.systems.onec.refs import ref_of
from exchanger.testing.eventually import eventually
from tests.e2e.four_systems import KEY_PREFIX, Town, open_town
from tests.e2e.ledger import Ledger, TaskRecord, depths, read_ledger

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

COUNT = 3
KEY, DECISION = 1, 2
"""Fields of OpenProject by their numbers: our key, and the list with «Да» and «Нет»."""
STEPS = ("ask", "build", "write", "check", "count", "tell")
WITHIN = 60.0


def _lose_answers(town: Town) -> None:
    """Each system makes an object and drops the connection; in 1C the answer to the probe is lost as well."""
    town.portal.faults.add(bitrix24.Fault(bitrix24.FaultKind.COMMIT_THEN_DROP, "tasks.task.add"))
    town.instance.faults.add(openproject.Fault(openproject.FaultKind.COMMIT_THEN_DROP, "POST", r"/work_packages$"))
    town.base.faults.add(onec.Fault(onec.FaultKind.COMMIT_THEN_DROP, "POST", "/Task_[^(/]*$", times=2))


async def _people_work(town: Town) -> None:
    """Wait for the tasks of all instances in the three systems, then finish each."""

    def asked() -> bool:
        waiting = [row for row in town.base.rows[TASKS].values() if not row["DeletionMark"]]
        found = len(town.portal.store.tasks), len(town.instance.work_packages), len(waiting)
        assert found == (COUNT, COUNT, COUNT), found
        return True

    await eventually(asked, within=WITHIN, what="a task of each instance in each system")
    for number in list(town.portal.store.tasks):
        town.employee.complete(number)
    for number in list(town.instance.work_packages):
        town.manager.fill(number, DECISION, 1)
        town.manager.close(number)
    for row in list(town.base.rows[TASKS].values()):
        town.accountant.execute(row["Ref_Key"], f"Проверено: {row['Предмет']}")


async def test_every_object_of_the_four_systems_exists_once_though_answers_are_lost(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    async with open_town(camunda.url, vhost, tmp_path / "house") as town:
        # Given four systems in one installation, three of which lose the answer to a creation
        await town.serve()
        _lose_answers(town)
        # When instances run and people do what they were asked to
        started = await town.start("four_systems", COUNT)
        await _people_work(town)
        for each in started:
            await town.ended(each, within=WITHIN)
        # Then each step was done once, its object exists once, and the process carries the results of its own objects
        ledger = await read_ledger(town.sources)
        assert [record.ends for record in ledger.instances] == [("done",)] * COUNT
        assert Counter(task.activity for task in ledger.tasks) == dict.fromkeys(STEPS, COUNT)
        assert {(task.created, task.succeeded, task.deleted) for task in ledger.tasks} == {(1, 1, 0)}
        assert ledger.incidents == ()
        _one_object_for_each_task(town, ledger)
        for record in ledger.instances:
            own = {task.activity: task for task in ledger.tasks if task.instance == record.id}
            _results_of_its_own(town, record.variables, own, started[record.id])
        await eventually(lambda: _quiet(town), within=WITHIN, every=0.2, what="queues are empty")
        assert town.portal.faults.fired == [("tasks.task.add", bitrix24.FaultKind.COMMIT_THEN_DROP)]
        assert town.instance.faults.fired == [openproject.FaultKind.COMMIT_THEN_DROP]
        assert town.base.faults.fired == [onec.FaultKind.COMMIT_THEN_DROP] * 2


def _one_object_for_each_task(town: Town, ledger: Ledger) -> None:
    keys = {step: {KEY_PREFIX + task.id for task in ledger.tasks if task.activity == step} for step in STEPS}
    assert Counter(task.xml_id for task in town.portal.store.tasks.values()) == Counter(keys["ask"])
    assert {task.status for task in town.portal.store.tasks.values()} == {Status.COMPLETED}
    assert Counter(each.custom[KEY] for each in town.instance.work_packages.values()) == Counter(keys["build"])
    assert Counter(row["Ref_Key"] for row in town.base.rows[ORDERS].values()) == Counter(map(ref_of, keys["write"]))
    assert Counter(row["Ref_Key"] for row in town.base.rows[TASKS].values()) == Counter(map(ref_of, keys["check"]))
    letters = Counter(received.message["Message-ID"] for received in town.box.received)
    assert letters == Counter(f"<{key.replace(':', '.')}@example.ru>" for key in keys["tell"])


def _results_of_its_own(
    town: Town, variables: Mapping[str, object], own: Mapping[str, TaskRecord], number: int
) -> None:
    portal = {task.xml_id: task.id for task in town.portal.store.tasks.values()}
    packages = {each.custom[KEY]: each.id for each in town.instance.work_packages.values()}
    keys = {step: KEY_PREFIX + task.id for step, task in own.items()}
    document = ref_of(keys["write"])
    expected = {
        "bitrix_task_id": str(portal[keys["ask"]]),
        "op_task_id": str(packages[keys["build"]]),
        "decision": "Да",
        "onec_document_ref": document,
        "onec_document_posted": True,
        "onec_task_ref": ref_of(keys["check"]),
        "onec_task_result": f"Проверено: {document}",
        "total": 2.5 * number,
        "email_message_id": f"<{keys['tell'].replace(':', '.')}@example.ru>",
    }
    assert {name: variables.get(name) for name in expected} == expected
    assert town.base.rows[ORDERS][document,]["Комментарий"] == f"процесс {number}"
    (letter,) = (each.message for each in town.box.received if each.message["Subject"] == str(number))
    told = ("bitrix_task_id", "op_task_id", "decision", "onec_document_ref", "onec_task_result", "total")
    assert letter.get_content().strip() == " ".join(str(expected[name]) for name in told)


async def _quiet(town: Town) -> bool:
    assert town.sources.amqp is not None
    waiting = {name: depth for name, depth in (await depths(town.sources.amqp)).items() if depth}
    assert not waiting, waiting
    return True
