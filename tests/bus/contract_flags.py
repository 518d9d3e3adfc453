"""The contract of the bus port: the operator's flags."""

from __future__ import annotations

import pytest

from exchanger.domain.errors import ConfigError
from tests.bus.kit import TestedBus


class FlagsContract:
    async def test_a_flag_is_lowered_until_it_is_raised_and_again_after_it_was_lowered(self, bus: TestedBus) -> None:
        assert not await bus.is_raised("pause.bitrix24")
        await bus.raise_flag("pause.bitrix24")
        assert await bus.is_raised("pause.bitrix24")
        await bus.lower_flag("pause.bitrix24")
        assert not await bus.is_raised("pause.bitrix24")

    async def test_raising_and_lowering_may_be_repeated(self, bus: TestedBus) -> None:
        await bus.lower_flag("pause.1c")
        await bus.raise_flag("pause.1c")
        await bus.raise_flag("pause.1c")
        assert await bus.is_raised("pause.1c")
        assert await bus.is_raised("pause.1c"), "asking does not lower it"
        await bus.lower_flag("pause.1c")
        assert not await bus.is_raised("pause.1c")

    async def test_flags_are_apart(self, bus: TestedBus) -> None:
        await bus.raise_flag("pause.bitrix24")
        assert not await bus.is_raised("pause.bitrix")
        assert not await bus.is_raised("accept.bitrix24")

    async def test_another_process_sees_the_flag_and_lowers_it(self, bus: TestedBus, peer: TestedBus) -> None:
        await peer.raise_flag("pause.bitrix24")
        assert await bus.is_raised("pause.bitrix24")
        await bus.lower_flag("pause.bitrix24")
        assert not await peer.is_raised("pause.bitrix24")

    @pytest.mark.parametrize("name", ["", "../x", "a/b", "Pause", "с кириллицей", ".hidden", "x" * 101])
    async def test_a_name_that_is_no_name_is_refused(self, bus: TestedBus, name: str) -> None:
        for act in (bus.raise_flag, bus.lower_flag, bus.is_raised):
            with pytest.raises(ConfigError):
                await act(name)
