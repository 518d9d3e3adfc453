"""A client that we did not write understands the stand-in, for the calls that we use."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from exchanger.sandbox.openproject import Instance, RunningInstance
from exchanger.sandbox.openproject.model import Attachment
from exchanger.sandbox.openproject.seed import CLERK, HIGH, IN_PROGRESS, MAIN, TASK, TOKEN

pytestmark = pytest.mark.oracle


@pytest.fixture
def foreign(running: RunningInstance) -> Any:
    client = pytest.importorskip("openproject_api_client", reason="openproject-api-client не установлен")
    return client.ApiClient(running.url + "/", TOKEN)


async def test_it_reads_the_catalogues(foreign: Any) -> None:
    def read() -> tuple[list[str], list[str], list[str]]:
        catalogues = foreign.get_types(), foreign.get_priorities(), foreign.get_statuses()
        types, priorities, statuses = ([str(each.name) for each in rows] for rows in catalogues)
        return types, priorities, statuses

    types, priorities, statuses = await asyncio.to_thread(read)
    assert "Milestone" in types
    assert "High" in priorities
    assert "Rejected" in statuses


async def test_it_creates_changes_and_comments(foreign: Any, instance: Instance) -> None:
    def work() -> None:
        given = {"project_id": MAIN, "type_id": TASK, "assignee_id": CLERK, "priority_id": HIGH}
        made = foreign.create_workpackage(subject="Дело", **given)
        foreign.update_workpackage(made.id, lock_version=made.lockversion, status_id=IN_PROGRESS)
        foreign.add_workpackage_comment(made.id, "Сделано")

    await asyncio.to_thread(work)
    one = instance.work_packages[1]
    assert (one.subject, one.assignee, one.priority, one.status) == ("Дело", CLERK, HIGH, IN_PROGRESS)
    assert [each.comment for each in instance.activities if each.comment] == ["Сделано"]


async def test_it_lists_and_reads_what_is_there(foreign: Any) -> None:
    def work() -> tuple[list[int], str, int]:
        for number in range(30):
            foreign.create_workpackage(project_id=MAIN, subject=f"Дело {number}", type_id=TASK)
        listed = foreign.get_workpackages_by_project_id(MAIN, status="open")
        return (
            sorted(int(each.id) for each in listed),
            foreign.get_workpackage(7).subject,
            len(foreign.get_activities(7)),
        )

    listed, subject, activities = await asyncio.to_thread(work)
    assert (listed, subject, activities) == (list(range(1, 31)), "Дело 6", 1)


async def test_it_reads_projects_and_attachments(foreign: Any, instance: Instance) -> None:
    instance.attachments[9] = Attachment(9, 1, "Скан.pdf", b"%PDF", "[ref]", "application/pdf")

    def work() -> tuple[list[str], list[tuple[str, int, str, str]]]:
        foreign.create_workpackage(project_id=MAIN, subject="Дело", type_id=TASK)
        files = foreign.get_attachments_by_work_package(1)
        shown = [(each.filename, each.filesize, each.contenttype, str(each.container_id)) for each in files]
        return sorted(str(each.name) for each in foreign.get_projects()), shown

    projects, files = await asyncio.to_thread(work)
    assert projects == ["Главный", "Другой"]
    assert files == [("Скан.pdf", 4, "application/pdf", "1")]
