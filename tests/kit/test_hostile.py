"""The contract suite bites: what breaks a rule fails the case meant for it; test_skeleton: the good one passes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from exchanger.testing.contract import CallContract, WorkContract
from tests.kit.hostile import CALLS, WORKS, Hostile

FAILS = (AssertionError, pytest.fail.Exception, Exception)
_named = [f"{hostile.spoil.__name__}: {hostile.case}" for hostile in (*WORKS, *CALLS)]


def rounds(case: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """The parameters of a case, as pytest gives them."""
    marks = [mark for mark in getattr(case, "pytestmark", []) if mark.name == "parametrize"]
    for values in itertools.product(*(mark.args[1] for mark in marks)):
        yield {mark.args[0]: value for mark, value in zip(marks, values, strict=True)}


async def fails(hostile: Hostile, author: ModuleType) -> bool:
    """Whether the case fails in any of its rounds."""
    suite, place = (CallContract(), author.note_world) if hostile in CALLS else (WorkContract(), author.card_world)
    case = getattr(suite, hostile.case)
    for given in rounds(case):
        async with place() as world:
            hostile.spoil(world)
            try:
                await case(world, **given)
            except FAILS:
                return True
    return False


@pytest.mark.parametrize("hostile", [*WORKS, *CALLS], ids=_named)
async def test_a_broken_rule_fails_its_case(hostile: Hostile, author: ModuleType) -> None:
    assert await fails(hostile, author)


def test_the_hostile_ones_cover_every_kind_of_rule() -> None:
    """Each family of cases has something that it caught."""
    caught = {hostile.case for hostile in (*WORKS, *CALLS)}
    for family in WorkContract.__mro__[1:-1]:
        own = {name for name in vars(family) if name.startswith("test_")}
        assert own & caught, family
    assert len(caught) >= 20
