"""Набор проверок для авторов систем: файл проверок автора — один класс.

    class TestCard(WorkContract):
        @pytest.fixture
        async def world(self): ...

Нужны pytest и pytest-asyncio (`asyncio_mode = "auto"`).
"""

import pytest

pytest.register_assert_rewrite(  # before the import: else a failed case shows no values
    *(
        f"exchanger.testing.contract.{name}"
        for name in ("call", "work_answer", "work_find", "work_make", "work_manners", "work_tell", "work_watch")
    )
)

from exchanger.testing.contract.call import CallContract, CallWorld  # noqa: E402 - after the rewriting is asked for
from exchanger.testing.contract.clock import START, JumpClock  # noqa: E402
from exchanger.testing.contract.trouble import TROUBLES, Trouble  # noqa: E402
from exchanger.testing.contract.work import WorkContract  # noqa: E402
from exchanger.testing.contract.world import WorkWorld  # noqa: E402

__all__ = ["START", "TROUBLES", "CallContract", "CallWorld", "JumpClock", "Trouble", "WorkContract", "WorkWorld"]
