"""Looking at a page: its parts as text, and a real headless browser that runs its scripts."""

import os
import subprocess
from pathlib import Path

from lxml import html

BROWSER = os.environ.get("EXCHANGER_TEST_BROWSER", "")
"""The path to Chromium; without it the tests of the page's look are not collected (CI has no browser)."""

_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1500,800", "--virtual-time-budget=8000")


def rendered(path: Path, element: str = "") -> str:
    """The document after its scripts have run, opened from the file system."""
    address = path.as_uri() + (f"#{element}" if element else "")
    command = [BROWSER, *_FLAGS, f"--user-data-dir={path.parent / 'profile'}", "--dump-dom", address]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=100).stdout


class Looked:
    """A parsed page."""

    def __init__(self, text: str) -> None:
        self._tree = html.document_fromstring(text)

    def parts(self, path: str) -> list[str]:
        """The text of each element or the value of each attribute that the path finds."""
        found = self._tree.xpath(path)
        assert isinstance(found, list)
        return [each.text_content() if isinstance(each, html.HtmlElement) else str(each) for each in found]

    def part(self, path: str) -> str:
        (found,) = self.parts(path)
        return found
