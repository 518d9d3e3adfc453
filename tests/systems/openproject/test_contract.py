from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from exchanger.sandbox.openproject import default_instance, key_field
from exchanger.sandbox.openproject.seed import CLIENT_ID, CLIENT_SECRET
from exchanger.systems.openproject.settings import OAuthClient
from exchanger.testing.contract import TROUBLES, CallContract, CallWorld, JumpClock, Trouble, WorkContract
from tests.systems.openproject.world import OpenProjectWorld, ProjectWorld, open_project_world, open_world

_EXECUTED = [each for each in TROUBLES if each.name != "429"]


class TestGlobalField(WorkContract):
    @pytest.fixture
    async def world(self) -> AsyncIterator[OpenProjectWorld]:
        async with open_world() as world:
            yield world


class TestFieldOfOneProjectAndOAuth(WorkContract):
    """The field is not for all projects: the search goes from project to project. The login is an OAuth app."""

    @pytest.fixture
    async def world(self) -> AsyncIterator[OpenProjectWorld]:
        clock = JumpClock()
        instance = default_instance(clock=clock.now, key=key_field(for_all=False))
        login = OAuthClient(CLIENT_ID, CLIENT_SECRET)
        async with open_world(instance=instance, clock=clock, login=login) as world:
            world.secret = CLIENT_SECRET
            yield world


class TestProject(CallContract):
    @pytest.fixture
    async def world(self) -> AsyncIterator[ProjectWorld]:
        async with open_project_world() as world:
            yield world

    @pytest.mark.parametrize("trouble", _EXECUTED, ids=[each.name for each in _EXECUTED])
    async def test_trouble_is_not_answered_with_a_second_request(self, world: CallWorld, trouble: Trouble) -> None:
        await super().test_trouble_is_not_answered_with_a_second_request(world, trouble)

    async def test_what_was_too_often_is_repeated_in_its_place_for_it_was_not_done(self, world: ProjectWorld) -> None:
        (too_often,) = [each for each in TROUBLES if each.name == "429"]
        world.proxy.arm(too_often.fault(world.path))
        await world.run()
        assert (world.proxy.count(world.path, "POST"), world.effects()) == (2, 1)
