"""What `agreement.bpmn` promises."""

from __future__ import annotations

from collections.abc import Iterable

from tests.e2e.audit import Expected
from tests.e2e.world import KEY_PREFIX

KEY = "agreement"


def expected(started: Iterable[str]) -> Expected:
    return Expected(
        started=frozenset(started),
        key_prefix=KEY_PREFIX,
        ends=frozenset({"done"}),
        asking=frozenset({"review"}),
        letters={"review": "A", "rework": "R", "prepare": "B"},
        inputs={"review": frozenset({"title"})},
        outputs={"review": frozenset({"verdict"})},
        given=frozenset({"subject", "counter", "trail"}),
        branches=("prepare",),
    )
