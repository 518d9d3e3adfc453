"""What a token can come to, and what a document consists of: the converter's promises are stated in these words."""

from collections import defaultdict

from exchanger.storm.names import NODES, SCOPES, Element, bpmn, kind_of


def nodes_of(root: Element) -> dict[str, Element]:
    return {each.get("id", ""): each for each in root.iter(*(bpmn(kind) for kind in sorted(NODES)))}


def flows_of(root: Element) -> dict[str, Element]:
    return {each.get("id", ""): each for each in root.iter(bpmn("sequenceFlow"))}


def definitions(event: Element) -> list[str]:
    return [kind_of(child) for child in event if kind_of(child).endswith("EventDefinition")]


class Graph:
    """Reachability by BPMN's rules: flows, links, boundary events, and the insides of what was entered."""

    def __init__(self, root: Element) -> None:
        self.nodes = nodes_of(root)
        self._next: dict[str, set[str]] = defaultdict(set)
        entered = set()
        for flow in flows_of(root).values():
            self._next[flow.get("sourceRef", "")].add(flow.get("targetRef", ""))
            entered.add(flow.get("targetRef", ""))
        for node_id, node in self.nodes.items():
            self._next[node.get("attachedToRef", "")].add(node_id)
        scopes = list(root.iter(*(bpmn(kind) for kind in sorted(SCOPES))))
        self._entries = {each: _entries(each, entered) for each in scopes}
        for scope in scopes:
            self._link(scope)
        self._processes = [each for each in scopes if kind_of(each) == "process"]

    def reachable(self) -> set[str]:
        seen: set[str] = set()
        queue = [entry for process in self._processes for entry in self._entries[process]]
        while queue:
            node_id = queue.pop()
            if node_id not in seen and node_id in self.nodes:
                seen.add(node_id)
                queue += [*self._next[node_id], *self._entries.get(self.nodes[node_id], ())]
        return seen

    def _link(self, scope: Element) -> None:
        catches: dict[str, str] = {}
        for catch in scope.iterchildren(bpmn("intermediateCatchEvent")):
            for link in catch.iterchildren(bpmn("linkEventDefinition")):
                catches.setdefault(link.get("name", ""), catch.get("id", ""))
        for throw in scope.iterchildren(bpmn("intermediateThrowEvent")):
            for link in throw.iterchildren(bpmn("linkEventDefinition")):
                self._next[throw.get("id", "")].add(catches.get(link.get("name", ""), ""))


def _entries(scope: Element, entered: set[str]) -> list[str]:
    """Where a scope begins: its starts, else what nothing leads to, else its first node; event sub-processes too."""
    inner = [child for child in scope if kind_of(child) in NODES]
    starts = [child.get("id", "") for child in inner if kind_of(child) == "startEvent"]
    roots = [
        child.get("id", "")
        for child in inner
        if child.get("id") not in entered
        and kind_of(child) != "boundaryEvent"
        and "linkEventDefinition" not in definitions(child)
    ]
    triggered = [child.get("id", "") for child in inner if child.get("triggeredByEvent") == "true"]
    return [*(starts or roots or [child.get("id", "") for child in inner[:1]]), *triggered]
