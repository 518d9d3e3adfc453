from collections.abc import AsyncIterator
from secrets import token_hex

import pytest

from exchanger.domain.errors import Reject
from exchanger.domain.variables import Variable, VariableType
from exchanger.sandbox.engine import EngineProcess
from tests.engine.contract import EngineContract, take_one
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

    @pytest.mark.parametrize("kind", ["pdf", "application/ pdf"])
    async def test_a_file_whose_type_is_no_mime_is_refused_for_good(self, world: RestWorld, kind: str) -> None:
        engine = await world.engine()
        await world.start()
        file = Variable(VariableType.FILE, b"%PDF", {"filename": "a.pdf", "mimeType": kind})
        await world.keep(task := await take_one(engine, world.topic), "file", file)
        with pytest.raises(Reject, match=f"тип «{kind}»"):
            await engine.file(task, "file", most=100)
