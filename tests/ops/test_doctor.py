"""The doctor finds what is wrong, where, and says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchanger.connect import Severity
from exchanger.ops.doctor import Section, examine
from exchanger.sandbox.bitrix24 import Person, Portal, RunningPortal, default_portal, standin
from exchanger.sandbox.bitrix24.seed import ADMIN, SECRET
from exchanger.sandbox.engine import EngineProcess
from exchanger.settings import load_settings

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
async def portal() -> AsyncIterator[RunningPortal]:
    async with standin(default_portal()) as running:
        yield running


async def examined(home: Path, **environ: str) -> dict[str, Section]:
    given = {"EXCHANGER_ENV": "dev", "EXCHANGER_HOME": str(home), **environ}
    return {section.title: section async for section in examine(load_settings(given, home))}


def said(section: Section, severity: Severity) -> str:
    return "\n".join(f"{f.what} {f.remedy}" for f in section.findings if f.severity is severity)


@pytest.mark.engine
@pytest.mark.rabbitmq
async def test_a_whole_installation_has_no_errors(
    tmp_path: Path, camunda: EngineProcess, vhost: str, portal: RunningPortal
) -> None:
    sections = await examined(
        tmp_path, CAMUNDA_BASE_URL=camunda.url, RABBITMQ_URL=vhost, BITRIX_WEBHOOK_URL=portal.webhook_url
    )
    for title in ("Движок", "Брокер", "Система bitrix24"):
        assert not said(sections[title], Severity.ERROR), title
    assert sections["Брокер"].worst is Severity.OK, sections["Брокер"].text()
    assert camunda.version in said(sections["Движок"], Severity.OK)


async def test_each_absent_part_is_an_error_with_a_remedy_and_hides_no_other(tmp_path: Path) -> None:
    sections = await examined(
        tmp_path,
        CAMUNDA_BASE_URL=NOBODY,
        RABBITMQ_URL="amqp://guest:guest@127.0.0.1:9/",
        BITRIX_WEBHOOK_URL=f"{NOBODY}/rest/1/cAnArY/",
    )
    for title in ("Движок", "Брокер", "Система bitrix24"):
        assert sections[title].worst is Severity.ERROR, title
    assert "проверьте адрес" in said(sections["Движок"], Severity.ERROR)
    assert not any("cAnArY" in f"{section}" for section in sections.values())


async def test_a_revoked_webhook_is_an_error(tmp_path: Path) -> None:
    portal: Portal = default_portal()
    async with standin(portal) as running:
        portal.access.rotate(SECRET, "another")
        sections = await examined(tmp_path, CAMUNDA_BASE_URL=NOBODY, BITRIX_WEBHOOK_URL=running.webhook_url)
    assert "вебхук" in said(sections["Система bitrix24"], Severity.ERROR).lower()


async def test_a_portal_that_ignores_the_filter_by_our_key_is_an_error(tmp_path: Path) -> None:
    portal: Portal = default_portal()
    Person(portal, portal.user(ADMIN)).create({"TITLE": "Чужая задача", "RESPONSIBLE_ID": ADMIN})
    async with standin(portal) as running:
        portal.faults.ignored_filters = {"XML_ID", "UF_CAMUNDA_ID_EXTERNAL_TASK"}
        sections = await examined(tmp_path, CAMUNDA_BASE_URL=NOBODY, BITRIX_WEBHOOK_URL=running.webhook_url)
    assert "не ищет задачи по ключу" in said(sections["Система bitrix24"], Severity.ERROR).lower()


async def test_missing_fields_of_the_portal_are_named(tmp_path: Path) -> None:
    async with standin(default_portal(user_fields=())) as running:
        sections = await examined(tmp_path, CAMUNDA_BASE_URL=NOBODY, BITRIX_WEBHOOK_URL=running.webhook_url)
    section = sections["Система bitrix24"]
    text = said(section, Severity.WARNING) + said(section, Severity.ERROR)
    assert "UF_RESULT_ANSWER" in text
