"""The two READMEs are in step."""

import re

from tests.docs.pages import Block, page

_LABEL = re.compile(r'"[^"]*"')


def test_the_readmes_have_the_same_headings() -> None:
    russian, english = page("README.md"), page("README.en.md")

    assert [level for level, _ in russian.headings] == [level for level, _ in english.headings]
    assert len(russian.headings) > 5


def test_the_readmes_have_the_same_code() -> None:
    russian, english = page("README.md"), page("README.en.md")

    assert [_without_labels(block) for block in russian.blocks] == [_without_labels(block) for block in english.blocks]
    assert len(russian.blocks) > 5


def test_the_readmes_lead_to_the_same_pages() -> None:
    russian, english = (set(page(name).links) for name in ("README.md", "README.en.md"))

    assert russian - {"README.en.md"} == english - {"README.md"}


def test_the_readmes_list_the_same_commands() -> None:
    russian, english = (
        [text for text in page(name).inline if text.startswith(("exchanger ", "make "))]
        for name in ("README.md", "README.en.md")
    )

    assert russian == english


def _without_labels(block: Block) -> Block:
    return Block(block.kind, _LABEL.sub('""', block.text)) if block.kind == "mermaid" else block
