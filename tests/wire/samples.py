"""Образцы сообщений: значения домена и файлы golden/."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from exchanger.domain.key import Key
from exchanger.domain.outcome import Completed, Failed, Refused
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, Order
from exchanger.domain.typed import typed
from exchanger.domain.variables import JsonValue, Variable, VariableType
from exchanger.wire import Receipt, Response

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2025, 7, 3, 10, 16, 24, 811_000, tzinfo=UTC)
KEY = Key("prod", "main", "bae97aa5-57f6-11f0-a3a6-00b436387543")
REF = ObjectRef("bitrix24", "555", "https://portal.example/task/555/")

TASK = ExternalTask(
    id=KEY.task_id,
    topic="bitrix_create_task",
    process_instance_id="bae9056d-57f6-11f0-a3a6-00b436387543",
    process_definition_id="Process_25pu8iyoo:3:b0e1",
    process_definition_key="Process_25pu8iyoo",
    activity_id="Activity_1u7kiry",
    activity_instance_id="Activity_1u7kiry:bae97aa2",
    execution_id="bae97aa1",
    worker_id="universal-worker",
    locked_until=datetime(2025, 7, 3, 10, 46, 24, 500_000, tzinfo=UTC),
    created=datetime(2025, 7, 3, 10, 16, 5, 792_000, tzinfo=UTC),
    retries=2,
    priority=7,
    tenant_id="imenaProd",
    business_key="Договор 12",
    error_message="прошлая неудача",
)
METADATA = Metadata(
    extension_properties={"UF_RESULT_EXPECTED": "true", "UF_RESULT_QUESTION": "Согласовано?"},
    field_injections={"f": "v"},
    input_parameters={"text": "v", "map": {"a": ["1", "2"]}},
    output_parameters={"o": "${x}"},
    activity_name="Согласовать",
    activity_topic="bitrix_create_task",
    process_properties={"groupId": "10"},
    multi_instance=True,
    catches=frozenset({"DECLINED", "*"}),
)
VARIABLES = {
    "startedBy": Variable(VariableType.INTEGER, 107),
    "amount": Variable(VariableType.LONG, 107),
    "rate": Variable(VariableType.DOUBLE, 2.0),
    "due": Variable(VariableType.DATE, datetime(2026, 12, 31, tzinfo=UTC)),
    "tree": Variable(VariableType.JSON, {"a": [1, None, "б"]}),
    "quoted": Variable(VariableType.JSON, "текст"),
    "file": Variable(VariableType.FILE, None, {"filename": "a.pdf"}),
    "none": Variable(VariableType.NULL, None),
}
ORDER = Order(TASK, "bitrix24", VARIABLES, METADATA)

RECEIPT = Receipt(
    order=replace(ORDER, variables={}),
    ref=REF,
    adopted=True,
    at=NOW,
    title="Согласовать",
    response_data={"result": {"task": {"id": "555", "title": "Согласовать", "status": "2"}}},
    key=KEY,
    queue="bitrix24.queue",
)

LEAN = replace(ORDER, variables={})
DONE = Completed({"Activity_1u7kiry": typed("ok"), **VARIABLES}, {"exchanger_link": typed("https://x")})
COMPLETED = Response(LEAN, DONE, NOW, REF, KEY, "bitrix24.queue")
FAILED = replace(COMPLETED, outcome=Failed("нет ответа", "стек", timedelta(seconds=5.5)))
REFUSED = replace(COMPLETED, outcome=Refused("DECLINED", "отклонено", {"why": typed("дорого")}))
CALL = Response(
    Order(ORDER.task, "telegram"), Completed({"telegram_message_id": typed(5)}), NOW, queue="telegram.queue"
)

RESPONSES = {
    "response_completed": COMPLETED,
    "response_failed": FAILED,
    "response_refused": REFUSED,
    "response_call": CALL,
}


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes()


def golden_json(name: str) -> dict[str, JsonValue]:
    return cast("dict[str, JsonValue]", json.loads(golden(name)))
