import pytest

from exchanger.domain.errors import Reject
from exchanger.domain.task import Metadata
from exchanger.engine.bpmn_xml import SIZE_LIMIT
from exchanger.engine.metadata import BpmnMetadata

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
OPERATON = "http://operaton.org/schema/1.0/bpmn"


def bpmn(content: str, *, extension: str = CAMUNDA, prolog: str = "") -> bytes:
    return f"""{prolog}<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:x="{extension}">
      <b:error id="no" errorCode="NO"/><b:error id="bare"/>{content}</b:definitions>""".encode()


TASK = """<b:process id="p">
  <b:extensionElements><x:properties><x:property name="owner" value="Отдел"/></x:properties></b:extensionElements>
  <b:serviceTask id="a" name="Согласовать" x:type="external" x:topic="bitrix_create_task">
    <b:extensionElements>
      <x:properties><x:property name="k" value="v"/><x:property name="empty" value=""/>
        <x:property value="no name"/></x:properties>
      <x:field name="f1" stringValue="one"/>
      <x:field name="f2"><x:string>two</x:string></x:field>
      <x:field name="f3" expression="${e}"/>
      <x:field name="f4"><x:expression>${g}</x:expression></x:field>
      <x:inputOutput>
        <x:inputParameter name="text"> ${user} <!-- a note --></x:inputParameter>
        <x:inputParameter name="none"/>
        <x:inputParameter name="map"><x:map>
          <x:entry key="a">1</x:entry><x:entry key="b"><x:list><x:value>2</x:value></x:list></x:entry>
        </x:map></x:inputParameter>
        <x:inputParameter name="list"><x:list>
          <x:value>1</x:value><x:script scriptFormat="js">2+2</x:script>
        </x:list></x:inputParameter>
        <x:inputParameter name="script"><x:script scriptFormat="groovy"><![CDATA[a < b]]></x:script></x:inputParameter>
        <x:inputParameter name="file"><x:script scriptFormat="js" resource="deployment://s.js"/></x:inputParameter>
        <x:outputParameter name="out">${answer}</x:outputParameter>
      </x:inputOutput>
    </b:extensionElements>
    <b:multiInstanceLoopCharacteristics isSequential="true"/>
  </b:serviceTask>
</b:process>"""


@pytest.mark.parametrize("extension", [CAMUNDA, OPERATON])
def test_everything_that_a_designer_wrote_at_the_task_is_read(extension: str) -> None:
    assert BpmnMetadata.parse(bpmn(TASK, extension=extension)).of("a") == Metadata(
        extension_properties={"k": "v"},
        field_injections={"f1": "one", "f2": "two", "f3": "${e}", "f4": "${g}"},
        input_parameters={
            "text": "${user}",
            "none": "",
            "map": {"a": "1", "b": ["2"]},
            "list": ["1", "2+2"],
            "script": "a < b",
            "file": "deployment://s.js",
        },
        output_parameters={"out": "${answer}"},
        activity_name="Согласовать",
        activity_type="external",
        activity_topic="bitrix_create_task",
        process_properties={"owner": "Отдел"},
        multi_instance=True,
        catches=frozenset(),
    )


def test_c11_properties_of_a_task_are_not_taken_for_those_of_the_process() -> None:
    content = TASK.replace(TASK[TASK.index("  <b:ext") : TASK.index("  <b:serviceTask")], "")

    found = BpmnMetadata.parse(bpmn(content)).of("a")

    assert found.process_properties == {}
    assert found.extension_properties == {"k": "v"}


@pytest.mark.parametrize("tag", ["serviceTask", "sendTask", "businessRuleTask"])
def test_c11_every_kind_of_external_task_is_known(tag: str) -> None:
    content = f'<b:process><b:{tag} id="a" x:type="external" x:topic="t"/></b:process>'

    assert BpmnMetadata.parse(bpmn(content)).of("a").activity_topic == "t"


@pytest.mark.parametrize("tag", ["endEvent", "intermediateThrowEvent"])
def test_message_events_can_be_external_tasks(tag: str) -> None:
    content = f"""<b:process><b:{tag} id="a" name="Сообщить">
      <b:extensionElements><x:properties><x:property name="k" value="v"/></x:properties></b:extensionElements>
      <b:messageEventDefinition x:type="external" x:topic="t"/></b:{tag}></b:process>"""

    found = BpmnMetadata.parse(bpmn(content)).of("a")

    assert (found.activity_name, found.activity_type, found.activity_topic) == ("Сообщить", "external", "t")
    assert found.extension_properties == {"k": "v"}


def test_an_element_that_the_diagram_does_not_have_has_empty_metadata() -> None:
    assert BpmnMetadata.parse(bpmn(TASK)).of("b") == Metadata()


def test_each_process_of_a_document_has_its_own_properties() -> None:
    content = TASK + '<b:process id="q"><b:serviceTask id="c"/></b:process>'

    found = BpmnMetadata.parse(bpmn(content))

    assert found.of("a").process_properties == {"owner": "Отдел"}
    assert found.of("c").process_properties == {}


@pytest.mark.parametrize(
    ("reference", "codes"),
    [
        ('errorRef="no"', {"NO"}),
        ('errorRef="bare"', {"*"}),
        ("", {"*"}),
        ('errorRef="UNDECLARED"', {"UNDECLARED"}),
    ],
)
def test_boundary_errors_are_caught_by_their_code(reference: str, codes: set[str]) -> None:
    content = f"""<b:process><b:serviceTask id="a"/><b:serviceTask id="other"/>
      <b:boundaryEvent id="x" attachedToRef="a"><b:errorEventDefinition {reference}/></b:boundaryEvent>
      <b:boundaryEvent id="y" attachedToRef="a"><b:timerEventDefinition/></b:boundaryEvent></b:process>"""

    found = BpmnMetadata.parse(bpmn(content))

    assert found.of("a").catches == codes
    assert found.of("other").catches == frozenset()


LAUGHS = '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("prolog", "content"),
    [
        (LAUGHS, "<b:process>&c;</b:process>"),
        (LAUGHS, '<b:process><b:serviceTask id="a" name="&c;"/></b:process>'),
        ('<!DOCTYPE b [<!ENTITY f SYSTEM "file:///etc/hostname">]>', "<b:process>&f;</b:process>"),
        ('<!DOCTYPE b SYSTEM "http://127.0.0.1:9/x.dtd">', TASK),
        ("", "<b:process>"),
        ("", "<b:process>&undeclared;</b:process>"),
    ],
    ids=["bomb", "bomb in an attribute", "external entity", "external DTD", "broken", "undeclared entity"],
)
def test_dangerous_and_broken_documents_are_refused(prolog: str, content: str) -> None:
    with pytest.raises(Reject, match=r"[Дд]иаграмм"):
        BpmnMetadata.parse(bpmn(content, prolog=prolog))


def test_a_huge_document_is_refused_unread() -> None:
    with pytest.raises(Reject, match="больше 10 МБ"):
        BpmnMetadata.parse(b" " * (SIZE_LIMIT + 1))


def test_the_declared_encoding_does_not_matter_since_the_engine_delivers_text() -> None:
    document = bpmn(TASK, prolog='<?xml version="1.0" encoding="windows-1251"?>')

    assert BpmnMetadata.parse(document).of("a").activity_name == "Согласовать"
