"""Every command that changes something asks why and writes it down; a new command must say here which one it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from exchanger.ops.unlock import Act
from tests.cli.tree import COMMANDS
from tests.docs.pages import ROOT
from tests.ops.conftest import House

CHANGES = {
    "unlock": "act.value",
    "retry": "act.value",
    "pause": "pause",
    "resume": "resume",
    "takeover": "name",
    "handover": "name",
    "cache clear": "cache-clear",
    "dlq redrive": "dlq redrive",
    "dlq drop": "dlq drop",
    "incidents retry": "incidents retry",
    "topology apply": "topology apply",
    "topology migrate": "topology migrate",
    "sync deploy": "sync deploy",
    "sync run": "sync deploy",
    "sync rollback": "sync deploy",
    **{f"services {order}": "f'services {what}'" for order in ("install", "start", "stop", "restart", "uninstall")},
    "queues purge": "queues purge",
    "queues read": "queues purge",
    "processes start": "processes start",
    "processes stop": "processes stop",
    "processes delete": "processes delete",
}
"""The command and what its line of the audit calls it, as the source spells it."""
LOOKS = {
    *("doctor", "diag", "status", "tap", "paused", "reconcile", "record", "replay", "rehearse", "preview", "shadow"),
    *("worker", "trace", "config show", "config lint", "config import", "config example", "new-system"),
    *("systems list", "systems about", "systems check", "systems reference", "templates build", "templates check"),
    *("dlq list", "dlq show", "incidents list", "topology show", "topology diff", "queues list", "queues peek"),
    *("queues export", "sync list", "sync get", "sync check", "sync diff", "sync convert", "sync analyse"),
    *("services status", "services logs", "processes list", "processes info", "processes stats"),
    *("processes instances", "processes tasks", "processes export"),
    *("run", "demo"),  # programs, not deeds of a person on the installation
}
"""Commands that read, write the files they were told to, or start what is their own."""
BY_SCHEDULE = {"sync run"}
"""What a person starts as the service does: its reason is the diagram that changed."""


def test_every_command_is_said_to_change_something_or_to_look() -> None:
    assert set(CHANGES) | LOOKS == {node.name for node in COMMANDS}
    assert not set(CHANGES) & LOOKS


def test_whoever_changes_something_says_why_and_whoever_looks_is_not_asked() -> None:
    asked = {node.name for node in COMMANDS if "--reason" in node.options}

    assert asked == set(CHANGES) - BY_SCHEDULE


def test_each_deed_of_the_source_is_a_command_and_each_command_has_its_deed() -> None:
    again = {"what", "handover"}  # the deed of `_deed` below; waiting messages, rewritten by the same `handover`

    assert set(_deeds()) - again == set(CHANGES.values())
    assert {act.value for act in Act} == {"unlock", "retry"}


def _deeds() -> Iterator[str]:
    """The first argument of every `Deed(…)` or `_deed(…)`: a text, or the expression that makes it."""
    for path in (ROOT / "src" / "exchanger" / "ops").rglob("*.py"):
        for part in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(part, ast.Call) and ast.unparse(part.func) in {"Deed", "self._deed"}:
                what = part.args[0]
                yield str(what.value) if isinstance(what, ast.Constant) else ast.unparse(what)


async def test_forgetting_what_was_learnt_is_in_the_audit(tmp_path: Path) -> None:
    environ = {
        "CAMUNDA_BASE_URL": "http://127.0.0.1:1/engine-rest",
        "CAMUNDA_AUTH_ENABLED": "false",
        "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/code1234/",
        "EXCHANGER_HOME": str(tmp_path),
    }
    house = House(tmp_path, environ)

    await house.ok("cache", "clear", "bitrix24", "--reason", "завели поле")

    intent, result = house.audit
    assert (intent["what"], intent["target"], intent["reason"]) == ("cache-clear", "система bitrix24", "завели поле")
    assert (result["result"], bool(result["who"])) == ("сделано", True)
