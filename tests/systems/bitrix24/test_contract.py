from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from exchanger.sandbox.bitrix24 import default_portal
from exchanger.testing.contract import JumpClock, WorkContract
from tests.systems.bitrix24.addon_world import open_addon
from tests.systems.bitrix24.world import BitrixWorld, open_world


class TestPortalWithOurFields(WorkContract):
    @pytest.fixture
    async def world(self) -> AsyncIterator[BitrixWorld]:
        async with open_world() as world:
            yield world


class TestStockPortal(WorkContract):
    """No user fields at all: everything hangs on XML_ID."""

    @pytest.fixture
    async def world(self) -> AsyncIterator[BitrixWorld]:
        clock = JumpClock()
        async with open_world(portal=default_portal(user_fields=(), clock=clock.now), clock=clock) as world:
            yield world


class TestPortalWithTheAddOn(WorkContract):
    """Every task has a full template: files, links, questionnaires, check lists."""

    @pytest.fixture
    async def world(self) -> AsyncIterator[BitrixWorld]:
        async with open_addon() as world:
            yield world
