"""The predecessor, simulated from the facts about it: what it fetched, published, created, polled and completed.

Its roles are single steps that a test calls, so that it can be stopped in any state: a lock without a message, an order
that nobody took, a task without a receipt, a receipt, an answer. It shares no code with the product.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import aiohttp
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aiormq.abc import FieldTable

YEAR = 31_536_000_000
TOPIC = "bitrix_create_task"
WORKER = "universal-worker"
ORDERS = "bitrix24.queue"
SENT = "bitrix24.sent.queue"
RESPONSES = "camunda.responses.queue"
ERRORS = "errors.camunda_tasks.queue"
TASKS = "camunda.external.tasks"
ANSWERS = {"26": "ДА", "27": "НЕТ"}

Json = dict[str, Any]


@dataclass(slots=True)
class Predecessor:
    """`engine` — its REST root, `webhook` — the portal's, with a slash at the end."""

    engine: str
    webhook: str
    tenant: str
    http: aiohttp.ClientSession
    channel: AbstractChannel
    worker: str = WORKER
    completed: list[str] = field(default_factory=list)

    async def declare(self) -> None:
        """Its topology: durable, without a single argument on a queue."""
        unrouted = await self.channel.declare_exchange("camunda.unrouted.tasks", "fanout", durable=True)
        default = await self.channel.declare_queue("default.queue", durable=True)
        await default.bind(unrouted, "")
        arguments: FieldTable = {"alternate-exchange": "camunda.unrouted.tasks"}
        tasks = await self.channel.declare_exchange(TASKS, "topic", durable=True, arguments=arguments)
        responses = await self.channel.declare_exchange("camunda.task.responses", "direct", durable=True)
        for queue, exchange, key in (
            (ORDERS, tasks, "bitrix24.*"),
            (ERRORS, tasks, "errors.camunda_tasks"),
            (RESPONSES, responses, RESPONSES),
        ):
            await (await self.channel.declare_queue(queue, durable=True)).bind(exchange, key)
        await self.channel.declare_queue(SENT, durable=True)

    # --- camunda-worker -----------------------------------------------------------------------------------------------

    async def fetch(self, most: int = 10, topic_name: str = TOPIC) -> list[Json]:
        """fetchAndLock for a year; nothing is published yet."""
        topic = {
            "topicName": topic_name, "lockDuration": YEAR, "processVariables": {}, "includeExtensionProperties": True,
            "deserializeValues": True, "variables": None, "tenantIdIn": [self.tenant],
        }  # fmt: skip
        body = {"workerId": self.worker, "maxTasks": most, "topics": [topic], "usePriority": True, "sorting": None}
        tasks: list[Json] = await self._engine("POST", "external-task/fetchAndLock", body)
        return tasks

    async def order(self, task: Json) -> Json:
        """The message of one task, with all variables three times."""
        raw = await self._engine("GET", f"process-instance/{task['processInstanceId']}/variables")
        variables = {name: value["value"] for name, value in (task.get("variables") or {}).items()}
        return {
            "task_id": task["id"], "topic": TOPIC, "system": "bitrix24",
            "variables": variables, "process_variables": raw,
            "process_instance_id": task["processInstanceId"],
            "process_definition_key": task["processDefinitionKey"],
            "activity_id": task["activityId"], "activity_instance_id": task["activityInstanceId"],
            "worker_id": self.worker, "retries": task.get("retries"), "created_time": task.get("createTime"),
            "priority": task.get("priority", 0), "tenant_id": task.get("tenantId"), "business_key": None,
            "timestamp": _milliseconds(),
            "metadata": {
                "extensionProperties": task.get("extensionProperties") or {},
                "activityInfo": {"id": task["activityId"], "name": "Согласовать", "type": "external", "topic": TOPIC},
                "processProperties": {}, "processVariables": raw,
            },
        }  # fmt: skip

    async def publish_order(self, task: Json) -> Json:
        message = await self.order(task)
        headers = {"camunda_topic": TOPIC, "target_system": "bitrix24", "task_id": task["id"]}
        exchange = await self.channel.get_exchange(TASKS, ensure=False)
        await exchange.publish(_amqp(message, headers), f"bitrix24.{TOPIC}")
        return message

    async def respond(self) -> int:
        """The monitor thread: complete what the tracker answered; the rest is acknowledged and ignored."""
        done = 0
        queue = await self.channel.get_queue(RESPONSES, ensure=False)
        while (incoming := await queue.get(fail=False)) is not None:
            answer = json.loads(incoming.body)
            if answer.get("processing_status") in {"completed", "completed_by_tracker"}:
                await self._complete(answer)
                done += 1
            await incoming.ack()
        return done

    # --- task-creator -------------------------------------------------------------------------------------------------

    async def create_all(self) -> int:
        """Consume orders: find by the raw id, else create; the receipt; then the acknowledgement."""
        made = 0
        queue = await self.channel.get_queue(ORDERS, ensure=False)
        while (incoming := await queue.get(fail=False)) is not None:
            message = json.loads(incoming.body)
            await self._publish(SENT, self.receipt(message, await self.make(message)))
            await incoming.ack()
            made += 1
        return made

    async def make(self, message: Json) -> Json:
        """The task of an order; a twin only when the search finds nothing."""
        rows = await self._portal(
            "tasks.task.list",
            {"filter": {"UF_CAMUNDA_ID_EXTERNAL_TASK": message["task_id"]}, "select": ["*", "UF_*"]},
        )
        if rows["tasks"]:
            found: Json = rows["tasks"][0]
            return found
        created: Json = (await self._portal("tasks.task.add", {"fields": self.fields(message)}))["task"]
        return created

    def fields(self, message: Json) -> Json:
        """What it knew of a task without a template. It reads variables in all three places."""
        properties = message["metadata"].get("extensionProperties", {})
        started = message["variables"].get("startedBy") or message["process_variables"].get("startedBy", {"value": 1})
        person = started["value"] if isinstance(started, Mapping) else started
        assert message["metadata"]["processVariables"] == message["process_variables"]
        return {
            "TITLE": message["metadata"]["activityInfo"]["name"], "DESCRIPTION": "Согласовать", "PRIORITY": 1,
            "CREATED_BY": person, "RESPONSIBLE_ID": person,
            "UF_CAMUNDA_ID_EXTERNAL_TASK": message["task_id"], "UF_ELEMENT_ID": message["activity_id"],
            "UF_PROCESS_INSTANCE_ID": str(message["process_instance_id"]),
            "UF_RESULT_EXPECTED": "Y" if properties.get("UF_RESULT_EXPECTED") == "true" else "N",
            "UF_RESULT_QUESTION": properties.get("UF_RESULT_QUESTION", ""),
        }  # fmt: skip

    def receipt(self, message: Json, task: Json) -> Json:
        return {
            "timestamp": _milliseconds(), "original_queue": ORDERS, "original_message": message,
            "response_data": {"result": {"task": task}, "time": {"start": time.time(), "finish": time.time()}},
            "processing_status": "success", "processed_at": time.time(),
        }  # fmt: skip

    async def track(self, most: int = 50) -> int:
        """One cycle: up to 50 messages, unacknowledged; open ones go back by nack."""
        queue = await self.channel.get_queue(SENT, ensure=False)
        taken = [one for _ in range(most) if (one := await queue.get(fail=False)) is not None]
        return sum([await self._track_one(one) for one in taken])

    async def _track_one(self, incoming: AbstractIncomingMessage) -> int:
        receipt = json.loads(incoming.body)
        task = await self._portal_task(receipt["response_data"]["result"]["task"]["id"])
        if task is None or task["status"] not in {"4", "5"}:
            await incoming.nack(requeue=True)
            return 0
        await incoming.ack()  # before the publication, as it did
        await self._publish(RESPONSES, self.response(receipt, task))
        return 1

    def response(self, receipt: Json, task: Json) -> Json:
        answer = task.get("ufResultAnswer")
        found = {"id": task["id"], "title": task["title"], "status": task["status"]}
        if task.get("ufResultExpected") is not None:
            found["ufResultExpected"] = task["ufResultExpected"]
        if answer:
            found["ufResultAnswer_text"] = ANSWERS.get(str(answer), str(answer))
        result = {"task": found, "questionnaires": {"taskId": task["id"], "items": [], "total": 0, "has_codes": False}}
        return {
            **receipt, "response_data": {"result": result}, "processed_at": time.time(),
            "processing_status": "completed_by_tracker",
        }  # fmt: skip

    async def response_of(self, receipt: Json) -> Json:
        """The answer that its tracker would publish now."""
        task = await self._portal_task(receipt["response_data"]["result"]["task"]["id"])
        assert task is not None
        return self.response(receipt, task)

    # --- its error shapes ---------------------------------------------------------------------------------------------

    def undelivered(self, response: Json) -> Json:
        """Shape (b): the engine was away when the answer came."""
        message = response["original_message"]
        info = {"type": "connection_error", "message": "refused", "source_queue": RESPONSES}
        return {
            "error_info": info, "original_message": response, "task_id": message["task_id"],
            "activity_id": message["activity_id"], "error_timestamp": _milliseconds(),
        }  # fmt: skip

    def exhausted(self, message: Json) -> Json:
        """Shape (c): five attempts of the creator."""
        return {
            "timestamp": _milliseconds(), "original_message": message, "error_type": "RETRY_LIMIT_EXCEEDED",
            "error_message": "Превышен лимит ретраев (5)", "source_queue": ORDERS, "requires_manual_intervention": True,
        }  # fmt: skip

    async def publish(self, queue: str, body: Json) -> None:
        """Put a message of its own into a queue."""
        await self._publish(queue, body)

    # --- talk ---------------------------------------------------------------------------------------------------------

    async def _complete(self, answer: Json) -> None:
        message = answer["original_message"]
        variables = {name: _typed(value) for name, value in message["variables"].items()}
        task = answer["response_data"]["result"]["task"]
        variables |= {f"bitrix_task_{name}": _typed(str(task[name])) for name in ("id", "title", "status")}
        if str(task.get("ufResultExpected")).lower() in {"1", "y", "true"}:
            text = str(task.get("ufResultAnswer_text", "")).upper()
            variables.setdefault(message["activity_id"], _typed("ok" if text == "ДА" else "no"))
        url = f"{self.engine}/external-task/{message['task_id']}/complete"
        async with self.http.post(url, json={"workerId": self.worker, "variables": variables}) as response:
            assert response.status in {204, 404}, await response.text()
            if response.status == 204:
                self.completed.append(message["task_id"])

    async def _portal_task(self, number: str) -> Json | None:
        select = ["ID", "TITLE", "STATUS", "UF_RESULT_EXPECTED", "UF_RESULT_ANSWER"]
        result = await self._portal("tasks.task.get", {"taskId": number, "select": select})
        return result["task"] if isinstance(result, dict) else None

    async def _publish(self, queue: str, body: Json) -> None:
        await self.channel.default_exchange.publish(_amqp(body, None), queue)

    async def _portal(self, method: str, params: Json) -> Any:
        async with self.http.post(f"{self.webhook}{method}.json", json=params) as response:
            assert response.status == 200, await response.text()
            return (await response.json())["result"]

    async def _engine(self, verb: str, path: str, body: Json | None = None) -> Any:
        async with self.http.request(verb, f"{self.engine}/{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()


def _amqp(body: Json, headers: dict[str, Any] | None) -> aio_pika.Message:
    return aio_pika.Message(
        json.dumps(body, ensure_ascii=False, default=str).encode(),
        headers=headers,
        content_type="application/json",
        content_encoding="utf-8",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


def _typed(value: Any) -> Json:
    match value:
        case None:
            return {"value": None, "type": "Null"}
        case bool():
            return {"value": value, "type": "Boolean"}
        case int():
            return {"value": value, "type": "Long"}
        case float():
            return {"value": value, "type": "Double"}
        case dict() | list():
            return {"value": json.dumps(value), "type": "Json"}
    return {"value": str(value), "type": "String"}


def _milliseconds() -> int:
    return round(time.time() * 1000)
