"""A big portal: looking things up does not walk through all tasks."""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter
from typing import Any

from exchanger.sandbox.bitrix24 import Portal
from exchanger.sandbox.bitrix24.dates import show
from exchanger.sandbox.bitrix24.filters import candidates, parse_filter
from exchanger.sandbox.bitrix24.listing import page
from exchanger.sandbox.bitrix24.seed import ADMIN
from exchanger.sandbox.bitrix24.writing import create, update
from tests.sandbox.bitrix24.conftest import ManualClock

MANY = 20_000


def test_keys_numbers_and_changes_are_indexed(portal: Portal, clock: ManualClock) -> None:
    admin = portal.user(ADMIN)
    for number in range(MANY):
        fields = {"TITLE": "Дело", "RESPONSIBLE_ID": 3, "XML_ID": f"k{number}", "UF_ELEMENT_ID": f"e{number}"}
        create(portal, admin, fields)
    clock.advance(10)
    update(portal, admin, 77, {"TITLE": "Иначе", "XML_ID": "moved"})
    since = show(portal.now() - timedelta(seconds=1), "UTC")
    filters: list[dict[str, Any]] = [
        {"XML_ID": "moved"},
        {"UF_ELEMENT_ID": "e76"},
        {"ID": [77]},
        {">=CHANGED_DATE": since},
    ]
    for each in filters:
        assert list(candidates(portal, parse_filter(portal, each))) == [77]
        assert [task.id for task in page(portal, admin, each, {}, 0).tasks] == [77]
    assert list(candidates(portal, parse_filter(portal, {"XML_ID": "k76"}))) == []


def test_the_index_of_changes_does_not_grow_for_ever(portal: Portal, clock: ManualClock) -> None:
    admin = portal.user(ADMIN)
    create(portal, admin, {"TITLE": "Дело", "RESPONSIBLE_ID": 3})
    for _ in range(3000):
        clock.advance(1)
        update(portal, admin, 1, {"PRIORITY": 2})
    assert len(portal.store._changed) <= 1002
    assert portal.store.changed_since(portal.now()) == [1]


def test_a_keyset_page_of_a_big_portal_is_cheap(portal: Portal) -> None:
    admin = portal.user(ADMIN)
    for _ in range(MANY):
        create(portal, admin, {"TITLE": "Дело", "RESPONSIBLE_ID": 3})
    started = perf_counter()
    for last in range(0, 1000, 50):
        found = page(portal, admin, {">ID": last}, {"ID": "asc"}, -1).tasks
        assert [task.id for task in found] == list(range(last + 1, last + 51))
    assert perf_counter() - started < 1.0  # a walk through all would take twenty times longer
