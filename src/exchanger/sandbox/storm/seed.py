"""Обычная команда: несколько диаграмм в духе выгрузки StormBPMN."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

from exchanger.sandbox.storm.limits import Limits
from exchanger.sandbox.storm.model import Edge
from exchanger.sandbox.storm.workspace import Workspace

_CHECKLIST = "<p>ЧЕКЛИСТ: Документы</p><ul><li>Договор</li><li>Приложение 1</li></ul>"


def body(task: str, *, process: str = "Process_1d4oa6g46", element: str = "Activity_0001") -> str:
    """Диаграмма «начало → задача → конец»; id процесса у всех один, как у сделанных из одного шаблона."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="{process}" isExecutable="false">
    <bpmn:startEvent id="Event_start"><bpmn:outgoing>Flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:task id="{element}" name={quoteattr(task)}>
      <bpmn:incoming>Flow_1</bpmn:incoming><bpmn:outgoing>Flow_2</bpmn:outgoing>
    </bpmn:task>
    <bpmn:endEvent id="Event_end"><bpmn:incoming>Flow_2</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="Event_start" targetRef="{element}" />
    <bpmn:sequenceFlow id="Flow_2" sourceRef="{element}" targetRef="Event_end" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="BPMNDiagram_1">
    <bpmndi:BPMNPlane id="BPMNPlane_1" bpmnElement="{process}">
      <bpmndi:BPMNShape id="s_di" bpmnElement="Event_start">
        <dc:Bounds x="150" y="100" width="36" height="36" /></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="t_di" bpmnElement="{element}">
        <dc:Bounds x="240" y="78" width="100" height="80" /></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="e_di" bpmnElement="Event_end">
        <dc:Bounds x="400" y="100" width="36" height="36" /></bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="f1_di" bpmnElement="Flow_1">
        <di:waypoint x="186" y="118" /><di:waypoint x="240" y="118" /></bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="f2_di" bpmnElement="Flow_2">
        <di:waypoint x="340" y="118" /><di:waypoint x="400" y="118" /></bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def default_workspace(
    *, clock: Callable[[], datetime] = lambda: datetime.now(UTC), limits: Limits | None = None
) -> Workspace:
    """Четыре диаграммы: готовая с ответственным, в работе, черновик и не BPMN."""
    made = Workspace(clock=clock, limits=limits or Limits())
    edge = Edge("Activity_0001", "Согласовать договор", "Юрист", "role-17", _CHECKLIST, 3600)
    nobody = Edge("Event_start", "", None, None, None)  # both null, as in the real sample
    made.add("Согласование договора", body("Согласовать договор"), edges=(edge, nobody))
    made.add("Приём: заявка/обращение?", body("Принять заявку"), status="IN_PROGRESS")
    made.add("Черновик", body("Подумать"), status="NEW")
    made.add("Карта процессов", "<svg/>", kind="EPC")
    return made
