"""The tracker keeps every open task in memory: what thousands of them have in common is kept once."""

from __future__ import annotations

import json
from typing import Any

from exchanger.engine._rest import read_task

_COMMON = {
    "topicName": "bitrix_create_task",
    "processDefinitionId": "Process_1:12:6f1c2a0e-7a51-11f0-8a4c-0242ac120002",
    "processDefinitionKey": "Process_1",
    "activityId": "Activity_1u7kiry",
    "workerId": "exchanger",
    "tenantId": "imenaProd",
}


def raw(task_id: str, **own: Any) -> dict[str, Any]:
    # Through JSON, as in life: each answer of the engine brings its own copy of each text.
    read: dict[str, Any] = json.loads(json.dumps(_COMMON | {"id": task_id, "processInstanceId": f"of-{task_id}"} | own))
    return read


def test_common_texts_of_two_tasks_are_one_object() -> None:
    one, other = read_task(raw("a")), read_task(raw("b"))
    for name in ("topic", "process_definition_id", "process_definition_key", "activity_id", "worker_id", "tenant_id"):
        assert getattr(one, name) is getattr(other, name), name
    assert (one.id, other.id) == ("a", "b")


def test_a_task_of_no_worker_and_no_tenant_stays_so() -> None:
    free = read_task(raw("a", workerId=None, tenantId=None))
    assert (free.worker_id, free.tenant_id) == (None, None)
