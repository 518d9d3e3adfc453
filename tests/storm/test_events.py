"""Events: what the engine can execute stays, the rest goes by the policy, and each loss is said."""

import pytest

from exchanger.storm import Policy, Severity, Unmapped
from exchanger.storm.names import bpmn, camunda
from tests.storm.source import KEY, Result, convert_text, document, process, run

DROP = Policy(catches=Unmapped.DROP, throws=Unmapped.DROP, boundaries=Unmapped.DROP)


def losses(result: Result) -> list[str]:
    return [each.element_id for each in result.converted.report.losses]


def test_a_timer_takes_its_time_from_the_caption() -> None:
    result = run("start s; catch:timer w до 14 р. дн.; end e", "s>w; w>e")
    assert result.get("w").findtext(f"{bpmn('timerEventDefinition')}/{bpmn('timeDuration')}") == "P20D"
    assert losses(result) == []
    assert result.found(Severity.DOUBT, "w")


def test_a_timer_takes_its_time_from_the_policy_first() -> None:
    result = run("start s; catch:timer w через 3 дня; end e", "s>w; w>e", Policy(timers={"w": "PT5M"}))
    assert result.get("w").findtext(f"{bpmn('timerEventDefinition')}/{bpmn('timeDuration')}") == "PT5M"


def test_a_time_of_the_policy_that_is_not_understood_is_an_error() -> None:
    result = run("start s; catch:timer w; end e", "s>w; w>e", Policy(timers={"w": "вчера"}))
    assert result.found(Severity.ERROR, "w")


def test_a_start_timer_is_never_switched_on_by_its_caption() -> None:
    result = run("start:timer s через 3 дня; task a", "s>a")
    assert len(result.get("s").findall(bpmn("timerEventDefinition"))) == 0
    assert losses(result) == ["s"]
    given = run("start:timer s; task a", "s>a", Policy(timers={"s": "R/P1D"}))
    assert given.get("s").findtext(f"{bpmn('timerEventDefinition')}/{bpmn('timeCycle')}") == "R/P1D"


def test_a_mapped_message_is_awaited_and_sent() -> None:
    policy = Policy(messages={"w": "Оплачено", "t": "Готово"})
    result = run("start s; catch:message w; throw:message t; end e", "s>w; w>t; t>e", policy)
    waits, sends = (result.get(each).find(bpmn("messageEventDefinition")) for each in "wt")
    assert waits is not None
    assert sends is not None
    assert result.get(waits.get("messageRef", "")).get("name") == "Оплачено"
    assert "createMessageCorrelation('Готово')" in sends.get(camunda("expression"), "")
    assert losses(result) == []


def test_a_name_that_would_break_the_expression_is_an_error() -> None:
    result = run("start s; throw:message t", "s>t", Policy(messages={"t": "a') + evil('"}))
    assert result.found(Severity.ERROR, "t")


@pytest.mark.parametrize("policy", [Unmapped.DROP, Unmapped.TASK, Unmapped.MESSAGE, Unmapped.KEEP])
def test_each_policy_says_what_was_lost(policy: Unmapped) -> None:
    result = run("start s; task a; catch w Ждать; end e", "s>a; a>w; w>e", Policy(events={"w": policy}))
    severity = Severity.ERROR if policy is Unmapped.KEEP else Severity.LOSS
    assert result.found(severity, "w")
    expected = {Unmapped.DROP: None, Unmapped.TASK: "serviceTask"}.get(policy, "intermediateCatchEvent")
    assert (result.kind("w") if result.has("w") else None) == expected


def test_a_message_policy_waits_for_a_message_named_after_process_and_element() -> None:
    result = run("start s; catch:timer w по готовности; end e", "s>w; w>e", Policy(catches=Unmapped.MESSAGE))
    reference = result.get("w").find(bpmn("messageEventDefinition"))
    assert reference is not None
    assert result.get(reference.get("messageRef", "")).get("name") == f"{KEY}.w"


def test_a_plain_throw_event_stays() -> None:
    result = run("start s; throw t Веха; end e", "s>t; t>e")
    assert result.kind("t") == "intermediateThrowEvent"
    assert losses(result) == []


def test_a_chain_of_events_is_dropped_whole() -> None:
    result = run("start s; task a; catch x; catch y; catch z; task b; end e", "s>a; a>x; x>y; y>z; z>b; b>e", DROP)
    assert result.ends("a_x") == ("a", "b")
    assert losses(result) == ["x", "y", "z"]


def test_a_chain_in_backward_order_is_dropped_whole() -> None:
    result = run("catch z; catch y; catch x; start s; task a; task b", "y>z; x>y; a>x; s>a; z>b", DROP)
    assert result.ends("a_x") == ("a", "b")
    assert not result.has("x_y")


def test_every_input_of_a_dropped_event_goes_on() -> None:
    result = run("start s; xor g; task a; task b; catch w; end e", "s>g; g>a:да; g>b:нет; a>w; b>w; w>e", DROP)
    assert result.next_of("a") == ["e"]
    assert result.next_of("b") == ["e"]


def test_every_output_of_a_dropped_event_goes_on() -> None:
    result = run("start s; task a; catch w; task x; task y", "s>a; a>w; w>x; w>y", DROP)
    (fork,) = result.inserted("parallelGateway", "")
    assert result.next_of("a") == [fork.get("id")]
    assert sorted(result.next_of(fork.get("id", ""))) == ["x", "y"]


def test_many_inputs_do_not_become_a_join() -> None:
    result = run(
        "start s; xor g; task a; task b; catch w; task x; task y", "s>g; g>a:да; g>b:нет; a>w; b>w; w>x; w>y", DROP
    )
    (fork,) = result.inserted("parallelGateway", "")
    (merge,) = result.inserted("exclusiveGateway", "g")
    assert result.next_of("a") == result.next_of("b") == [merge.get("id")]
    assert result.next_of(merge.get("id", "")) == [fork.get("id")]


def test_a_dropped_event_at_the_end_is_an_end() -> None:
    result = run("start s; task a; catch w", "s>a; a>w", DROP)
    assert result.kind("w") == "endEvent"


def test_events_that_lead_only_to_each_other_do_not_loop_the_converter() -> None:
    result = run("start s; task a; catch x; catch y", "s>a; a>x; x>y; y>x", DROP)
    assert set(losses(result)) >= {"x", "y"}


def test_a_label_of_a_removed_flow_is_kept() -> None:
    result = run("start s; task a; catch w; task b", "s>a; a>w; w>b:после отпуска", DROP)
    assert result.get("a_w").get("name") == "после отпуска"


def test_a_boundary_event_without_time_waits_for_a_message_and_keeps_its_branch() -> None:
    result = run("start s; task a; on:timer t@a не понять; task b; end e", "s>a; a>e; t>b; b>e")
    assert result.get("t").find(bpmn("messageEventDefinition")) is not None
    assert losses(result) == ["t"]
    assert result.next_of("t") == ["b"]


def test_a_dropped_boundary_event_names_what_can_no_longer_be_reached() -> None:
    result = run("start s; task a; on:timer t@a; task b; end e", "s>a; a>e; t>b; b>e", DROP)
    assert not result.has("t")
    assert set(losses(result)) == {"t", "b"}


def test_an_understood_boundary_timer_stays() -> None:
    result = run("start s; task a; on:timer t@a через 3 дня; task b", "s>a; t>b")
    assert result.kind("t") == "boundaryEvent"
    assert losses(result) == []


def test_an_end_that_sends_is_plain_by_default_and_a_task_by_policy() -> None:
    plain = run("start s; end:message e Письмо", "s>e")
    assert plain.kind("e") == "endEvent"
    assert losses(plain) == ["e"]
    task = run("start s; end:message e Письмо", "s>e", Policy(ends=Unmapped.TASK))
    assert task.kind("e") == "serviceTask"
    (end,) = task.inserted("endEvent", "")
    assert task.next_of("e") == [end.get("id")]


def test_terminate_and_paired_links_stay() -> None:
    inside = (
        '<bpmn:intermediateThrowEvent id="t"><bpmn:linkEventDefinition id="t_d" name="A"/>'
        "</bpmn:intermediateThrowEvent>"
        '<bpmn:intermediateCatchEvent id="c"><bpmn:linkEventDefinition id="c_d" name="A"/>'
        "</bpmn:intermediateCatchEvent>"
    )
    result = convert_text(document(process("start s; end:terminate e", "s>t; c>e", inside=inside)))
    assert losses(result) == []
    assert not result.converted.report.doubts


def test_of_several_definitions_the_executable_one_stays() -> None:
    inside = (
        '<bpmn:intermediateCatchEvent id="w" name="через 2 часа" parallelMultiple="true"><bpmn:messageEventDefinition/>'
        "<bpmn:timerEventDefinition/></bpmn:intermediateCatchEvent>"
    )
    result = convert_text(document(process("start s; end e", "s>w; w>e", inside=inside)))
    assert result.get("w").find(bpmn("timerEventDefinition")) is not None
    assert losses(result) == ["w"]


def test_an_event_sub_process_gets_a_trigger_the_engine_accepts() -> None:
    inside = (
        '<bpmn:subProcess id="p" triggeredByEvent="true"><bpmn:startEvent id="ps"><bpmn:timerEventDefinition/>'
        '</bpmn:startEvent><bpmn:task id="pt"/>'
        '<bpmn:sequenceFlow id="f" sourceRef="ps" targetRef="pt"/></bpmn:subProcess>'
    )
    result = convert_text(document(process("start s; end e", "s>e", inside=inside)))
    assert result.get("ps").find(bpmn("messageEventDefinition")) is not None
    assert losses(result) == ["ps"]
    dropped = convert_text(
        document(process("start s; end e", "s>e", inside=inside)), Policy(events={"ps": Unmapped.DROP})
    )
    assert not dropped.has("p")
    assert set(losses(dropped)) == {"p", "ps", "pt"}


def test_an_escalation_is_not_caught_on_a_task() -> None:
    inside = '<bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:escalationEventDefinition/></bpmn:boundaryEvent>'
    result = convert_text(document(process("start s; task a; task b2", "s>a; b>b2", inside=inside)))
    assert losses(result) == ["b"]
    assert result.get("b").find(bpmn("messageEventDefinition")) is not None


LINKS = (
    '<bpmn:intermediateThrowEvent id="t"><bpmn:linkEventDefinition id="t_d" name="A"/></bpmn:intermediateThrowEvent>'
    '<bpmn:intermediateCatchEvent id="c"><bpmn:linkEventDefinition id="c_d" name="A"/></bpmn:intermediateCatchEvent>'
)


def test_a_link_with_a_flow_after_it_is_joined_to_its_other_half_by_a_flow() -> None:
    result = convert_text(document(process("start s; task a; end e", "s>t; t>a; c>e", inside=LINKS)))
    assert sorted(result.next_of("t")) == ["a", "c"]
    assert result.next_of("c") == ["e"]
    assert losses(result) == ["t", "c"]


def test_a_link_that_others_use_stays_for_them() -> None:
    second = LINKS[: LINKS.index("<bpmn:intermediateCatchEvent")].replace('"t"', '"u"').replace('"t_d"', '"u_d"')
    xml = document(process("start s; task a; end e", "s>t; t>a; a>u; c>e", inside=LINKS + second))
    result = convert_text(xml)
    assert result.kind("c") == "intermediateCatchEvent"
    assert losses(result) == ["t"]


def test_a_process_of_one_event_is_not_left_empty() -> None:
    result = run("catch w", "", DROP)
    assert result.kind("w") == "endEvent"
    assert losses(result) == ["w"]
