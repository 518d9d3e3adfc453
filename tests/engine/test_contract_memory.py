import pytest

from tests.engine.contract import EngineContract
from tests.engine.world import MemoryWorld


class TestMemory(EngineContract):
    @pytest.fixture
    def tenants(self) -> tuple[str, str]:
        return "mine", "yours"

    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld()
