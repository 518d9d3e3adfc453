"""Every choice has a task that asks on each path, and conditions on its answer."""

import json

import pytest

from exchanger.storm import Policy, Severity
from exchanger.storm.names import bpmn, camunda
from tests.storm.source import convert_text, document, process, run


def condition(task: str, answer: str) -> str:
    return f'${{execution.getVariable("{task}") == "{answer}"}}'


@pytest.mark.parametrize("yes", ["да", "Да ", "ДА!", "\u00a0да\u00a0", "Да&#10;(согласовано)"])
@pytest.mark.parametrize("no", ["нет", "НЕТ", "Нет, на доработку"])
def test_yes_and_no_are_conditions_on_the_task_before(yes: str, no: str) -> None:
    first = f'<bpmn:sequenceFlow id="g_x" name="{yes}" sourceRef="g" targetRef="x"/>'
    rest = process("start s; task a; xor g Согласовано?; end x; end y", f"s>a; a>g; g>y:{no}", inside=first)
    result = convert_text(document(rest))
    assert result.condition("g_x") == condition("a", "ok")
    assert result.condition("g_y") == condition("a", "no")
    assert result.properties("a") == {"UF_RESULT_EXPECTED": "true", "UF_RESULT_QUESTION": "Согласовано?"}
    assert result.get("g").get("default") is None


def test_other_answers_are_an_enumeration() -> None:
    result = run(
        "start s; task a; xor g Решение; end x; end y; end z", "s>a; a>g; g>x:да; g>y:Частично; g>z:«Иначе» \\"
    )
    assert result.condition("g_x") == condition("a", "ok")
    assert result.condition("g_y") == condition("a", "Частично")
    assert result.condition("g_z") == condition("a", "«Иначе» \\\\")
    assert json.loads(result.properties("a")["UF_RESULT_ANSWERS"]) == ["Да", "Частично", "«Иначе» \\"]


def test_quotes_in_an_answer_are_escaped() -> None:
    first = '<bpmn:sequenceFlow id="g_x" name="вариант &quot;А&quot;" sourceRef="g" targetRef="x"/>'
    result = convert_text(document(process("start s; task a; xor g; end x; end y", "s>a; a>g; g>y:Б", inside=first)))
    assert result.condition("g_x") == condition("a", 'вариант \\"А\\"')


def test_a_gateway_without_captions_asks_by_the_names_of_its_targets() -> None:
    result = run("start s; task a; xor g; task b Оплатить; task c", "s>a; a>g; g>b; g>c")
    assert result.condition("g_b") == condition("a", "Оплатить")
    assert result.condition("g_c") == condition("a", "Вариант 2")
    assert result.found(Severity.DOUBT, "g_b")


def test_one_way_out_of_three_without_a_caption_is_the_default() -> None:
    result = run("start s; task a; xor g; end x; end y; end z", "s>a; a>g; g>x:А; g>y:Б; g>z")
    assert result.get("g").get("default") == "g_z"
    assert result.condition("g_z") is None


def test_where_nobody_answers_a_question_task_is_inserted() -> None:
    result = run("start s; xor g Нужен аванс?; end x; end y", "s>g; g>x:да; g>y:нет")
    (task,) = result.inserted("serviceTask", "")
    assert task.get("name") == "Выяснить: Нужен аванс?"
    assert result.properties(task.get("id", "")) == {"UF_RESULT_EXPECTED": "true", "UF_RESULT_QUESTION": "Нужен аванс?"}
    assert result.next_of("s") == [task.get("id")]
    assert result.condition("g_x") == condition(task.get("id", ""), "ok")


def test_a_chain_of_gateways_asks_each_question_of_its_own() -> None:
    result = run(
        "start s; task a; xor g Первый?; xor h Второй?; end x; end y; end z",
        "s>a; a>g; g>h:да; g>x:нет; h>y:да; h>z:нет",
    )
    (task,) = result.inserted("serviceTask", "a")
    assert result.condition("g_h") == condition("a", "ok")
    assert result.condition("h_y") == condition(task.get("id", ""), "ok")
    assert result.ends("g_h") == ("g", task.get("id"))


def test_a_question_is_found_behind_merges_forks_and_events() -> None:
    result = run(
        "start s; task a; xor m; throw t; and f; xor g; end x; end y; task other",
        "s>a; a>m; m>t; t>f; f>g; f>other; g>x:да; g>y:нет",
    )
    assert result.condition("g_x") == condition("a", "ok")
    assert result.inserted("serviceTask", "a other") == []


def test_different_tasks_on_different_paths_answer_into_one_variable() -> None:
    result = run(
        "start s; xor k; task a; task b; xor g Готово?; end x; end y; task q",
        "s>q; q>k; k>a:да; k>b:нет; a>g; b>g; g>x:да; g>y:нет",
    )
    assert result.condition("g_x") == condition("g_answer", "ok")
    for task in "ab":
        (output,) = result.get(task).iter(camunda("outputParameter"))
        assert (output.get("name"), output.text) == ("g_answer", f'${{execution.getVariable("{task}")}}')
        assert result.properties(task)["UF_RESULT_QUESTION"] == "Готово?"


def test_only_the_path_without_an_answer_gets_a_question_task() -> None:
    result = run(
        "start s; xor k; task a; task q; xor g Готово?; end x; end y", "s>q; q>k; k>a:да; k>g:нет; a>g; g>x:да; g>y:нет"
    )
    (task,) = result.inserted("serviceTask", "a q")
    assert result.ends("a_g") == ("a", "g")
    assert result.ends("k_g") == ("k", task.get("id"))
    assert result.condition("g_x") == condition("g_answer", "ok")


def test_a_task_that_was_interrupted_did_not_answer() -> None:
    result = run("start s; task a; on:timer t@a через 3 дня; xor g; end x; end y", "s>a; a>g; t>g; g>x:да; g>y:нет")
    (task,) = result.inserted("serviceTask", "a")
    assert result.ends("t_g") == ("t", task.get("id"))


def test_after_a_join_nobody_in_particular_has_answered() -> None:
    result = run(
        "start s; and f; task a; task b; and j; xor g; end x; end y", "s>f; f>a; f>b; a>j; b>j; j>g; g>x:да; g>y:нет"
    )
    assert len(result.inserted("serviceTask", "a b")) == 1


def test_one_task_is_not_asked_two_questions() -> None:
    result = run(
        "start s; task a; and f; xor g Первый?; xor h Второй?; end x; end y",
        "s>a; a>f; f>g; f>h; g>x:да; g>y:нет; h>x:да; h>y:нет",
    )
    assert result.properties("a")["UF_RESULT_QUESTION"] == "Первый?"
    assert len(result.inserted("serviceTask", "a")) == 1


def test_a_task_with_yes_and_no_needs_no_gateway() -> None:
    result = run("start s; task a Согласовать; end x; end y", "s>a; a>x:да; a>y:нет")
    assert result.condition("a_x") == condition("a", "ok")
    assert result.properties("a")["UF_RESULT_EXPECTED"] == "true"


def test_a_repeated_task_has_many_answers_so_the_question_is_asked_after_it() -> None:
    inside = '<bpmn:task id="a"><bpmn:multiInstanceLoopCharacteristics camunda:collection="c"/></bpmn:task>'
    result = convert_text(document(process("start s; xor g; end x; end y", "s>a; a>g; g>x:да; g>y:нет", inside=inside)))
    assert len(result.inserted("serviceTask", "a")) == 1


def test_conditions_of_the_diagram_stay() -> None:
    inside = (
        '<bpmn:sequenceFlow id="p" sourceRef="g" targetRef="x">'
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
        "${n &gt; 5}</bpmn:conditionExpression></bpmn:sequenceFlow>"
        '<bpmn:sequenceFlow id="q" sourceRef="g" targetRef="y"/>'
    )
    result = convert_text(document(process("start s; xor g; end x; end y", "s>g", inside=inside)))
    assert result.condition("p") == "${n > 5}"
    assert result.get("g").get("default") == "q"
    assert result.inserted("serviceTask", "") == []


def test_conditions_of_the_policy_win() -> None:
    policy = Policy(conditions={"g_x": "${amount > 100}", "g_y": "${amount <= 100}"})
    result = run("start s; task a; xor g; end x; end y", "s>a; a>g; g>x:да; g>y:нет", policy)
    assert result.condition("g_x") == "${amount > 100}"
    assert result.properties("a") == {}


def test_words_in_place_of_an_expression_become_the_caption() -> None:
    inside = (
        '<bpmn:sequenceFlow id="p" sourceRef="g" targetRef="x"><bpmn:conditionExpression>Да</bpmn:conditionExpression>'
        '</bpmn:sequenceFlow><bpmn:sequenceFlow id="q" name="нет" sourceRef="g" targetRef="y"/>'
    )
    result = convert_text(document(process("start s; task a; xor g; end x; end y", "s>a; a>g", inside=inside)))
    assert result.condition("p") == condition("a", "ok")
    assert result.found(Severity.LOSS, "p")


@pytest.mark.parametrize("kind", ["exclusiveGateway", "inclusiveGateway"])
def test_a_default_flow_keeps_no_condition(kind: str) -> None:
    inside = (
        f'<bpmn:{kind} id="g" default="p"/><bpmn:sequenceFlow id="p" sourceRef="g" targetRef="x">'
        f"<bpmn:conditionExpression>"
        "${a}</bpmn:conditionExpression></bpmn:sequenceFlow>"
        '<bpmn:sequenceFlow id="q" name="да" sourceRef="g" targetRef="y"/>'
    )
    result = convert_text(document(process("start s; task a; end x; end y", "s>a; a>g", inside=inside)))
    assert result.condition("p") is None
    assert result.get("g").get("default") == "p"
    assert result.condition("q") == condition("a", "ok")


def test_a_single_way_out_loses_its_condition_and_says_so() -> None:
    inside = (
        '<bpmn:sequenceFlow id="p" sourceRef="g" targetRef="x">'
        "<bpmn:conditionExpression>${a}</bpmn:conditionExpression>"
        "</bpmn:sequenceFlow>"
    )
    result = convert_text(document(process("start s; xor g; end x", "s>g", inside=inside)))
    assert result.get("p").find(bpmn("conditionExpression")) is None
    assert result.found(Severity.LOSS, "p")


def test_an_inclusive_gateway_without_captions_goes_everywhere_and_is_doubted() -> None:
    result = run("start s; or g; task a; task b", "s>g; g>a; g>b")
    assert result.found(Severity.DOUBT, "g")
    assert result.condition("g_a") is None


@pytest.mark.parametrize("flows", ["k>m:нет; a>m", "a>m; k>m:нет"])
def test_behind_a_merge_with_an_unanswered_path_the_question_is_asked_after_it(flows: str) -> None:
    result = run(
        "start s; task q; xor k; task a; xor m; xor g Готово?; end x; end y",
        f"s>q; q>k; k>a:да; {flows}; m>g; g>x:да; g>y:нет",
    )
    (task,) = result.inserted("serviceTask", "a q")
    assert result.ends("m_g") == ("m", task.get("id"))
    assert result.condition("g_x") == condition(task.get("id", ""), "ok")
