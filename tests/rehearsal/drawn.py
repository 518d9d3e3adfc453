"""Small executable processes in a line of text, ready for an engine."""

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_HEAD = (
    f'<definitions xmlns="{MODEL}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="D" targetNamespace="rehearsal">'
    '<message id="paid" name="Оплачено"/><error id="bad" errorCode="BAD"/>'
)
_ASK = 'camunda:type="external" camunda:topic="nobody"'
_TIMER = '<timerEventDefinition><timeDuration xsi:type="tFormalExpression">P3D</timeDuration></timerEventDefinition>'
_SHAPES = {
    "start": "<startEvent {}/>",
    "end": "<endEvent {}/>",
    "ask": f"<serviceTask {{}} {_ASK}/>",
    "user": "<userTask {}/>",
    "xor": "<exclusiveGateway {}/>",
    "and": "<parallelGateway {}/>",
    "events": "<eventBasedGateway {}/>",
    "wait": "<intermediateCatchEvent {}>" + _TIMER + "</intermediateCatchEvent>",
    "letter": '<intermediateCatchEvent {}><messageEventDefinition messageRef="paid"/></intermediateCatchEvent>',
    "late": "<boundaryEvent {}>" + _TIMER + "</boundaryEvent>",
    "failed": '<boundaryEvent {}><errorEventDefinition errorRef="bad"/></boundaryEvent>',
    "java": '<serviceTask {} camunda:class="org.example.Absent"/>',
    "thrice": (
        '<userTask {}><multiInstanceLoopCharacteristics isSequential="true">'
        '<loopCardinality xsi:type="tFormalExpression">3</loopCardinality>'
        "</multiInstanceLoopCharacteristics></userTask>"
    ),
    "lost": "<callActivity {} calledElement=\"${{'absent'}}\"/>",
    "call": '<callActivity {} calledElement="elsewhere"/>',
}


def drawn(nodes: str, flows: str, *, key: str = "process") -> bytes:
    """Nodes `kind id[@host] [name]`, flows `a>b[=id] [condition]`, `;` between; `default` is a condition too."""
    made = [_flow(text.strip(), number) for number, text in enumerate(flows.split(";"))]
    defaults = {source: flow_id for source, flow_id, text in made if "<!--default-->" in text}
    body = "".join([*(_node(text.strip(), defaults) for text in nodes.split(";")), *(text for *_, text in made)])
    process = f'<process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">{body}</process>'
    return f"{_HEAD}{process}</definitions>".encode()


def _node(text: str, defaults: dict[str, str]) -> str:
    kind, element_id, *name = text.split(" ", 2)
    element_id, _, host = element_id.partition("@")
    attributes = [f'id="{element_id}"', *(f'name="{one}"' for one in name)]
    attributes += [f'attachedToRef="{host}"'] if host else []
    attributes += [f'default="{defaults[element_id]}"'] if element_id in defaults else []
    return _SHAPES[kind].format(" ".join(attributes))


def _flow(text: str, number: int) -> tuple[str, str, str]:
    ends, _, condition = text.partition(" ")
    ends, _, flow_id = ends.partition("=")
    source, target = ends.split(">")
    flow_id = flow_id or f"{source}_{target}_{number}"
    inner = ""
    if condition and condition != "default":
        inner = f'<conditionExpression xsi:type="tFormalExpression"><![CDATA[${{{condition}}}]]></conditionExpression>'
    mark = "<!--default-->" if condition == "default" else ""
    return (
        source,
        flow_id,
        (f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{mark}{inner}</sequenceFlow>'),
    )
