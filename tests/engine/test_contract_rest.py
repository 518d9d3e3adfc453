from collections.abc import AsyncIterator
from secrets import token_hex

import pytest

from exchanger.sandbox.engine import EngineProcess
from tests.engine.contract import EngineContract
from tests.engine.world import RestWorld, rest_world


@pytest.mark.engine
class TestRest(EngineContract):
    @pytest.fixture
    def tenants(self) -> tuple[str, str]:
        token = token_hex(4)
        return f"mine-{token}", f"yours-{token}"

    @pytest.fixture
    async def world(self, engine_server: EngineProcess, tenants: tuple[str, str]) -> AsyncIterator[RestWorld]:
        async with rest_world(engine_server.url, tenants) as world:
            yield world
