"""JSON стенда: поля и их причуды — как у настоящего (stormbpmn §3.1–3.2, interfaces §7.1)."""

from __future__ import annotations

from exchanger.sandbox.storm.model import Edge, StormDiagram
from exchanger.sandbox.storm.workspace import Workspace

TEAM, FOLDER = "7c1f0000-0000-4000-8000-000000000001", "7c1f0000-0000-4000-8000-000000000002"
AUTHOR = "analyst@example.ru"


def row(found: StormDiagram) -> dict[str, object]:
    """Строка списка открытого API."""
    return _with_nulls(found, _common(found) | {"updatedBy": AUTHOR, "lastVersionComment": None, "quality": 7.5})


def public(found: StormDiagram) -> dict[str, object]:
    """Диаграмма открытого API."""
    return _with_nulls(found, _common(found) | _inside(found) | {"updateBy": AUTHOR})


def internal(found: StormDiagram) -> dict[str, object]:
    """Диаграмма внутреннего API."""
    extra = {"updateBy": AUTHOR, "favoritesCount": 0, "favored": False, "you": True, "teamId": TEAM}
    return _with_nulls(found, _common(found) | _inside(found) | extra)


def page_of(found: list[StormDiagram], page: int, size: int) -> list[StormDiagram]:
    """Страница, с нуля."""
    return found[page * size : (page + 1) * size]


def edge(workspace: Workspace, found: StormDiagram, each: Edge) -> dict[str, object]:
    """Назначение внутреннего API."""
    return {
        "diagramElementId": None,
        "assigneeEdgeId": each.edge_id,
        "assigneeName": each.assignee_name,
        "assigneeId": each.assignee_id,
        "elementId": each.element_id,
        "elementName": each.element_name or None,
        "description": each.description,
        "diagramId": found.id,
        "diagramName": found.name,
        "assigneeType": "HUMAN",
        "updatedOn": workspace.local_now().isoformat(timespec="microseconds"),
        "versionNumber": found.version,
        "color": None,
        "diagramStatus": found.status,
        "duration": each.duration,
        "durationString": None,
        "externalLink": None,
    }


def _common(found: StormDiagram) -> dict[str, object]:
    team = {"teamName": "Команда", "teamFolderName": "Процессы", "teamFolderId": FOLDER}
    return {
        "id": found.id,
        "name": found.name,
        "status": found.status,
        "versionNumber": found.version,
        "updatedOn": found.updated.isoformat(timespec="microseconds"),
        "createdOn": found.created.isoformat(timespec="microseconds"),
        "authorUsername": AUTHOR,
        **(dict.fromkeys(team) if found.personal else team),
        "userFolderName": "Моё" if found.personal else None,
        "userFolderId": FOLDER if found.personal else None,
        "public": found.public,
        "type": found.type,
        "tags": found.tags,
        "processType": "ASIS",
        "linkedDiagramId": None,
        "linkedDiagramName": None,
    }


def _inside(found: StormDiagram) -> dict[str, object]:
    calls = [
        {
            "type": "CALL_ACTIVITY",
            "fromDiagramId": found.id,
            "fromItemId": call.element_id,
            "toDiagramId": call.target,
        }
        for call in found.calls
    ]
    return {
        "body": found.body,
        "autosaveIndex": found.autosave,
        "description": found.description,
        "totalApprovals": 1,
        "trueApprovals": 1,
        "falseApprovals": 0,
        "outcommingLinks": [],
        "incommingLinks": calls,  # inverted, as the real one does it
    }


def _with_nulls(found: StormDiagram, content: dict[str, object]) -> dict[str, object]:
    return content | dict.fromkeys(found.nulls & content.keys())
