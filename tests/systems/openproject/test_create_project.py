"""op_create_project: one project of a task, however often and however late its creation is carried out."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.connect.params import bind
from exchanger.domain.errors import BusinessError, ExchangerError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.domain.key import Key
from exchanger.sandbox.openproject import project_writing
from exchanger.sandbox.openproject.faults import Fault, FaultKind
from exchanger.sandbox.openproject.model import Project
from exchanger.sandbox.openproject.seed import ADMIN, CLERK, MAIN, ROBOT
from exchanger.systems.openproject.create_project import identifiers, op_create_project
from exchanger.systems.openproject.project_params import NewProject
from tests.systems.openproject.world import OpenProjectWorld, order

KEY = Key("test", "default", "task-1")
POST = r"/projects$"
SEEDED = 2


async def _create(world: OpenProjectWorld, key: Key = KEY, **given: Any) -> dict[str, str]:
    return await op_create_project(NewProject.model_validate({"projectName": "Стройка", **given}), world.desk, key)


def _made(world: OpenProjectWorld) -> list[Project]:
    return list(world.instance.projects.values())[SEEDED:]


async def test_a_project_is_made_with_what_was_given(world: OpenProjectWorld) -> None:
    told = await _create(
        world, projectDescription="**Дом**", projectParent="main", projectStatus="At risk", projectStatusText="Ждём",
        projectPublic="да", projectCustom={"Заказчик": "Завод", "Бюджет": "1,5", "Категория": "Внешний",
                                           "Руководитель": "Кирилл Клерк"},
    )  # fmt: skip

    (made,) = _made(world)
    assert (made.name, made.description, made.parent, made.public) == ("Стройка", "**Дом**", MAIN, True)
    assert (made.status, made.explanation) == ("at_risk", "Ждём")
    assert made.custom == {41: "Завод", 42: 1.5, 43: 52, 44: CLERK}
    assert told == {
        "op_project_id": str(made.id),
        "op_project_identifier": identifiers(KEY)[0],
        "op_project_link": f"{world.desk.api.site.base}/projects/{identifiers(KEY)[0]}",
        "op_project_name": "Стройка",
    }


async def test_the_same_task_again_finds_its_project_and_leaves_it_alone(world: OpenProjectWorld) -> None:
    told = await _create(world)
    _made(world)[0].description = "написал человек"

    assert await _create(world, projectName="Другое имя", projectDescription="x") == told

    (made,) = _made(world)
    assert (made.name, made.description) == ("Стройка", "написал человек")


async def test_another_task_makes_another_project_of_the_same_name(world: OpenProjectWorld) -> None:
    await _create(world)
    await _create(world, KEY.next())
    assert len({each.identifier for each in _made(world)}) == len(_made(world)) == 2


async def test_a_project_that_a_person_renamed_is_still_the_project_of_its_task(world: OpenProjectWorld) -> None:
    told = await _create(world)
    project_writing.rename(_made(world)[0], "stroika")

    again = await _create(world)

    assert len(_made(world)) == 1
    assert (again["op_project_id"], again["op_project_identifier"]) == (told["op_project_id"], "stroika")


@pytest.mark.parametrize(
    "kind",
    [FaultKind.COMMIT_THEN_DROP, FaultKind.ERROR_500_AFTER, FaultKind.BAD_GATEWAY_AFTER, FaultKind.DROP_BEFORE_COMMIT,
     FaultKind.ERROR_500_BEFORE, FaultKind.BAD_GATEWAY],
)  # fmt: skip
async def test_a_lost_answer_makes_no_second_project(world: OpenProjectWorld, kind: FaultKind) -> None:
    world.instance.faults.add(Fault(kind, "POST", POST))
    with pytest.raises((Retry, OutcomeUnknown, SystemPaused)):
        await _create(world)

    told = await _create(world)

    (made,) = _made(world)
    assert told["op_project_id"] == str(made.id)


async def test_an_attempt_carried_out_late_is_met_by_the_refusal_of_its_name(world: OpenProjectWorld) -> None:
    """The second attempt looks, finds nothing, and only then the first is committed."""
    made: list[Project] = []
    asked = world.desk.api.ask

    async def late(method: str, path: str, **more: Any) -> Any:
        if (method, path, made) == ("POST", "/projects", []):
            body = {"name": "Стройка", "identifier": identifiers(KEY)[0]}
            made.append(project_writing.create(world.instance, world.instance.principals[ROBOT], body))
        return await asked(method, path, **more)

    world.desk.api.ask = late  # type: ignore[method-assign]  # the moment between the search and the creation

    told = await _create(world)

    assert _made(world) == made
    assert told["op_project_id"] == str(made[0].id)


async def test_where_identifiers_are_short_one_that_fits_is_used(world: OpenProjectWorld) -> None:
    world.instance.config.semantic_identifiers = True

    told = await _create(world)

    assert told["op_project_identifier"] == identifiers(KEY)[1]
    assert await _create(world) == told
    assert len(_made(world)) == 1


async def test_a_project_that_we_cannot_see_is_an_incident_and_not_a_second_one(world: OpenProjectWorld) -> None:
    await _create(world)
    robot = world.instance.principals[ROBOT]
    world.instance.tokens = dict.fromkeys(world.instance.tokens, ADMIN)
    world.instance.principals[ADMIN] = type(robot)(ADMIN, "Анна", admin=True)
    asked = world.desk.api.ask

    async def blind(method: str, path: str, **more: Any) -> Any:
        return await asked(method, path + "-no" if method == "GET" else path, **more)

    world.desk.api.ask = blind  # type: ignore[method-assign]  # the robot is no member: it gets 404, yet the name is taken

    with pytest.raises(Reject, match="не видит"):
        await _create(world)
    assert len(_made(world)) == 1


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"projectName": "x" * 200, "projectCustom": {"Бюджет": "много"}}, Reject, "нужно число"),
        ({"projectCustom": {"Нет такого": 1}}, Reject, "нет у проектов"),
        ({"projectCustom": {"Руководитель": "Игорь Инженер"}}, Reject, "неоднозначно"),
        ({"projectStatus": "Отлично"}, Reject, "можно выбрать"),
        ({"projectParent": "nowhere"}, Reject, "проекта «nowhere» нет"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_made(
    world: OpenProjectWorld, given: dict[str, Any], error: type[ExchangerError], words: str
) -> None:
    with pytest.raises(error, match=words):
        await _create(world, **given)
    assert _made(world) == []


async def test_what_openproject_refuses_is_an_error_for_the_diagram(world: OpenProjectWorld) -> None:
    field = world.instance.project_fields[41]
    world.instance.project_fields[41] = type(field)(41, field.name, required=True)
    with pytest.raises(BusinessError, match="customField41"):
        await _create(world)


async def test_without_the_right_the_remedy_says_which(world: OpenProjectWorld) -> None:
    world.instance.tokens = dict.fromkeys(world.instance.tokens, CLERK)
    with pytest.raises(Reject, match="право создавать проекты"):
        await _create(world)


async def test_an_identifier_that_was_not_kept_is_told_before_a_retry_makes_a_second(
    world: OpenProjectWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = project_writing.create
    monkeypatch.setattr(
        project_writing, "create", lambda at, user, body: kept(at, user, {**body, "identifier": "project-12"})
    )
    with pytest.raises(Reject, match="project-12"):
        await _create(world)


async def test_a_field_dropped_in_silence_is_told(world: OpenProjectWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = project_writing.create
    monkeypatch.setattr(
        project_writing, "create", lambda at, user, body: kept(at, user, {**body, "customField41": None})
    )
    with pytest.raises(Reject, match="без customField41"):
        await _create(world, projectCustom={"Заказчик": "Завод"})


def test_ordinary_variables_of_the_process_are_no_fields_of_the_project() -> None:
    variables = {"projectName": "Стройка", "name": "x", "description": "y", "parent": 5, "status": "ok", "public": True}
    params = bind(NewProject, order(variables=variables, topic="op_create_project"))
    assert params == NewProject.model_validate({"projectName": "Стройка"})
