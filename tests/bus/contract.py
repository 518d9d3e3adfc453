"""The contract of the bus port: one suite, which every implementation passes."""

from __future__ import annotations

import pytest

from tests.bus.contract_delivery import DeliveryContract
from tests.bus.contract_failure import FailureContract
from tests.bus.contract_flags import FlagsContract
from tests.bus.contract_reach import ReachContract
from tests.bus.kit import TestedBus


class BusContract(DeliveryContract, FailureContract, FlagsContract, ReachContract):
    """Subclasses give the fixture `bus`; `peer` is a second handle to the same broker."""

    @pytest.fixture
    def peer(self, bus: TestedBus) -> TestedBus:
        return bus
