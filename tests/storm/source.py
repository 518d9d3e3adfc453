"""Small diagrams in a line of text, and what became of them."""

from dataclasses import dataclass, replace

from lxml import etree

from exchanger.storm import Assignee, Converted, DiagramInfo, Finding, Policy, Severity, convert
from exchanger.storm.names import CAMUNDA, MODEL, Element, bpmn, camunda, kind_of

UUID = "0a1b2c3d-1111-4222-8333-444455556666"
KEY = "Process_0a1b2c3d_1111_4222_8333_444455556666"
INFO = DiagramInfo(UUID, "Договор", "7", "DONE")

_HEAD = (
    f'<bpmn:definitions xmlns:bpmn="{MODEL}" xmlns:storm="http://storm.bpmn2.ru/ns" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xmlns:camunda="{CAMUNDA}" id="D" targetNamespace="http://bpmn.io/schema/bpmn">'
)
_KINDS = {
    "start": "startEvent", "end": "endEvent", "xor": "exclusiveGateway", "and": "parallelGateway",
    "or": "inclusiveGateway", "catch": "intermediateCatchEvent", "throw": "intermediateThrowEvent",
    "on": "boundaryEvent", "call": "callActivity", "events": "eventBasedGateway", "complex": "complexGateway",
}  # fmt: skip


def node(text: str) -> str:
    """`kind id [name]`; `timer`, `message` … after a colon is the event's definition: `catch:timer e через 3 дня`."""
    kind, element_id, *name = text.strip().split(" ", 2)
    kind, _, definition = kind.partition(":")
    kind = _KINDS.get(kind, kind)
    element_id, _, host = element_id.partition("@")
    attached = f' attachedToRef="{host}"' if host else ""
    named = f' name="{name[0]}"' if name else ""
    inner = f'<bpmn:{definition}EventDefinition id="{element_id}_d"/>' if definition else ""
    return f'<bpmn:{kind} id="{element_id}"{attached}{named}>{inner}</bpmn:{kind}>'


def flow(text: str) -> str:
    """`a>b` or `a>b:label`; its id is `a_b` (a second one between the same nodes: `a>b:label#2`)."""
    ends, _, label = text.strip().partition(":")
    label, _, number = label.partition("#")
    source, target = ends.split(">")
    named = f' name="{label}"' if label else ""
    return f'<bpmn:sequenceFlow id="{source}_{target}{number}"{named} sourceRef="{source}" targetRef="{target}"/>'


def body(nodes: str, flows: str = "") -> str:
    """Nodes and flows, `;` between them."""
    return "".join(
        [
            *(node(each) for each in nodes.split(";") if each.strip()),
            *(flow(each) for each in flows.split(";") if each.strip()),
        ]
    )


def process(nodes: str, flows: str = "", *, inside: str = "", process_id: str = "Process_1d4oa6g46") -> str:
    return f'<bpmn:process id="{process_id}" isExecutable="false">{body(nodes, flows)}{inside}</bpmn:process>'


def document(*parts: str) -> bytes:
    return f"{_HEAD}{''.join(parts)}</bpmn:definitions>".encode()


@dataclass(frozen=True, slots=True)
class Result:
    converted: Converted
    root: Element

    def get(self, element_id: str) -> Element:
        found = self._all(element_id)
        assert len(found) == 1, f"{element_id}: {len(found)}"
        return found[0]

    def has(self, element_id: str) -> bool:
        return bool(self._all(element_id))

    def kind(self, element_id: str) -> str:
        return kind_of(self.get(element_id))

    def ends(self, flow_id: str) -> tuple[str, str]:
        found = self.get(flow_id)
        return found.get("sourceRef", ""), found.get("targetRef", "")

    def next_of(self, node_id: str) -> list[str]:
        return [
            found.get("targetRef", "")
            for found in self.root.iter(bpmn("sequenceFlow"))
            if found.get("sourceRef") == node_id
        ]

    def condition(self, flow_id: str) -> str | None:
        return self.get(flow_id).findtext(bpmn("conditionExpression"))

    def properties(self, element_id: str) -> dict[str, str]:
        found = self.get(element_id).iter(camunda("property"))
        return {each.get("name", ""): each.get("value", "") for each in found}

    def found(self, severity: Severity, element_id: str) -> list[Finding]:
        return [each for each in self.converted.report.of(severity) if each.element_id == element_id]

    def inserted(self, kind: str, known: str) -> list[Element]:
        """Nodes of this kind that the source did not have."""
        return [each for each in self.root.iter(bpmn(kind)) if each.get("id") not in known.split()]

    def _all(self, element_id: str) -> list[Element]:
        return [each for each in self.root.iter(etree.Element) if each.get("id") == element_id]


def convert_text(xml: bytes, policy: Policy | None = None, assignees: tuple[Assignee, ...] = (), **info: str) -> Result:
    converted = convert(xml, diagram=replace(INFO, **info), policy=policy, assignees=assignees)  # type: ignore[arg-type]  # texts only
    again = convert(converted.xml, diagram=replace(INFO, **info), policy=policy, assignees=assignees)  # type: ignore[arg-type]  # as above
    assert again.xml == converted.xml, "a second conversion changed something"
    return Result(converted, etree.fromstring(converted.xml))


def run(nodes: str, flows: str = "", policy: Policy | None = None, **more: str) -> Result:
    """Convert one process written as `body`."""
    return convert_text(document(process(nodes, flows, **more)), policy)
