"""The bucket of a system tells how much of it is left."""

from __future__ import annotations

from exchanger.connect.limits import Limiter, Limits


async def test_what_is_left_falls_with_each_request_and_comes_back_with_time() -> None:
    limiter = Limiter(Limits(per_second=2.0, burst=5.0))
    assert limiter.left == 5

    for _ in range(3):
        async with limiter.slot():
            pass
    assert limiter.left == 2

    limiter._bucket._last_check -= 1.1  # a second later two of them have leaked out
    assert limiter.left == 4


async def test_an_empty_bucket_has_nothing_left() -> None:
    limiter = Limiter(Limits(per_second=0.01, burst=2.0))
    for _ in range(2):
        async with limiter.slot():
            pass

    assert limiter.left == 0
    assert limiter.spent == 2
