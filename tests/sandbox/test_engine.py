import asyncio
import json
import os
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from exchanger.sandbox.engine import EngineProcess, embedded_engine, engine_process
from exchanger.sandbox.errors import SandboxError
from tests.sandbox.processes import children_of, gone, wait_until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

PROCESS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 targetNamespace="test"><process id="kept" isExecutable="true" camunda:historyTimeToLive="P1D"><startEvent id="s"/>
 <sequenceFlow id="f" sourceRef="s" targetRef="t"/><serviceTask id="t" camunda:type="external" camunda:topic="kept"/>
 </process></definitions>"""


def call(
    engine: EngineProcess, method: str, path: str, body: str = "", content_type: str = "application/json"
) -> object:
    parts = urlsplit(engine.url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    connection.request(method, parts.path + path, body, {"Content-Type": content_type})
    response = connection.getresponse()
    text = response.read()
    connection.close()
    assert response.status in {200, 204}, text
    return json.loads(text) if text else None


def deploy(engine: EngineProcess) -> None:
    form = (
        f'--b\r\nContent-Disposition: form-data; name="kept.bpmn"; filename="kept.bpmn"\r\n\r\n{PROCESS}\r\n--b--\r\n'
    )
    call(engine, "POST", "/deployment/create", form, "multipart/form-data; boundary=b")


def test_engine_answers_with_the_version_that_it_claims(engine_server: EngineProcess) -> None:
    assert call(engine_server, "GET", "/version") == {"version": engine_server.version}


def test_engine_executes_external_tasks(engine_server: EngineProcess) -> None:
    deploy(engine_server)

    call(engine_server, "POST", "/process-definition/key/kept/start", "{}")

    assert call(engine_server, "GET", "/external-task/count?topicName=kept") == {"count": 1}


def test_an_answer_500_leaves_its_cause_in_the_log_without_a_long_trace(camunda: EngineProcess) -> None:
    before = len(camunda.log.read_text())  # the engine of the session: other tests have left lines
    parts = urlsplit(camunda.url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    connection.request("POST", parts.path + "/external-task/fetchAndLock", "{}", {"Content-Type": "application/json"})
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()

    assert answer.status == 500
    assert "workerId" in said
    written = camunda.log.read_text()[before:]
    assert "workerId is null" in written
    assert len(written.splitlines()) < 10


async def test_async_context_leaves_no_process_and_no_file() -> None:
    async with embedded_engine("camunda") as engine:
        pid, folder = engine.pid, engine.log.parent
        assert not gone(pid)

    assert gone(pid)
    assert not folder.exists()


async def test_cancelled_start_leaves_no_process() -> None:
    ours = set(children_of(os.getpid()))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.7), embedded_engine("camunda"):
            pytest.fail("the engine must not be up so soon")

    assert {pid for pid in children_of(os.getpid()) if not gone(pid)} <= ours


def test_several_engines_run_at_once(camunda: EngineProcess) -> None:
    with engine_process("camunda") as other:
        deploy(other)

        assert other.url != camunda.url
        assert call(other, "GET", "/process-definition/count?key=kept") == {"count": 1}
        call(other, "POST", "/process-definition/key/kept/start", '{"businessKey": "only in the other"}')
        assert call(camunda, "GET", "/process-instance/count?businessKey=only+in+the+other") == {"count": 0}


def test_file_database_survives_sigkill_and_restart_keeps_the_address(tmp_path: Path) -> None:
    with engine_process("camunda", database=tmp_path / "база") as engine:
        deploy(engine)
        for _ in range(20):
            call(engine, "POST", "/process-definition/key/kept/start", "{}")
        address, killed = engine.url, engine.pid

        engine.kill()
        assert gone(killed)
        engine.restart()

        assert engine.url == address
        assert call(engine, "GET", "/process-instance/count") == {"count": 20}


def test_failed_start_is_told_with_the_engines_own_words_and_leaves_nothing() -> None:
    with (
        pytest.raises(SandboxError, match=r"(?s)завершился при запуске.*SB050"),
        engine_process("camunda", extra_args=["--camunda.bpm.generic-properties.properties.noSuchProperty=1"]),
    ):
        pytest.fail("the engine must not start")


def test_engine_dies_with_the_process_that_started_it() -> None:
    script = (
        "from exchanger.sandbox.engine import engine_process as e\nwith e() as r: print(r.pid, flush=True); input()"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdin is not None
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    family = children_of(owner.pid)
    assert pid in family

    owner.send_signal(signal.SIGKILL)
    owner.wait()

    wait_until(lambda: all(gone(each) for each in family), "the engine or its guard outlived its owner")
    owner.stdin.close()
    owner.stdout.close()
