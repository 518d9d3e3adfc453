"""Files: names, the folder of what was fetched, the archive of bodies."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanger.domain.errors import ConfigError, Reject
from exchanger.sandbox.storm import body
from exchanger.storm.api import AssigneeEdge, Diagram, DiagramCard
from exchanger.storm.files import BodyArchive, DiagramFolder, analyse, as_csv, file_stem, read_local
from exchanger.storm.files.naming import distinct_stem

AT = datetime(2026, 1, 12, 9, tzinfo=UTC)
ONE, TWO = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"


def _diagram(diagram_id: str = ONE, name: str = "Договор", text: str = "Работать", version: int = 1) -> Diagram:
    updated = datetime(2026, 1, version, tzinfo=UTC)
    card = DiagramCard(diagram_id, name, "BPMN", "DONE", version, updated, fields={"id": diagram_id, "name": name})
    return Diagram(card, body(text).encode(), calls={"Activity_1": TWO})


EDGE = AssigneeEdge(
    "Activity_0001", "edge-1", "role-1", "Юрист", description="<p>ЧЕКЛИСТ: А</p><ul><li>Раз</li><li>Два</li></ul>",
    record=json.dumps({"elementId": "Activity_0001", "assigneeEdgeId": "edge-1", "assigneeName": "Юрист"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Приём: заявка/обращение?", "Приём_ заявка_обращение_"),
        (" ..Договор.. ", "Договор"),
        ("a\nb\u00a0 c", "a b c"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("...", ONE),
        ("", ONE),
        ("я" * 300, "я" * 110),
        ("x" * 300, "x" * 200),
    ],
)
def test_names_of_files(name: str, stem: str) -> None:
    assert file_stem(name, ONE) == stem


@given(st.text(max_size=400))
def test_any_name_is_one_that_a_file_system_takes(name: str) -> None:
    longest = f"camunda_{distinct_stem(name, ONE)}_assignees.json"

    assert len(longest.encode("utf-8", "surrogatepass")) <= 255
    assert not set(longest) & set('<>:"/\\|?*\x00\n')


def test_a_body_is_kept_byte_for_byte_with_what_is_known_beside_it(tmp_path: Path) -> None:
    found = _diagram()

    saved = DiagramFolder(tmp_path).save(found, (EDGE,))

    assert saved.path == tmp_path / "Договор.bpmn"
    assert saved.path.read_bytes() == found.body
    assert json.loads((tmp_path / "Договор_assignees.json").read_text())[0]["assigneeName"] == "Юрист"
    assert json.loads((tmp_path / "Договор_diagram.json").read_text())["sha256"] == found.digest
    assert {path.name for path in tmp_path.iterdir()} == {
        "Договор.bpmn", "Договор_assignees.json", "Договор_diagram.json",
    }  # fmt: skip


def test_two_diagrams_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    folder = DiagramFolder(tmp_path)
    first = folder.save(_diagram(ONE, "Договор", "Первая"), None)
    second = folder.save(_diagram(TWO, "договор", "Вторая"), None)
    again = DiagramFolder(tmp_path).save(_diagram(TWO, "договор", "Вторая, правка", 2), None)

    assert first.path.read_bytes() == _diagram(ONE, text="Первая").body
    assert second.path.name == again.path.name == "договор_22222222.bpmn"
    assert "Вторая, правка".encode() in again.path.read_bytes()


def test_a_file_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "Договор.bpmn").write_text("a drawing of somebody")

    saved = DiagramFolder(tmp_path).save(_diagram(), None)

    assert saved.path.name == "Договор_11111111.bpmn"
    assert (tmp_path / "Договор.bpmn").read_text() == "a drawing of somebody"


def test_a_file_of_the_old_tool_for_the_same_diagram_is_renewed(tmp_path: Path) -> None:
    custom = f'<custom:diagram xmlns:custom="http://eg-holding.ru/bpmn/custom"><custom:id>{ONE}</custom:id>'
    old = body("Старое").replace(
        'isExecutable="false">',
        f'isExecutable="false"><bpmn:extensionElements>{custom}</custom:diagram></bpmn:extensionElements>',
    )
    (tmp_path / "Договор.bpmn").write_text(old)

    assert DiagramFolder(tmp_path).save(_diagram(), None).path.name == "Договор.bpmn"


def test_a_renamed_diagram_leaves_nothing_under_its_old_name(tmp_path: Path) -> None:
    DiagramFolder(tmp_path).save(_diagram(name="Было"), (EDGE,))

    DiagramFolder(tmp_path).save(_diagram(name="Стало", version=2), (EDGE,))

    assert not list(tmp_path.glob("Было*"))


def test_a_renamed_diagram_that_was_changed_by_hand_is_kept_and_named(tmp_path: Path) -> None:
    old = DiagramFolder(tmp_path).save(_diagram(name="Было"), None)
    old.path.write_bytes(old.path.read_bytes() + b"<!-- mine -->")

    saved = DiagramFolder(tmp_path).save(_diagram(name="Стало", version=2), None)

    assert saved.former == old.path
    assert old.path.exists()


def test_only_the_very_version_that_was_fetched_counts_as_had(tmp_path: Path) -> None:
    saved = DiagramFolder(tmp_path).save(_diagram(), None)
    folder = DiagramFolder(tmp_path)

    assert folder.has(_diagram().card) == saved.path
    assert folder.has(_diagram(version=2).card) is None
    assert folder.has(DiagramCard(ONE, "Договор")) is None
    saved.path.unlink()
    assert folder.has(_diagram().card) is None


def test_a_save_that_was_cut_short_does_not_count_as_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    DiagramFolder(tmp_path).save(_diagram(), None)

    def crash(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr("exchanger.storm.files.folder.write_whole", crash)
    with pytest.raises(OSError, match="no space"):
        DiagramFolder(tmp_path).save(_diagram(version=2), None)
    monkeypatch.undo()

    assert DiagramFolder(tmp_path).has(_diagram(version=2).card) is None
    assert DiagramFolder(tmp_path).has(_diagram().card) is None
    assert [path.name for path in tmp_path.iterdir()] == ["Договор.bpmn"]


def test_a_body_lies_in_the_archive_once_and_every_version_has_its_line(tmp_path: Path) -> None:
    archive = BodyArchive(tmp_path)
    archive.keep(_diagram(), AT)
    archive.keep(_diagram(), AT)
    archive.keep(_diagram(version=2), AT)
    archive.keep(_diagram(TWO, text="Иное"), AT)

    digest = _diagram().digest
    assert digest == hashlib.sha256(_diagram().body).hexdigest()
    assert archive.body(digest) == _diagram().body
    assert len(list(tmp_path.rglob("*.bpmn"))) == 2
    assert [(each.version, each.sha256) for each in archive.entries(ONE)] == [(1, digest), (2, digest)]
    assert len(list(archive.entries())) == 3
    assert next(archive.entries()).at == "2026-01-12T09:00:00+00:00"


def test_half_a_line_left_by_a_crash_spoils_no_other(tmp_path: Path) -> None:
    archive = BodyArchive(tmp_path)
    archive.keep(_diagram(), AT)
    with (tmp_path / "index.jsonl").open("a") as file:
        file.write('{"diagram": "11')

    archive.keep(_diagram(version=2), AT)

    assert [each.version for each in archive.entries()] == [1, 2]


def test_a_damaged_body_is_refused(tmp_path: Path) -> None:
    archive = BodyArchive(tmp_path)
    digest = archive.keep(_diagram(), AT).sha256
    (tmp_path / digest[:2] / f"{digest}.bpmn").write_text("spoilt")

    with pytest.raises(Reject, match="испорчено"):
        archive.body(digest)
    with pytest.raises(Reject, match="нет тела"):
        archive.body("0" * 64)


def test_what_conversion_needs_is_found_beside_the_file(tmp_path: Path) -> None:
    saved = DiagramFolder(tmp_path).save(_diagram(), (EDGE,))

    local = read_local(saved.path)

    assert (local.info.uuid, local.info.name, local.info.version, local.info.status) == (ONE, "Договор", "1", "DONE")
    assert local.links == {"Activity_1": TWO}
    assert [each.name for each in local.assignees] == ["Юрист"]


def test_a_file_of_unknown_origin_needs_its_id(tmp_path: Path) -> None:
    (tmp_path / "x.bpmn").write_text(body("Работать"))

    with pytest.raises(ConfigError, match="--id UUID"):
        read_local(tmp_path / "x.bpmn")
    assert read_local(tmp_path / "x.bpmn", uuid=TWO).info.uuid == TWO


def test_the_table_has_a_line_for_each_element_and_assignment() -> None:
    lost = AssigneeEdge("Activity_gone", "edge-2", element_name="Удалена", description="a<br>b")

    rows = analyse(body("Договор;\nсрочный").encode(), (EDGE, lost))

    assert as_csv(rows).splitlines() == [
        "elementId;elementType;elementName;assigneeEdgeId;description",
        "Process_1d4oa6g46;process;;;",
        "Event_start;startEvent;;;",
        'Activity_0001;task;"Договор; срочный";edge-1;ЧЕКЛИСТ: А / Раз / Два',
        "Event_end;endEvent;;;",
        "Flow_1;sequenceFlow;;;",
        "Flow_2;sequenceFlow;;;",
        "Activity_gone;;Удалена;edge-2;a / b",
    ]
