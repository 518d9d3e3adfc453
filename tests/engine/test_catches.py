"""What the diagram is said to catch is what the real engines catch: an uncaught error ends the branch silently."""

from datetime import timedelta
from secrets import token_hex

import pytest

from exchanger.domain.outcome import Refused
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.engine.metadata import BpmnMetadata
from exchanger.sandbox.engine import EngineProcess
from tests.engine.world import RealClock


def handler(name: str, key: str) -> str:
    return f'<bpmn:serviceTask id="{name}" camunda:type="external" camunda:topic="{key}-handled"/>'


def flow(source: str, target: str) -> str:
    return f'<bpmn:sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'


def boundary(of: str) -> str:
    definition = f'<bpmn:errorEventDefinition errorRef="e-{of}"/>'
    return f'<bpmn:boundaryEvent id="b-{of}" attachedToRef="{of}">{definition}</bpmn:boundaryEvent>'


def event_subprocess(name: str, error: str, content: str, first: str) -> str:
    return f"""<bpmn:subProcess id="{name}" triggeredByEvent="true">
      <bpmn:startEvent id="{name}-start"><bpmn:errorEventDefinition {error}/></bpmn:startEvent>
      {flow(f"{name}-start", first)}{content}
    </bpmn:subProcess>"""


def diagram(key: str, top: str = "") -> bytes:
    external = f'camunda:type="external" camunda:topic="{key}'
    return f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="exchanger">
  <bpmn:error id="e-outer" errorCode="OUTER"/><bpmn:error id="e-inner" errorCode="INNER"/>
  <bpmn:error id="e-event" errorCode="EVENT"/><bpmn:error id="e-sibling" errorCode="SIBLING"/>
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="1">
    <bpmn:startEvent id="start"/>{flow("start", "outer")}
    <bpmn:subProcess id="outer">
      <bpmn:startEvent id="outer-start"/>{flow("outer-start", "inner")}
      <bpmn:serviceTask id="inner" {external}-inner"/>
      {boundary("inner")}
      {flow("b-inner", "h-inner")}{handler("h-inner", key)}
      {event_subprocess("es1", 'errorRef="e-event"', f'<bpmn:serviceTask id="es-task" {external}-event"/>', "es-task")}
      {event_subprocess("es2", 'errorRef="e-sibling"', handler("h-sibling", key), "h-sibling")}
    </bpmn:subProcess>
    {boundary("outer")}
    {flow("b-outer", "h-outer")}{handler("h-outer", key)}
    {top}
  </bpmn:process>
</bpmn:definitions>""".encode()


def catch_all(key: str) -> str:
    return event_subprocess("es0", "", handler("h-all", key), "h-all")


@pytest.mark.engine
@pytest.mark.parametrize("everything", [False, True], ids=["named codes", "catch-all above"])
@pytest.mark.parametrize("activity", ["inner", "es-task"])
async def test_the_engine_catches_what_the_diagram_is_said_to_catch(
    engine_server: EngineProcess, activity: str, *, everything: bool
) -> None:
    key = f"c{token_hex(6)}"
    xml = diagram(key, catch_all(key) if everything else "")
    said = BpmnMetadata.parse(xml).of(activity).catches
    async with RestEngine(EngineConnection(engine_server.url, key), RealClock()) as engine:
        await engine.admin.deploy(key, {"process.bpmn": xml})

        caught = {
            code
            for code in ("INNER", "EVENT", "SIBLING", "OUTER", "OTHER")
            if await _catches(engine, key, activity, code)
        }

    if "*" in said:
        assert caught == {"INNER", "EVENT", "SIBLING", "OUTER", "OTHER"}
    else:
        assert caught == said


async def _catches(engine: RestEngine, key: str, activity: str, code: str) -> bool:
    await engine.admin.start(key)
    if activity == "es-task":
        await _throw(engine, f"{key}-inner", "EVENT")
        instance = await _throw(engine, f"{key}-event", code)
    else:
        instance = await _throw(engine, f"{key}-inner", code)
    # Caught means that the process is somewhere else now; uncaught, that it has ended.
    running = await engine.admin.is_running(instance)
    await engine.admin.delete(instance)
    return running


async def _throw(engine: RestEngine, topic: str, code: str) -> str:
    lease = timedelta(minutes=1)
    (fetched,) = await engine.fetch([topic], limit=1, lease=lease, wait=timedelta(0))
    assert await engine.settle(fetched.task, Refused(code, "проверка"))
    return fetched.task.process_instance_id
