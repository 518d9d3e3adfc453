"""Rules of conversion beside the diagrams: for the folder, for one diagram; a mistake is named with its place."""

from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.ops.diagrams.deploy_checklists import NoPortal
from exchanger.ops.diagrams.deploy_package import prepare
from exchanger.sandbox.storm import body
from exchanger.storm.files import read_local
from exchanger.storm.files.rules import FILE, policy_for
from exchanger.storm.policy import Policy, Unmapped

ONE, TWO = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
RULES = f"""
topic: python
history_ttl: 30
catches: drop
topics: {{userTask: op_create_task}}
timers: {{Event_1: P1D}}
diagrams:
  {ONE}:
    topic: op_create_task
    timers: {{Event_2: P2D}}
    events: {{Event_3: keep}}
"""


def test_without_a_file_the_usual_rules_hold(tmp_path: Path) -> None:
    assert policy_for(tmp_path / "x.bpmn", ONE) == Policy()


def test_rules_of_a_diagram_go_over_those_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(RULES, "utf-8")

    common, own = policy_for(tmp_path / "x.bpmn", TWO), policy_for(tmp_path / "x.bpmn", ONE)

    assert (common.topic, common.history_ttl, common.catches) == ("python", "30", Unmapped.DROP)
    assert common.timers == {"Event_1": "P1D"}
    assert (own.topic, own.catches, own.throws) == ("op_create_task", Unmapped.DROP, Policy().throws)
    assert own.timers == {"Event_1": "P1D", "Event_2": "P2D"}
    assert own.events == {"Event_3": Unmapped.KEEP}
    assert own.topics == {"userTask": "op_create_task"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("topik: python", "topik"),
        ("catches: никак", "catches"),
        ("timers: [P1D]", "timers"),
        (f"diagrams: {{{ONE}: {{events: {{Event_1: gone}}}}}}", "Event_1"),
        ("topic: a\n  b: [", "строка 2"),
        ("[]", "файл"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")

    with pytest.raises(ConfigError, match=said) as refused:
        policy_for(tmp_path / "x.bpmn", ONE)

    assert FILE in str(refused.value)
    assert "stormbpmn.md" in str(refused.value)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("#" * (1024 * 1024 + 1), "utf-8")

    with pytest.raises(ConfigError, match="больше 1024 КБ"):
        policy_for(tmp_path / "x.bpmn", ONE)


async def test_every_command_that_reads_a_diagram_obeys_them(tmp_path: Path) -> None:
    diagram = tmp_path / "x.bpmn"
    diagram.write_text(body("Работать"), "utf-8")
    plain = await prepare(read_local(diagram, uuid=ONE), NoPortal(""))
    (tmp_path / FILE).write_text("topic: op_create_task", "utf-8")

    ruled = await prepare(read_local(diagram, uuid=ONE), NoPortal(""))

    assert b'topic="bitrix_create_task"' in plain.xml
    assert b'topic="op_create_task"' in ruled.xml
    assert b'topic="bitrix_create_task"' not in ruled.xml
