from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from exchanger.sandbox.openproject import default_instance, key_field
from exchanger.sandbox.openproject.seed import CLIENT_ID, CLIENT_SECRET
from exchanger.systems.openproject.settings import OAuthClient
from exchanger.testing.contract import JumpClock, WorkContract
from tests.systems.openproject.world import OpenProjectWorld, open_world


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
