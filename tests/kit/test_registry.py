"""A system that was installed beside Exchanger serves; a broken or disputed one stops only itself, and it is said."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from exchanger.connect import GROUP, Plugin, Severity
from exchanger.domain.errors import ConfigError
from exchanger.ops.doctor import examine, examine_systems
from exchanger.ops.systems import listing
from exchanger.roles.worker import Worker
from exchanger.settings import Settings, load_settings
from exchanger.wiring import Broken, Registry, assemble, layout_of
from exchanger.wiring import registry as module

HERE = "tests.kit.plugins"
POINTS = {
    "good": f"{HERE}:GOOD",
    "rival": f"{HERE}:RIVAL",
    "thief": f"{HERE}:THIEF",
    "bursts": f"{HERE}:BURSTS",
    "text": f"{HERE}:NOT_A_PLUGIN",
    "absent": f"{HERE}:ABSENT",
    "misnamed": f"{HERE}:GOOD",
    "broken": "tests.kit.broken:PLUGIN",
}


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    twice = [("twice", f"{HERE}:GOOD"), ("twice", f"{HERE}:RIVAL"), ("bitrix24", f"{HERE}:SECOND_BITRIX")]
    points = [EntryPoint(name, value, GROUP) for name, value in (*POINTS.items(), *twice)]
    monkeypatch.setattr(module, "entry_points", lambda group: points if group == GROUP else [])
    return Registry.installed()


def settings(home: Path, systems: str, **environ: str) -> Settings:
    given = {
        "EXCHANGER_HOME": str(home),
        "EXCHANGER_SYSTEMS": systems,
        "CAMUNDA_BASE_URL": "http://127.0.0.1:1/engine-rest",
        "CAMUNDA_AUTH_ENABLED": "false",
        "BITRIX_WEBHOOK_URL": "http://127.0.0.1:1/rest/1/code1234/",
    }
    return load_settings({**given, **environ}, home)


def test_the_built_in_systems_are_found_like_the_others(registry: Registry) -> None:
    for name in ("bitrix24", "openproject", "python-services", "good"):
        found = registry.load(name)
        assert isinstance(found, Plugin), found
        assert found.name == name
        assert found.topics


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("broken", "не та версия библиотеки"),
        ("absent", "ABSENT"),
        ("text", "это str"),
        ("misnamed", "называет себя «good»"),
        ("twice", "несколько пакетов"),
    ],
)
def test_a_broken_system_says_why(registry: Registry, name: str, word: str) -> None:
    found = registry.load(name)
    assert isinstance(found, Broken)
    assert word in found.why
    assert found.remedy


def test_a_foreign_package_does_not_take_the_name_of_a_built_in_system(registry: Registry) -> None:
    good, broken = registry.enabled(["bitrix24"], {})
    assert [each.parts[0].name for each in good] == ["bitrix24"]
    assert "bitrix_create_task" in good[0].topics
    assert "bitrix24" in good[0].topics  # the foreign one has it not
    assert "SECOND_BITRIX" in broken[0].name


def test_an_unknown_system_is_a_mistake_of_the_settings(registry: Registry) -> None:
    with pytest.raises(ConfigError, match="nothing"):
        registry.enabled(["nothing"], {})


def test_a_topic_that_two_systems_declare_is_decided_by_a_person(registry: Registry) -> None:
    good, broken = registry.enabled(["good", "rival"], {})
    assert [each.name for each in good] == ["good"]
    assert "good_topic" in broken[0].why
    good, broken = registry.enabled(["good", "rival"], {"good_topic": "good"})
    assert ([each.name for each in good], broken) == (["good", "rival"], [])


def test_a_system_whose_topics_all_belong_to_others_is_refused(registry: Registry) -> None:
    good, broken = registry.enabled(["bitrix24", "thief"], {})
    assert [each.name for each in good] == ["bitrix24"]
    assert "bitrix_create_task" in {each.name: each.why for each in broken}["thief"]


@pytest.mark.usefixtures("registry")
async def test_a_broken_system_stops_only_itself(tmp_path: Path) -> None:
    async with assemble(settings(tmp_path, "broken,bitrix24,bursts,good")) as exchanger:
        assert [each.name for each in exchanger.systems] == ["bitrix24", "good"]
        assert {each.name for each in exchanger.broken} >= {"broken", "bursts"}
        topics = {topic for role in exchanger.roles if isinstance(role, Worker) for topic in role._topics}
    assert "good_topic" in topics
    assert "bitrix_create_task" in topics
    assert "bursts_topic" not in topics


@pytest.mark.usefixtures("registry")
async def test_the_doctor_names_a_broken_system_and_what_to_do(tmp_path: Path) -> None:
    given = settings(tmp_path, "broken,good")
    sections = {section.title: section async for section in examine(given)}
    assert sections["Система broken"].worst is Severity.ERROR
    assert "не та версия библиотеки" in sections["Система broken"].text()
    assert sections["Система good"].worst is Severity.OK
    assert [section.title async for section in examine_systems(given, "broken")] == ["Система broken"]


@pytest.mark.usefixtures("registry")
def test_the_list_shows_what_is_enabled_and_what_cannot_serve(tmp_path: Path) -> None:
    lines = {line.name: line for line in listing(settings(tmp_path, "broken,good,nothing"))}
    assert (lines["good"].enabled, lines["good"].why) == (True, "")
    assert lines["good"].topics == (("good_topic", "repeatable"),)
    assert not lines["openproject"].enabled
    assert "не та версия" in lines["broken"].why
    assert lines["nothing"].why


@pytest.mark.usefixtures("registry")
def test_a_direct_exchange_knows_the_topics_of_a_plug_in(tmp_path: Path) -> None:
    layout = layout_of(settings(tmp_path, "good", RABBITMQ_TASKS_EXCHANGE_TYPE="direct"))
    assert [each.key for each in layout.bindings_of("good.queue")] == ["good.good_topic"]
