"""A process of the real engine over RabbitMQ: an author's function in a service of its own, then a real e-mail."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

import pytest

from exchanger.domain.typed import typed
from exchanger.domain.variables import JsonValue, PlainValue, VariableType
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.smtp import CUT, Mailbox, mailbox
from exchanger.settings import load_settings
from exchanger.telemetry.clock import SystemClock
from exchanger.testing.eventually import eventually
from exchanger.wiring import assemble
from tests.systems.python.test_services import OURS

pytestmark = pytest.mark.e2e

WITHIN = 40.0
MODEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
             targetNamespace="test">
  <process id="bill" isExecutable="true" camunda:historyTimeToLive="P1D">
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="count"/>
    <serviceTask id="count" camunda:type="external" camunda:topic="calculate_total">
      <extensionElements><camunda:properties>
        <camunda:property name="price" value="2.5"/><camunda:property name="count" value="4"/>
      </camunda:properties></extensionElements>
    </serviceTask>
    <sequenceFlow id="f2" sourceRef="count" targetRef="tell"/>
    <serviceTask id="tell" camunda:type="external" camunda:topic="send_email">
      <extensionElements><camunda:inputOutput>
        <camunda:inputParameter name="to">one@example.ru</camunda:inputParameter>
        <camunda:inputParameter name="subject">Bill</camunda:inputParameter>
        <camunda:inputParameter name="text">Total: ${total}</camunda:inputParameter>
      </camunda:inputOutput></extensionElements>
    </serviceTask>
    <sequenceFlow id="f3" sourceRef="tell" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""

FILES = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
             targetNamespace="test">
  <process id="files" isExecutable="true" camunda:historyTimeToLive="P1D">
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="write"/>
    <serviceTask id="write" camunda:type="external" camunda:topic="file_processing">
      <extensionElements><camunda:properties>
        <camunda:property name="action" value="write"/><camunda:property name="source" value="rows"/>
        <camunda:property name="encoding" value="windows-1251"/><camunda:property name="result" value="table"/>
      </camunda:properties></extensionElements>
    </serviceTask>
    <sequenceFlow id="f2" sourceRef="write" targetRef="read"/>
    <serviceTask id="read" camunda:type="external" camunda:topic="file_processing">
      <extensionElements><camunda:properties>
        <camunda:property name="source" value="table"/><camunda:property name="encoding" value="windows-1251"/>
        <camunda:property name="result" value="again"/>
      </camunda:properties></extensionElements>
    </serviceTask>
    <sequenceFlow id="f3" sourceRef="read" targetRef="tell"/>
    <serviceTask id="tell" camunda:type="external" camunda:topic="send_email">
      <extensionElements><camunda:inputOutput>
        <camunda:inputParameter name="to">one@example.ru</camunda:inputParameter>
        <camunda:inputParameter name="subject">Table</camunda:inputParameter>
        <camunda:inputParameter name="attachments">[{"name": "t.csv", "variable": "table"}]</camunda:inputParameter>
      </camunda:inputOutput></extensionElements>
    </serviceTask>
    <sequenceFlow id="f4" sourceRef="tell" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""


@asynccontextmanager
async def own_service(module: str, given: dict[str, str], home: Path) -> AsyncIterator[None]:
    """`exchanger run python-services -m MODULE` as operators start it."""
    program = "from exchanger.cli import main; main()"
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, "run", "python-services", "-m", module, env={**os.environ, **given}, cwd=home
    )
    try:
        yield
        assert service.returncode is None, "the service has died"
    finally:
        if service.returncode is None:
            service.send_signal(signal.SIGTERM)
        await asyncio.wait_for(service.wait(), 20)


@asynccontextmanager
async def installation(engine: EngineProcess, amqp: str, home: Path, box: Mailbox) -> AsyncIterator[RestEngine]:
    """All of it: the author's service apart, everything else in this process."""
    tenant = f"t{token_hex(4)}"
    (home / f"own_{tenant}.py").write_text(OURS, "utf-8")
    given = {
        "EXCHANGER_SYSTEMS": "python-services",
        "EXCHANGER_HOME": str(home),
        "CAMUNDA_BASE_URL": engine.url,
        "CAMUNDA_TENANT_ID": tenant,
        "CAMUNDA_WORKER_ID": f"worker-{tenant}",
        "CAMUNDA_AUTH_ENABLED": "false",
        "CAMUNDA_POLL": "2000",
        "RABBITMQ_URL": amqp,
        "EMAIL_SMTP_HOST": "127.0.0.1",
        "EMAIL_SMTP_PORT": str(box.port),
        "EMAIL_SMTP_TLS": "none",
        "EMAIL_FROM": "bot@example.ru",
    }
    async with (
        RestEngine(EngineConnection(engine.url, "operator", tenant), SystemClock()) as operator,
        own_service(f"own_{tenant}", given, home),
        assemble(load_settings(given, home)) as exchanger,
    ):
        running = asyncio.create_task(exchanger.run())
        try:
            yield operator
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def started(operator: RestEngine, name: str = "bill", model: bytes = MODEL, **variables: PlainValue) -> str:
    await operator.admin.deploy(name, {f"{name}.bpmn": model})
    return await operator.admin.start(name, {each: typed(value) for each, value in variables.items()})


async def ended(operator: RestEngine, instance: str) -> None:
    async def over() -> bool:
        return not await operator.admin.is_running(instance)

    await eventually(over, within=WITHIN, every=0.2, what="the process is over")


async def test_a_process_goes_through_a_function_and_an_e_mail(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    async with mailbox(Mailbox()) as box, installation(camunda, vhost, tmp_path, box) as operator:
        # When a process starts
        instance = await started(operator)
        await ended(operator, instance)
        # Then the letter holds what the function counted, and its id went to the process
        [received] = box.received
        assert received.message.get_content().strip() == "Total: 10.0"
        variables = await operator.admin.final_variables(instance)
        assert variables["email_message_id"].value == received.message["Message-ID"]


async def test_a_file_variable_is_written_read_and_attached(camunda: EngineProcess, vhost: str, tmp_path: Path) -> None:
    rows: list[JsonValue] = [{"город": "Москва", "сумма": "10"}, {"город": "Тверь", "сумма": "2"}]
    async with mailbox(Mailbox()) as box, installation(camunda, vhost, tmp_path, box) as operator:
        # When rows become a file of the engine, the file becomes rows, and goes out with a letter
        instance = await started(operator, "files", FILES, rows=rows)
        await ended(operator, instance)
        # Then nothing is lost on the way
        variables = await operator.admin.final_variables(instance)
        assert variables["table"].type is VariableType.FILE
        assert variables["again"].value == rows
        (attached,) = box.received[0].message.iter_attachments()
        expected = "город;сумма\r\nМосква;10\r\nТверь;2\r\n".encode("windows-1251")
        assert (attached.get_filename(), attached.get_payload(decode=True)) == ("t.csv", expected)


async def test_a_letter_whose_answer_was_lost_is_one_letter_and_one_incident(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    # Given a mail server that takes the letter and cuts the connection
    async with mailbox(Mailbox(answers={"BODY": CUT})) as box, installation(camunda, vhost, tmp_path, box) as operator:
        instance = await started(operator)

        async def doubt() -> str:
            found = await operator.admin.incidents(instance)
            return next((each.message for each in found if each.message), "")

        # When it is sent
        message = await eventually(doubt, within=WITHIN, every=0.2, what="an incident")
        # Then a person is asked, and nobody gets the letter twice
        assert "Сомнительно" in message
        assert len(box.received) == 1
