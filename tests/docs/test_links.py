import re

import pytest

from tests.docs.pages import ROOT, Page, page, pages

PAGES = list(pages())
_REPOSITORY_PATH = re.compile(r"(?:src|tests|scripts|docs|examples|requirements)/[\w./*-]+")


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_links_between_pages_lead_somewhere(each: Page) -> None:
    broken = [link for link in each.links if not _leads_somewhere(each, link)]

    assert not broken


def _leads_somewhere(each: Page, link: str) -> bool:
    if link.startswith("https://"):
        return True
    name, _, anchor = link.partition("#")
    target = (each.path.parent / name).resolve() if name else each.path
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or anchor in page(str(target.relative_to(ROOT))).anchors


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_files_of_the_repository_named_in_a_text_exist(each: Page) -> None:
    named = [text for text in each.inline if _REPOSITORY_PATH.fullmatch(text)]
    missing = [text for text in named if not list(ROOT.glob(text.rstrip("/")))]

    assert not missing


def test_every_page_is_in_the_index_or_in_the_index_of_decisions() -> None:
    listed = {
        (index.path.parent / link.partition("#")[0]).resolve()
        for index in (page("docs/README.md"), page("docs/decisions/README.md"))
        for link in index.links
    }
    forgotten = [each.name for each in PAGES if each.path.is_relative_to(ROOT / "docs") and each.path not in listed]

    assert forgotten == ["docs/README.md"]
