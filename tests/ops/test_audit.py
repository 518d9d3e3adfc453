"""Every action of a person is written down before and after, without secrets; no record, no action."""

from __future__ import annotations

import json
import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.journal.audit import Audit, Deed, _opened, operator

DEED = Deed("dlq drop", "errors.camunda_tasks.queue: задача t-1", "дубль", {"kind": "schema_error"})


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_intent_is_written_before_and_the_result_after(tmp_path: Path) -> None:
    path = tmp_path / "dev" / "audit.jsonl"

    with Audit(path, who="ivan@host").deed(DEED) as verdict:
        (intent,) = records(path)
        verdict.text = "убрано"

    assert (intent["phase"], intent["who"], intent["what"], intent["target"], intent["reason"]) == (
        "intent", "ivan@host", DEED.what, DEED.target, "дубль",
    )  # fmt: skip
    assert "result" not in intent
    result = records(path)[1]
    assert (result["phase"], result["result"], result["id"]) == ("result", "убрано", intent["id"])
    assert intent["details"] == {"kind": "schema_error"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*\+00:00", intent["at"])


def test_a_failure_is_a_result_too_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with pytest.raises(KeyboardInterrupt), Audit(path).deed(DEED):
        raise KeyboardInterrupt
    assert records(path)[1]["result"] == "не сделано: KeyboardInterrupt"


def test_an_audit_that_cannot_be_written_refuses_the_action(tmp_path: Path) -> None:
    (tmp_path / "dev").write_text("не каталог")
    acted = False
    with pytest.raises(ConfigError, match="Действие отменено"), Audit(tmp_path / "dev" / "audit.jsonl").deed(DEED):
        acted = True
    assert not acted


def test_an_audit_lost_during_the_action_says_that_it_was_done(tmp_path: Path) -> None:
    path = tmp_path / "dev" / "audit.jsonl"

    def act() -> None:
        with Audit(path).deed(DEED):
            path.unlink()
            path.mkdir()

    with pytest.raises(ConfigError, match=r"Действие завершено \(сделано\)"):
        act()


def test_secrets_do_not_enter_and_others_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with Audit(path).deed(Deed("x", "y", "см. https://p.example/rest/1/abcdefsecret/ и amqp://u:p4ssword@h/")):
        pass
    assert "abcdefsecret" not in path.read_text("utf-8")
    assert "p4ssword" not in path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_lines_of_commands_at_once_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"

    def many(number: int) -> None:
        for _ in range(20):
            with Audit(path).deed(Deed("x", f"{number}", "ы" * 1500)):
                pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(many, range(4)))
    assert len(records(path)) == 160


def test_the_person_behind_sudo_is_named() -> None:
    assert operator({"SUDO_USER": "ivan", "LOGNAME": "root"}).startswith("ivan@")
    assert operator({"LOGNAME": "petr"}).startswith("petr@")


@pytest.mark.parametrize("who", [0, 1000])
def test_roots_new_record_in_the_folder_of_a_service_is_its_users_and_an_existing_name_is_never_given_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: int
) -> None:
    given: list[tuple[int, int]] = []
    folder = os.stat_result((0o40700, 1, 1, 1, 61234, 61235, 0, 0, 0, 0))
    monkeypatch.setattr("exchanger.journal.audit.os.geteuid", lambda: who)
    monkeypatch.setattr("exchanger.journal.audit.os.fchown", lambda _, uid, gid: given.append((uid, gid)))
    (tmp_path / "elsewhere").write_text("", "utf-8")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "elsewhere")
    with monkeypatch.context() as patched:
        patched.setattr("exchanger.journal.audit.Path.stat", lambda *_, **__: folder)
        for name in ("new.jsonl", "new.jsonl"):
            os.close(_opened(tmp_path / name))
        with pytest.raises(OSError, match="link"):
            _opened(tmp_path / "link.jsonl")

    assert given == ([(61234, 61235)] if who == 0 else [])


@pytest.mark.parametrize("there", [False, True])
def test_a_link_laid_in_place_of_the_record_is_never_followed(tmp_path: Path, there: bool) -> None:
    outside, path, acted = tmp_path / "outside", tmp_path / "prod" / "audit.jsonl", False
    if there:
        outside.write_text("", "utf-8")
    path.parent.mkdir()
    path.symlink_to(outside)

    with pytest.raises(ConfigError, match="Действие отменено") as refused, Audit(path).deed(DEED):
        acted = True

    assert not acted
    assert "ссылка" in refused.value.remedy
    assert (outside.read_text("utf-8") if outside.exists() else None) == ("" if there else None)
