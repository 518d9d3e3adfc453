"""A variable of the environment that a page names is one that the settings know."""

import re
from collections.abc import Iterator

import pytest

from exchanger.settings._accepted import ACCEPTED
from exchanger.settings._names import every_field, known
from tests.docs.pages import ROOT, Page, pages

_PREFIXES = "EXCHANGER|CAMUNDA|RABBITMQ|BITRIX|OPENPROJECT|ONEC|RETRY|STORMBPMN|SYNC|LOG|BPMN|METRICS"
_NAME = re.compile(rf"\b(?:{_PREFIXES})_[A-Z0-9_]*[A-Z0-9]\b")
_BPMN_ERRORS = {  # codes of outcomes, not settings
    "BITRIX_DEADLINE",
    "BITRIX_DECLINED",
    "BITRIX_DELETED",
    "ONEC_AMBIGUOUS",
    "ONEC_REFUSED",
    "ONEC_TASK_REFUSED",
    "OPENPROJECT_REFUSED",
    "OPENPROJECT_REJECTED",
    "RETRY_LIMIT_EXCEEDED",
}


def _known() -> set[str]:
    secrets = {f"{name}_FILE" for item in every_field() if item.var.secret for name in item.var.names}
    return {*known(), *ACCEPTED, *secrets}


def _of_the_tests() -> set[str]:
    readers = [
        ROOT / "tests/conftest.py",
        *(ROOT / "tests/proof").glob("test_*.py"),
        *(ROOT / "src/exchanger/sandbox/rabbitmq").glob("*.py"),
    ]
    return {name for file in readers for name in re.findall(r'"(EXCHANGER_[A-Z_]+)"', file.read_text("utf-8"))}


def _named(each: Page) -> Iterator[str]:
    code = "\n".join([*(block.text for block in each.blocks), *each.inline])
    return iter(_NAME.findall(code))


@pytest.mark.parametrize("each", list(pages()), ids=lambda each: each.name)
def test_variables_named_in_a_page_exist(each: Page) -> None:
    assert not set(_named(each)) - _known() - _of_the_tests() - _BPMN_ERRORS


def test_the_pages_name_variables() -> None:
    assert {name for each in pages() for name in _named(each)} >= {"CAMUNDA_BASE_URL", "BITRIX_WEBHOOK_URL"}
