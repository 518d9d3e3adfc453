from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from exchanger.sandbox.onec.seed import KEY_FIELD
from exchanger.systems.onec import KeyScheme
from exchanger.testing.contract import WorkContract
from exchanger.testing.contract.work_find import FindCases
from exchanger.testing.contract.work_make import MakeCases
from tests.systems.onec.world import OnecWorld, open_world


class TestOwnReference(WorkContract):
    """OData of a base that takes the reference sent with a new object; the key itself is a tag in the description."""

    @pytest.fixture
    async def world(self) -> AsyncIterator[OnecWorld]:
        async with open_world() as world:
            yield world


class TestMarker(MakeCases, FindCases):
    """OData of a base that gives references of its own: the key lies in a requisite. The rest is as above."""

    @pytest.fixture
    async def world(self) -> AsyncIterator[OnecWorld]:
        async with open_world(scheme=KeyScheme.MARKER, key_field=KEY_FIELD) as world:
            world.base.config.ref_key_honoured = False
            yield world
