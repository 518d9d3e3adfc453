"""No command prints a secret: each is run where every secret is a canary and every server repeats what it was sent.

A new command is here by itself: it fails the test until it has its arguments below or a reason not to be run.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from exchanger.cli import main
from exchanger.settings.reference import secret_names
from exchanger.telemetry import redact as module
from exchanger.telemetry.log import log
from tests.cli.tree import COMMANDS
from tests.docs.pages import ROOT

CANARY = "cAnArY"
UUID = ("--id", "6f1c2a8e-0b1d-4c52-9a57-3f0c5d1b2a10")
WHY = ("--reason", f"password={CANARY}reason", "--yes")
CHANGE = ("--reason", f"password={CANARY}reason")

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "doctor": (),
    "diag": ("-o", "out.zip"),
    "status": (),
    "tap": ("--count", "1"),
    "unlock": ("t-1", *WHY),
    "retry": ("t-1", *WHY),
    "pause": ("bitrix24", *CHANGE),
    "resume": ("bitrix24", *CHANGE),
    "paused": (),
    "reconcile": ("--dry-run",),
    "record": ("bitrix24", "-o", "portal.jsonl"),
    "replay": ("portal.jsonl",),
    "preview": ("bitrix24", "--diagram", "done.bpmn", "--element", "Activity_podgotovit"),
    "rehearse": ("nothing.bpmn",),
    "shadow": (),
    "takeover": ("--plan",),
    "handover": ("--plan",),
    "worker": (),
    "trace": ("4711",),
    "new-system": ("billing",),
    "config show": (),
    "config lint": ("--engine",),
    "config import": ("old.env", "-o", "new.env"),
    "config example": (),
    "cache clear": ("bitrix24", *CHANGE),
    "templates build": ("-o", "templates"),
    "templates check": ("-o", "templates"),
    "systems list": (),
    "systems about": ("bitrix24",),
    "systems check": (),
    "systems reference": (),
    "dlq list": (),
    "dlq show": ("1",),
    "dlq redrive": ("--all", *WHY),
    "dlq drop": ("--all", *WHY),
    "incidents list": (),
    "incidents retry": ("--all", *WHY),
    "topology show": ("--management", f"http://user:{CANARY}@127.0.0.1:9"),
    "topology diff": (),
    "topology apply": CHANGE,
    "topology migrate": ("bitrix24.queue", *WHY),
    "sync list": (),
    "sync get": ("--all",),
    "sync convert": ("p.bpmn", *UUID),
    "sync analyse": ("p.bpmn",),
    "sync check": ("p.bpmn", "--no-engine"),
    "sync diff": ("p.bpmn", *UUID),
    "sync deploy": ("p.bpmn", *UUID, *CHANGE),
    "sync run": (),
    "sync rollback": (UUID[1], "--to", "1", *CHANGE),
    "queues list": (),
    "queues peek": ("bitrix24.queue",),
    "queues export": ("bitrix24.queue", "-o", "q.json"),
    "queues purge": ("bitrix24.queue", *WHY),
    "queues read": ("bitrix24.queue",),
    "processes list": (),
    "processes info": ("p",),
    "processes start": ("p", "-v", f"password={CANARY}var", *CHANGE),
    "processes stop": ("p", *WHY),
    "processes delete": ("p", *WHY),
    "processes stats": (),
    "processes instances": (),
    "processes tasks": (),
    "processes export": ("-o", "p.json"),
}
EXCUSED = {
    "run": "works until it is stopped; the log of services is proved in tests/telemetry/test_canary.py",
    "demo": "starts an engine of its own and reads no settings of the installation",
    **{
        f"services {name}": "speaks with systemd, reads no secrets: tests/services"
        for name in ("install", "start", "stop", "restart", "uninstall", "status", "logs")
    },
}


class _Parrot(BaseHTTPRequestHandler):
    """Refuses everything and repeats the address and the headers, as careless servers and proxies do."""

    def _refuse(self) -> None:
        heard = f"{self.requestline} {dict(self.headers)}"
        names = ("message", "error", "error_description", "description", "detail", "title", "type", "errorIdentifier")
        body = json.dumps(dict.fromkeys(names, heard)).encode()
        self.send_response(400, "Bad Request")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _refuse  # noqa: N815 - the parent calls them so

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Nothing of it on the screen of the tests."""


@pytest.fixture(scope="module")
def parrot() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Parrot) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(30)


def _secrets(parrot: str) -> dict[str, str]:
    shapes = {
        "RABBITMQ_URL": "amqp://user:{}@127.0.0.1:9/x",
        "BITRIX_WEBHOOK_URL": parrot + "/rest/1/{}/",
        "BITRIX_NEXT_WEBHOOK_URL": parrot + "/rest/1/{}/",
        "EXCHANGER_HTTP_SECRETS": "a={}",
    }
    found = {name: shapes.get(name, "{}").format(f"{CANARY}{n:02}xyz") for n, name in enumerate(secret_names())}
    del found["CAMUNDA_AUTH_PASSWORD"]  # of it and the token one is allowed
    return found


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, parrot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_known", module._Known())
    monkeypatch.chdir(tmp_path)
    secrets = _secrets(parrot)
    told = {
        **secrets,
        "CAMUNDA_BASE_URL": f"{parrot}/engine-rest",
        "EXCHANGER_HOME": str(tmp_path),
        "EXCHANGER_SYSTEMS": "bitrix24,openproject,1c,python-services",
        "OPENPROJECT_API_URL": parrot,
        "OPENPROJECT_OAUTH_CLIENT_ID": "client",
        "OPENPROJECT_DEFAULT_PROJECT_ID": "1",
        "ONEC_WEB_SERVICE_URL": f"{parrot}/base",
        "ONEC_USERNAME": "u",
        "STORMBPMN_BASE_URL": parrot,
        "TELEGRAM_API_URL": parrot,
        "YANDEX_DISK_API_URL": parrot,
        "COLUMNS": "300",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    for name, example in {
        "p.bpmn": "storm/soglasovanie_zakupki.bpmn",
        "done.bpmn": "soglasovanie_dogovora.bpmn",
    }.items():
        Path(name).write_bytes((ROOT / "examples" / example).read_bytes())
    Path("old.env").write_text("".join(f"{name}={value}\n" for name, value in secrets.items()), "utf-8")
    Path("portal.jsonl").write_text(f"password={CANARY}\n", "utf-8")


def test_every_command_is_run_or_excused() -> None:
    assert set(ARGUMENTS) | set(EXCUSED) == {node.name for node in COMMANDS}
    assert not set(ARGUMENTS) & set(EXCUSED)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_command_prints_no_secret_that_a_server_repeats(name: str) -> None:
    out = io.StringIO()
    sink = log.add(out, level="DEBUG", diagnose=True, backtrace=True)
    try:
        with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit):
            main(*name.split(), *ARGUMENTS[name])
    finally:
        log.remove(sink)

    kept = {path.name for path in Path().rglob("*") if path.is_file() and CANARY in path.read_text("utf-8", "replace")}
    assert out.getvalue()
    assert CANARY not in out.getvalue()
    assert kept <= {"old.env", "new.env", "portal.jsonl"}
