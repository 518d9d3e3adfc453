"""The help pages as they were last read by a person: `python -m tests.cli.snapshots` writes them anew.

Read `git diff tests/cli/help` before you commit: that is what operators will see.
"""

from __future__ import annotations

from pathlib import Path

from tests.cli.tree import EVERYTHING, Node

FOLDER = Path(__file__).parent / "help"


def snapshot_of(node: Node) -> Path:
    return FOLDER / f"{node.name.replace(' ', '_') or 'exchanger'}.txt"


def renew() -> None:
    for stale in FOLDER.glob("*.txt"):
        stale.unlink()
    for node in EVERYTHING:
        snapshot_of(node).write_text(node.help(), "utf-8")


if __name__ == "__main__":
    renew()
