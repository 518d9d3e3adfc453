"""The contract's process: task "a", caught error NO, a refusing gateway, task "b" (alone or in two subprocesses)."""

ERROR_CODE = "NO"


def bpmn(key: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    targetNamespace="exchanger">
  <bpmn:error id="no" errorCode="{ERROR_CODE}"/>
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="1">
    <bpmn:startEvent id="begin"/>
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="a"/>
    <bpmn:serviceTask id="a" camunda:type="external" camunda:topic="{key}-a" camunda:taskPriority="${{priority}}"/>
    <bpmn:boundaryEvent id="caught" attachedToRef="a"><bpmn:errorEventDefinition errorRef="no"/></bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="caught" targetRef="c"/>
    <bpmn:serviceTask id="c" camunda:type="external" camunda:topic="{key}-c"/>
    <bpmn:sequenceFlow id="f3" sourceRef="a" targetRef="gateway"/>
    <bpmn:exclusiveGateway id="gateway"/>
    <bpmn:sequenceFlow id="f4" sourceRef="gateway" targetRef="b">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{go == 'on'}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:serviceTask id="b" camunda:type="external" camunda:topic="{key}-b"/>
    <bpmn:sequenceFlow id="f6" sourceRef="gateway" targetRef="inside">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{go == 'inside'}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:subProcess id="inside">
      <bpmn:multiInstanceLoopCharacteristics>
        <bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">2</bpmn:loopCardinality>
      </bpmn:multiInstanceLoopCharacteristics>
      <bpmn:startEvent id="inner_begin"/>
      <bpmn:sequenceFlow id="f7" sourceRef="inner_begin" targetRef="inner_b"/>
      <bpmn:serviceTask id="inner_b" camunda:type="external" camunda:topic="{key}-b"/>
    </bpmn:subProcess>
    <bpmn:sequenceFlow id="f5" sourceRef="gateway" targetRef="end">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{go == 'end'}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:endEvent id="end"/>
  </bpmn:process>
</bpmn:definitions>""".encode()
