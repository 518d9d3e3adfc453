import asyncio
from itertools import count

import pytest

from exchanger.testing.eventually import eventually


async def test_the_value_that_came_true_is_returned() -> None:
    numbers = count()
    assert await eventually(lambda: next(numbers) if next(numbers) > 3 else 0, every=0) > 3


async def test_an_async_condition_is_awaited() -> None:
    done = asyncio.Event()

    async def condition() -> str:
        await asyncio.sleep(0)
        answer = "готово" if done.is_set() else ""
        done.set()
        return answer

    assert await eventually(condition, every=0) == "готово"


async def test_the_failure_names_what_was_awaited_and_the_last_value() -> None:
    with pytest.raises(AssertionError, match=r"очередь пуста: не дождались за 0\.05 с; последнее значение: \[\]"):
        await eventually(list, within=0.05, every=0.01, what="очередь пуста")


async def test_an_assertion_inside_means_not_yet_and_is_told_in_the_end() -> None:
    def condition() -> bool:
        raise AssertionError("задач 2, а не 3")

    with pytest.raises(AssertionError, match="последняя неудача: задач 2, а не 3"):
        await eventually(condition, within=0.05, every=0.01)


async def test_a_condition_that_hangs_is_cut_off() -> None:
    async def condition() -> bool:
        await asyncio.Event().wait()
        return True

    with pytest.raises(AssertionError, match="не успело ответить"):
        await eventually(condition, within=0.05)


@pytest.mark.parametrize("error", [ValueError("своё"), TimeoutError("своё")])
async def test_an_error_of_the_condition_goes_out_at_once(error: Exception) -> None:
    asked: list[int] = []

    def condition() -> bool:
        asked.append(1)
        raise error

    with pytest.raises(type(error), match="своё"):
        await eventually(condition, within=5)
    assert len(asked) == 1
