"""For each rule a document that it finds fault with, the mended one, and whether the engine refuses the first."""

from dataclasses import dataclass

from exchanger.storm.names import CAMUNDA, MODEL, XSI

_HEAD = f'<definitions xmlns="{MODEL}" xmlns:camunda="{CAMUNDA}" xmlns:xsi="{XSI}" id="D" targetNamespace="t">'
_MESSAGE = '<message id="M" name="заявка"/>'
_FORMAL = 'xsi:type="tFormalExpression"'


def document(*parts: str) -> bytes:
    return f"{_HEAD}{''.join(parts)}</definitions>".encode()


def process(
    inside: str, *, key: str = "P", ttl: str = ' camunda:historyTimeToLive="365"', executable: str = "true"
) -> str:
    return f'<process id="{key}" isExecutable="{executable}"{ttl}>{inside}</process>'


def task(element_id: str = "t", more: str = "", inside: str = "") -> str:
    return f'<serviceTask id="{element_id}" camunda:type="external" camunda:topic="x"{more}>{inside}</serviceTask>'


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression {_FORMAL}>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def line(middle: str, more: str = "", *, name: str = "t") -> str:
    """start → middle → end."""
    return f'<startEvent id="s"/>{middle}<endEvent id="e"/>{flow("s", name)}{flow(name, "e")}{more}'


def choice(kind: str, flows: str, default: str = "") -> str:
    named = f' default="{default}"' if default else ""
    return (
        f'<startEvent id="s"/><{kind} id="g"{named}/>{task("a")}{task("b")}<endEvent id="e"/>'
        f"{flow('s', 'g')}{flows}{flow('a', 'e')}{flow('b', 'e')}"
    )


def boundary(definition: str, host: str = "t") -> str:
    return (
        f'<boundaryEvent id="b" attachedToRef="{host}">{definition}</boundaryEvent><endEvent id="e2"/>{flow("b", "e2")}'
    )


def inner(inside: str, attributes: str = "") -> str:
    return f'<subProcess id="t"{attributes}>{inside}</subProcess>'


def catch(definition: str) -> bytes:
    return document(_MESSAGE, process(line(f'<intermediateCatchEvent id="t">{definition}</intermediateCatchEvent>')))


def throw(definition: str) -> bytes:
    return document(process(line(f'<intermediateThrowEvent id="t">{definition}</intermediateThrowEvent>')))


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{kind} {_FORMAL}>{text}</{kind}></timerEventDefinition>"


def started(definition: str, more: str = "") -> str:
    return (
        f'<startEvent id="s">{definition}</startEvent>{task()}<endEvent id="e"/>{flow("s", "t")}{flow("t", "e")}{more}'
    )


TRIGGER = '<startEvent id="i"><messageEventDefinition messageRef="M"/></startEvent>'
TRIGGERED = f'<subProcess id="q" triggeredByEvent="true">{TRIGGER}<endEvent id="j"/>{flow("i", "j")}'
INSIDE = f'<startEvent id="i"/><endEvent id="j"/>{flow("i", "j")}'
GOOD = document(process(line(task())))
AWAITED = '<messageEventDefinition messageRef="M"/>'
YES, NO = '${execution.getVariable("s") == "ok"}', "${1 == 2}"
TWO = flow("g", "a", NO) + flow("g", "b")


@dataclass(frozen=True, slots=True)
class Case:
    code: str
    bad: bytes
    mended: bytes = GOOD
    element: str = "t"
    refused: bool = True


def _one(inside: str, *before: str) -> bytes:
    return document(*before, process(inside))


CASES = (
    Case("nothing-executable", document(process(line(task()), executable="false")), element="D", refused=False),
    Case("missing-id", _one(line(task()) + "<userTask/>"), element="", refused=False),
    Case("duplicate-id", _one(line(task(), task("s"))), element="s"),
    Case("duplicate-key", document(process(line(task())), process('<startEvent id="s2"/>')), element="P"),
    Case("bad-key", document(process(line(task()), key="1-й")), element="1-й"),
    Case("no-history-ttl", document(process(line(task()), ttl="")), element="P"),
    Case("bad-history-ttl", document(process(line(task()), ttl=' camunda:historyTimeToLive="год"')), element="P"),
    Case("no-start", _one(task()), element="P"),
    Case("no-start", _one(line(inner('<endEvent id="j"/>'))), _one(line(inner(INSIDE)))),
    Case("several-starts", _one(line(task(), '<startEvent id="s2"/>' + flow("s2", "t"))), element="s2"),
    Case(
        "several-triggers",
        _one(line(task(), TRIGGERED + TRIGGER.replace('"i"', '"k"') + "</subProcess>"), _MESSAGE),
        _one(line(task(), TRIGGERED + "</subProcess>"), _MESSAGE),
        "k",
    ),
    Case(
        "same-start",
        _one(
            started(
                '<messageEventDefinition messageRef="M"/>',
                '<startEvent id="s2"><messageEventDefinition messageRef="M"/></startEvent>' + flow("s2", "t"),
            ),
            _MESSAGE,
        ),
        _one(started('<messageEventDefinition messageRef="M"/>'), _MESSAGE),
        "s2",
    ),
    Case("flow-to-nothing", _one(line(task(), flow("t", "nowhere"))), element="t_nowhere"),
    Case("flow-from-nothing", _one(line(task(), flow("nowhere", "t"))), element="nowhere_t"),
    Case("flow-across-scopes", _one(line(inner(INSIDE), flow("t", "j"))), _one(line(inner(INSIDE))), "t_j"),
    Case("flow-into-start", _one(line(task(), flow("t", "s"))), element="t_s", refused=False),
    Case("flow-out-of-end", _one(line(task(), flow("e", "t"))), element="e_t", refused=False),
    Case(
        "no-condition",
        _one(choice("exclusiveGateway", flow("g", "a") + flow("g", "b"))),
        _one(choice("exclusiveGateway", TWO, "g_b")),
        "g_a",
    ),
    Case(
        "lonely-condition",
        _one(line('<exclusiveGateway id="g"/>', name="g").replace(flow("g", "e"), flow("g", "e", YES))),
        _one(line('<exclusiveGateway id="g"/>', name="g")),
        "g_e",
    ),
    Case("no-exit", _one(f'<startEvent id="s"/><exclusiveGateway id="g"/>{flow("s", "g")}'), element="g"),
    Case(
        "conditioned-default",
        _one(choice("exclusiveGateway", flow("g", "a", NO) + flow("g", "b", YES), "g_b")),
        _one(choice("exclusiveGateway", TWO, "g_b")),
        "g_b",
    ),
    Case(
        "ignored-condition",
        _one(choice("inclusiveGateway", flow("g", "a", NO) + flow("g", "b", YES), "g_b")),
        _one(choice("inclusiveGateway", TWO, "g_b")),
        "g_b",
        refused=False,
    ),
    Case(
        "foreign-default",
        _one(choice("exclusiveGateway", flow("g", "a", NO) + flow("g", "b", YES), "s_g")),
        _one(choice("exclusiveGateway", TWO, "g_b")),
        "g",
        refused=False,
    ),
    Case(
        "informal-condition",
        _one(choice("exclusiveGateway", TWO, "g_b").replace('xsi:type="tFormalExpression"', 'xsi:type="tExpression"')),
        _one(choice("exclusiveGateway", TWO, "g_b")),
        "g_a",
    ),
    Case(
        "plain-condition",
        _one(choice("exclusiveGateway", flow("g", "a", "да") + flow("g", "b"), "g_b")),
        _one(choice("exclusiveGateway", TWO, "g_b")),
        "g_a",
        refused=False,
    ),
    Case(
        "bad-expression",
        _one(choice("exclusiveGateway", flow("g", "a", "${x == }") + flow("g", "b"), "g_b")),
        _one(choice("exclusiveGateway", TWO, "g_b")),
        "g_a",
    ),
    Case(
        "bad-event-choice",
        _one(f'<startEvent id="s"/><eventBasedGateway id="g"/>{task()}{flow("s", "g")}{flow("g", "t")}'),
        element="g_t",
    ),
    Case("no-topic", _one(line('<serviceTask id="t" camunda:type="external"/>'))),
    Case("no-implementation", _one(line('<serviceTask id="t"/>'))),
    Case("no-implementation", _one(line('<sendTask id="t"/>'))),
    Case("no-implementation", _one(line('<businessRuleTask id="t"/>'))),
    Case("no-script", _one(line('<scriptTask id="t"/>'))),
    Case("no-target", _one(line('<callActivity id="t"/>'))),
    Case("unknown-kind", _one(line('<complexGateway id="t"/>'))),
    Case("unknown-kind", _one(line('<adHocSubProcess id="t"/>'))),
    Case("bad-repeat", _one(line(task(inside="<multiInstanceLoopCharacteristics/>")))),
    Case(
        "bad-host",
        _one(line(task(), boundary(timer("PT1H"), "nobody"))),
        _one(line(task(), boundary(timer("PT1H")))),
        "b",
    ),
    Case(
        "bad-host",
        _one(line(inner(INSIDE), boundary(timer("PT1H"), "j"))),
        _one(line(task(), boundary(timer("PT1H")))),
        "b",
    ),
    Case(
        "strange-host",
        _one(line(task(), boundary(timer("PT1H"), "s"))),
        _one(line(task(), boundary(timer("PT1H")))),
        "b",
        refused=False,
    ),
    Case("unknown-message", _one(line('<receiveTask id="t" messageRef="zz"/>')), _one(line('<receiveTask id="t"/>'))),
    Case(
        "lane-reference",
        _one('<laneSet id="L"><lane id="l"><flowNodeRef>gone</flowNodeRef></lane></laneSet>' + line(task())),
        _one('<laneSet id="L"><lane id="l"><flowNodeRef>t</flowNodeRef></lane></laneSet>' + line(task())),
        "l",
    ),
    Case(
        "twice-awaited",
        _one(line('<receiveTask id="t" messageRef="M"/>', boundary(AWAITED)), _MESSAGE),
        _one(line(task(), boundary(AWAITED)), _MESSAGE),
        "b",
    ),
    Case("too-long", document(process(line(task()), key="P" * 256)), element="P" * 256),
    Case(
        "joined-event-subprocess",
        _one(line(task(), TRIGGERED + "</subProcess>" + flow("t", "q")), _MESSAGE),
        _one(line(task(), TRIGGERED + "</subProcess>"), _MESSAGE),
        "t_q",
    ),
    Case(
        "several-definitions",
        catch(timer("PT1H") + '<messageEventDefinition messageRef="M"/>'),
        catch(timer("PT1H")),
        refused=False,
    ),
    Case("event-empty", catch(""), catch(timer("PT1H"))),
    Case("event-empty", _one(line(task(), boundary(""))), _one(line(task(), boundary(timer("PT1H")))), "b"),
    Case(
        "event-empty",
        _one(line(task(), TRIGGERED.replace(TRIGGER, '<startEvent id="i"/>') + "</subProcess>")),
        _one(line(task(), TRIGGERED + "</subProcess>"), _MESSAGE),
        "i",
    ),
    Case("event-timer", catch("<timerEventDefinition/>"), catch(timer("PT1H"))),
    Case(
        "event-timer",
        _one(started("<timerEventDefinition/>")),
        _one(started(timer("2999-01-01T09:00:00", "timeDate"))),
        "s",
    ),
    Case("event-message", catch("<messageEventDefinition/>"), catch('<messageEventDefinition messageRef="M"/>')),
    Case(
        "event-silent",
        throw("<messageEventDefinition/>"),
        throw('<messageEventDefinition camunda:type="external" camunda:topic="x"/>'),
        refused=False,
    ),
    Case("event-signal", throw("<signalEventDefinition/>"), throw("")),
    Case(
        "event-conditional",
        catch("<conditionalEventDefinition><condition/></conditionalEventDefinition>"),
        catch(timer("PT1H")),
        refused=False,
    ),
    Case(
        "event-error",
        _one(line(task()).replace('<endEvent id="e"/>', '<endEvent id="e"><errorEventDefinition/></endEvent>')),
        element="e",
    ),
    Case("event-escalation", throw("<escalationEventDefinition/>"), throw("")),
    Case("event-silent", _one(line(task(), boundary("<compensateEventDefinition/>"))), element="b", refused=False),
    Case("event-compensate", catch("<compensateEventDefinition/>"), catch(timer("PT1H"))),
    Case("event-terminate", throw("<terminateEventDefinition/>"), throw(""), refused=False),
    Case("event-cancel", _one(line(task(), boundary("<cancelEventDefinition/>"))), element="b"),
    Case("event-link", throw('<linkEventDefinition name="A"/>'), throw("")),
    Case(
        "bad-time",
        _one(started(timer("до пятницы", "timeDate"))),
        _one(started(timer("2999-01-01T09:00:00", "timeDate"))),
        "s",
    ),
    Case("bad-time", catch(timer("3 дня")), catch(timer("P3D")), refused=False),
    Case(
        "unset-variable",
        _one(choice("exclusiveGateway", flow("g", "a", "${nobody == 1}") + flow("g", "b"), "g_b")),
        _one(choice("exclusiveGateway", flow("g", "a", "${a == 1}") + flow("g", "b"), "g_b")),
        "g_a",
        refused=False,
    ),
    Case("unserved-topic", _one(line(task()).replace('topic="x"', 'topic="nobody"')), refused=False),
    Case("ignored-loop", _one(line(task(inside="<standardLoopCharacteristics/>"))), refused=False),
    Case("unreachable", _one(line(task(), task("u") + flow("u", "e"))), element="u", refused=False),
    Case("dead-end", _one(line(task(), task("u") + flow("t", "u"))), element="u", refused=False),
)
