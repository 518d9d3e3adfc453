import pytest
from lxml import etree

from exchanger.storm import DiagramInfo, Policy, Severity, Unmapped, convert
from exchanger.storm.names import CUSTOM, MODEL, bpmn, camunda
from tests.storm.source import INFO, KEY, convert_text, document, process, run

POOLS = (
    '<bpmn:collaboration id="C"><bpmn:participant id="P1" name="Закупка&#10;товара" processRef="Process_1d4oa6g46"/>'
    '<bpmn:participant id="P2" name="Поставщик" processRef="Process_b"/><bpmn:participant id="P3" name="Банк"/>'
    '<bpmn:messageFlow id="M" sourceRef="w" targetRef="P3"/></bpmn:collaboration>'
)
TWO = document(POOLS, process("start s; task a; catch w", "s>a; a>w"), process("task b", process_id="Process_b"))


def test_the_key_comes_from_the_diagram_and_the_rest_from_settings() -> None:
    result = run("start s; task a", "s>a")
    found = result.get(KEY)
    assert result.converted.process_keys == (KEY,)
    assert found.get("isExecutable") == "true"
    assert found.get(camunda("historyTimeToLive")) == "365"
    assert found.get(camunda("versionTag")) == "7"
    assert found.get("name") == "Договор"


def test_pools_stay_and_their_processes_get_keys_of_their_own() -> None:
    result = convert_text(TWO)
    first, second = result.converted.process_keys
    assert first == KEY
    assert second.startswith(f"{KEY}_")
    assert [each.get("processRef") for each in result.root.iter(bpmn("participant"))] == [first, second, None]
    assert [result.get(key).get("name") for key in (first, second)] == ["Закупка товара", "Поставщик"]


def test_keys_do_not_depend_on_the_version_or_on_names() -> None:
    renamed = TWO.replace("Поставщик".encode(), "Продавец".encode())
    later = convert(renamed, diagram=DiagramInfo(INFO.uuid, "Иначе", "8")).process_keys
    assert later == convert_text(TWO).converted.process_keys


def test_an_empty_process_is_not_executed_and_is_named() -> None:
    result = convert_text(document(process("start s; task a", "s>a"), process("", process_id="Process_empty")))
    assert result.converted.process_keys == (KEY,)
    assert [each.what for each in result.converted.report.doubts] == [
        "В процессе нет ни одного элемента: исполнять нечего."
    ]


def test_a_message_flow_of_a_removed_event_is_a_named_loss() -> None:
    pools = POOLS.replace('sourceRef="w"', 'sourceRef="x"')
    xml = document(
        pools, process("start s; task a; catch x; end e", "s>a; a>x; x>e"), process("task b", process_id="Process_b")
    )
    dropped = convert_text(xml, Policy(catches=Unmapped.DROP))
    assert not dropped.has("M")
    assert dropped.found(Severity.LOSS, "M")
    assert convert_text(xml).has("M")


def test_the_diagram_is_described_in_the_extensions() -> None:
    info = DiagramInfo(INFO.uuid, "Договор", "7", "DONE", {"processType": "TOBE", "teamId": ""})
    root = etree.fromstring(convert(document(process("start s; task a", "s>a")), diagram=info).xml)
    (diagram,) = root.iter(f"{{{CUSTOM}}}diagram")
    assert {etree.QName(each).localname: each.text for each in diagram} == {
        "id": INFO.uuid,
        "name": "Договор",
        "versionNumber": "7",
        "status": "DONE",
        "processType": "TOBE",
    }
    parent = diagram.getparent()
    assert parent is not None
    assert parent[0] is diagram


def test_a_download_of_the_predecessor_is_described_once() -> None:
    inside = (
        f'<bpmn:extensionElements><custom:diagram xmlns:custom="{CUSTOM}"><custom:id>old</custom:id>'
        "<custom:teamId>5</custom:teamId></custom:diagram></bpmn:extensionElements>"
    )
    result = convert_text(document(process("start s; task a", "s>a", inside=inside)))
    (diagram,) = result.root.iter(f"{{{CUSTOM}}}diagram")
    assert diagram.findtext(f"{{{CUSTOM}}}id") == INFO.uuid
    assert diagram.findtext(f"{{{CUSTOM}}}teamId") == "5"


def test_a_uuid_of_any_spelling_gives_a_key_the_engine_accepts() -> None:
    converted = convert(document(process("start s; task a", "s>a")), diagram=DiagramInfo(" 17/А b "))
    assert converted.process_keys == ("Process_17___b",)


@pytest.mark.parametrize(
    ("inside", "lost"),
    [
        ('<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="nowhere"/>', "f"),
        ('<bpmn:sequenceFlow id="f" sourceRef="nowhere" targetRef="a"/>', "f"),
        ('<bpmn:boundaryEvent id="f" attachedToRef="nowhere"/>', "f"),
        ('<bpmn:boundaryEvent id="x" attachedToRef="a"/><bpmn:sequenceFlow id="f" sourceRef="a" targetRef="x"/>', "f"),
        (
            (
                '<bpmn:subProcess id="p"><bpmn:task id="in"/></bpmn:subProcess>'
                '<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="in"/>'
            ),
            "f",
        ),
        ('<bpmn:association id="f" sourceRef="a" targetRef="nowhere"/>', "f"),
    ],
)
def test_what_leads_nowhere_is_removed_and_named(inside: str, lost: str) -> None:
    result = convert_text(document(process("start s; task a", "s>a", inside=inside)))
    assert not result.has(lost)
    assert result.found(Severity.LOSS, lost)


def test_elements_without_ids_get_stable_ones() -> None:
    xml = document(
        process(
            "start s; task a", "s>a", inside='<bpmn:sequenceFlow sourceRef="a" targetRef="e"/><bpmn:endEvent id="e"/>'
        )
    )
    assert convert_text(xml).next_of("a") == ["e"]


def test_twin_ids_are_an_error() -> None:
    report = convert(document(process("start s; task a; task a", "s>a")), diagram=INFO).report
    assert {each.element_id for each in report.errors} == {"a"}


def test_a_pool_of_a_process_that_is_not_there_stays_as_an_empty_pool() -> None:
    pool = '<bpmn:collaboration id="C"><bpmn:participant id="P" processRef="gone"/></bpmn:collaboration>'
    result = convert_text(document(pool, process("start s; task a", "s>a")))
    assert result.get("P").get("processRef") is None
    assert result.found(Severity.CHANGE, "P")


def test_a_document_without_processes_is_answered() -> None:
    converted = convert(f'<definitions xmlns="{MODEL}" id="D" targetNamespace="x"/>'.encode(), diagram=INFO)
    assert converted.process_keys == ()
    assert [each.what for each in converted.report.errors] == ["В документе нет ни одного процесса с элементами."]
