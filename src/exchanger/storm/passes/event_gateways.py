"""Шлюзы событий и сложные шлюзы: движок принимает первые только перед исполнимыми ожиданиями, вторых не знает."""

from __future__ import annotations

from exchanger.storm.context import Context, definitions_of, label
from exchanger.storm.executable import obstacle
from exchanger.storm.model import detach, forget
from exchanger.storm.names import Element, bpmn, ident, kind_of
from exchanger.storm.policy import Unmapped


def resolve_event_gateways(context: Context) -> None:
    """Проход: где событий не дождаться, об исходе спрашивают человека."""
    for gateway in context.model.nodes("eventBasedGateway"):
        if not context.model.outgoing(gateway) or any(
            _is_hopeless(context, flow) for flow in context.model.outgoing(gateway)
        ):
            _ask_instead(context, gateway)
    for gateway in context.model.nodes("complexGateway"):
        _simplify(context, gateway)


def _is_hopeless(context: Context, flow: Element) -> bool:
    target = context.model.target(flow)
    if target is None or kind_of(target) != "intermediateCatchEvent" or len(context.model.incoming(target)) > 1:
        return True
    if _is_link(target):
        return True
    policy = context.policy.events.get(ident(target), context.policy.catches)
    return bool(obstacle(context.model, target)) and policy not in {Unmapped.MESSAGE, Unmapped.KEEP}


def _is_link(event: Element) -> bool:
    return any(kind_of(found) == "linkEventDefinition" for found in definitions_of(event))


def _ask_instead(context: Context, gateway: Element) -> None:
    context.found.loss(
        gateway,
        "Шлюз событий стал вопросом человеку: хотя бы одного из событий движку не дождаться.",
        "задайте события в правилах (timers, messages).",
    )
    forget(gateway, "eventGatewayType", "instantiate")
    gateway.tag = bpmn("exclusiveGateway")
    for flow in context.model.outgoing(gateway):
        target = context.model.target(flow)
        if target is None:
            continue
        if not label(flow) and label(target):
            flow.set("name", label(target))
        if kind_of(target) == "intermediateCatchEvent" and not _is_link(target):  # a link's other half needs it
            context.forced[ident(target)] = Unmapped.DROP


def _simplify(context: Context, gateway: Element) -> None:
    conditions = gateway.findall(bpmn("activationCondition"))
    for condition in conditions:
        detach(condition)
    what = "Сложный шлюз стал неисключающим"
    if conditions:
        context.found.loss(gateway, f"{what}: условие его срабатывания движок не исполнит.")
    else:
        context.found.doubt(gateway, f"{what}: движок сложных не знает.", "проверьте, как сходятся ветви.")
    gateway.tag = bpmn("inclusiveGateway")
