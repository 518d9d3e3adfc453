"""What differs between two executable documents is said, and nothing that differs is passed over."""

from exchanger.storm import Assignee, Policy
from exchanger.storm.change import Aspect
from exchanger.storm.diff import Difference, difference
from tests.storm.source import convert_text, document, process

NODES = "start s; task a Согласовать; xor g Согласовано?; end x; end y"
FLOWS = "s>a; a>g; g>x:да; g>y:нет"
LAWYER = Assignee("a", "Юрист", "17", "ЧЕКЛИСТ: Дела • первое • второе")


def made(nodes: str = NODES, flows: str = FLOWS, *people: Assignee, policy: Policy | None = None, **info: str) -> bytes:
    return convert_text(document(process(nodes, flows)), policy, people or (LAWYER,), **info).converted.xml


def said(found: Difference, aspect: Aspect) -> set[tuple[str, str, str]]:
    return {(change.element_id, change.before, change.after) for change in found.of(aspect)}


def test_a_document_does_not_differ_from_itself() -> None:
    found = difference(made(), made())
    assert found == Difference()
    assert not found.matters
    assert found.lines() == ["различий нет"]


def test_added_and_removed_elements_are_named_with_what_they_do() -> None:
    found = difference(made(), made(f"{NODES}; task b Подписать", "s>a; a>b; b>g; g>x:да; g>y:нет"))
    assert said(found, Aspect.ADDED) >= {("b", "", "bitrix_create_task"), ("a_b", "", "a, b")}
    assert said(found, Aspect.REMOVED) == {("a_g", "a, g", "")}
    assert "добавлено: serviceTask b «Подписать» (bitrix_create_task)" in found.lines()


def test_topics_conditions_assignees_check_lists_and_timers_each_have_their_own_line() -> None:
    nodes, flows = f"{NODES}; catch:timer t", "s>t; t>a; a>g; g>x:да; g>y:нет"
    old = made(nodes, flows, policy=Policy(timers={"t": "P1D"}))
    new = made(
        nodes, flows, Assignee("a", "Директор", "18", "ЧЕКЛИСТ: Дела • первое"),
        policy=Policy(timers={"t": "P2D"}, topics={"a": "op_create_task"}, conditions={"g_x": "${sum > 10}"}),
    )  # fmt: skip
    found = difference(old, new)
    assert said(found, Aspect.TOPIC) == {("a", "bitrix_create_task", "op_create_task")}
    assert said(found, Aspect.ASSIGNEE) == {("a", "Юрист", "Директор"), ("a", "17", "18")}
    assert {before_after[1:] for before_after in said(found, Aspect.TIMER)} == {("P1D", "P2D")}
    assert ("g_x", '${execution.getVariable("a") == "ok"}', "${sum > 10}") in said(found, Aspect.CONDITION)
    assert [change.element_id for change in found.of(Aspect.CHECKLIST)] == ["a"]


def test_a_moved_shape_is_a_reason_for_a_new_version_and_a_rename_is_named() -> None:
    moved = difference(made(), made().replace(b'<dc:Bounds x="', b'<dc:Bounds x="1', 1))
    assert (moved.changes, moved.drawing, moved.matters) == ((), True, True)
    renamed = difference(made(), made(NODES.replace("Согласовать", "Проверить")))
    assert said(renamed, Aspect.NAME) == {("a", "Согласовать", "Проверить")}


def test_facts_about_the_diagram_that_change_by_themselves_are_no_reason_for_a_new_version() -> None:
    old, new = made(status="DONE"), made(status="IN_PROGRESS")
    found = difference(old, new)
    assert (found.matters, found.noise) == (False, ("status",))
    assert difference(made(version="7"), made(version="8")).of(Aspect.VERSION)


def test_what_has_no_name_of_its_own_is_still_told_with_its_place() -> None:
    old = made().replace(b'camunda:topic="bitrix', b'camunda:taskPriority="1" camunda:topic="bitrix', 1)
    new = old.replace(b'taskPriority="1"', b'taskPriority="2"')
    assert difference(old, new).lines() == ["прочее, @camunda:taskPriority: serviceTask a «Согласовать»: «1» → «2»"]
