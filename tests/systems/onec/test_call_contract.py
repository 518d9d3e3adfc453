from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from exchanger.systems.onec import Profile
from exchanger.testing.contract import CallContract
from tests.systems.onec.calls import COUNTERPARTY, DOCUMENT, OnecCallWorld, open_calls


class TestDocumentThroughTheService(CallContract):
    """The document is made and posted in one transaction."""

    @pytest.fixture
    async def world(self) -> AsyncIterator[OnecCallWorld]:
        async with open_calls(DOCUMENT, profile=Profile.SERVICE) as world:
            yield world


class TestCounterpartyThroughOData(CallContract):
    @pytest.fixture
    async def world(self) -> AsyncIterator[OnecCallWorld]:
        async with open_calls(COUNTERPARTY) as world:
            yield world
