"""No secret leaves the process by any way that a line of the log can take."""

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from exchanger.telemetry import redact as module
from exchanger.telemetry.log import log, setup_logging
from exchanger.telemetry.redact import error_text, redact, register_secret

CANARY = "cAnAry7secretX9"
HOOK = f"https://b24.example/rest/17/{CANARY}/"


class Sinks:
    def __init__(self, folder: Path, out: io.StringIO) -> None:
        self.folder, self.out = folder, out

    def text(self) -> str:
        files = "".join(path.read_text("utf-8") for path in sorted(self.folder.rglob("*.log")))
        return self.out.getvalue() + files


@pytest.fixture(autouse=True)
def no_secrets_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_known", module._Known())


@pytest.fixture
def sinks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sinks]:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    handlers, level, hooks = logging.root.handlers[:], logging.root.level, (sys.excepthook, threading.excepthook)
    setup_logging("prod", "camunda-worker", tmp_path, "DEBUG")
    yield Sinks(tmp_path, out)
    log.remove()
    logging.captureWarnings(capture=False)
    logging.root.handlers, logging.root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks


FORMS = [
    HOOK,
    f"https://b24.example/rest/api/17/{CANARY}/tasks.task.add",
    f"https://b24.example/rest/17/{CANARY}",
    quote(HOOK, safe=""),
    json.dumps({"url": HOOK}).replace("/", "\\/"),
    f"https://b24.example/rest/tasks.task.list?auth={CANARY}&x=1",
    f"auth[access_token]={CANARY}",
    f"auth%5Bapplication_token%5D={CANARY}",
    json.dumps({"access_token": CANARY, "refresh_token": CANARY, "application_token": CANARY, "auth": CANARY}),
    str({"password": f"two words {CANARY}"}),
    f"Authorization: Basic {CANARY}==",
    f"Authorization: Bearer {CANARY}",
    f"authorization: {CANARY}",
    f"<CIMultiDictProxy('Authorization': 'Basic {CANARY}')>",
    f"((b'Authorization', b'Bearer {CANARY}'),)",
    f"sent Bearer {CANARY} to the engine",
    f"amqp://exchanger:{CANARY}@mq:5672/%2Fprod",
    f"amqp://exchanger:p@{CANARY}@mq:5672/%2Fprod",
    f"https://user:{CANARY}@engine/engine-rest",
    f"https://apikey:{CANARY}@op.example/api/v3",
    f"apikey={CANARY}",
    f"X-API-Key: {CANARY}",
    f"BasicAuth(login='demo', password='{CANARY}', encoding='latin1')",
    f"https://api.telegram.org/bot123456:{CANARY}/sendMessage",
    f"1 validation error [type=x, input_value={{'a': '{CANARY}'}}, input_type=dict]",
    f"CAMUNDA_AUTH_PASSWORD={CANARY}",
    f"RABBITMQ_PASSWORD: {CANARY}",
]


@pytest.mark.parametrize("text", FORMS)
def test_no_written_form_of_a_secret_passes_the_redactor(text: str) -> None:
    assert CANARY not in redact(text)
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize("text", FORMS)
def test_no_form_leaves_by_message_field_exception_or_standard_logging(sinks: Sinks, text: str) -> None:
    log.error(text)
    log.bind(bound=text).error("Поле")
    log.error("Поле", url=text, items=[text])
    log.error("{text}", text=text)
    try:
        int(text)  # repeats its argument in the error's text
    except ValueError:
        log.exception("Ошибка")
        logging.getLogger("foreign").exception("foreign %s", text)
    warnings.warn(text, stacklevel=1)

    printed = sinks.text()
    assert CANARY not in printed
    assert printed.count("ValueError") >= 4  # the traceback is there: it was masked, not dropped


def test_locals_causes_and_notes_of_a_traceback_carry_no_secret(sinks: Sinks) -> None:
    def inner() -> None:
        hidden = {"value": CANARY}
        raise KeyError(HOOK) from RuntimeError(f"password={CANARY}, {len(hidden)}")

    try:
        inner()
    except KeyError as error:
        error.add_note(f"token={CANARY}")
        log.opt(exception=error).critical("Сбой")

    assert CANARY not in sinks.text()
    assert "RuntimeError" in sinks.text()


def test_registered_value_is_masked_in_every_spelling(sinks: Sinks) -> None:
    odd = 'Пар"оль с/пробелом+&'
    register_secret(odd)
    for form in (odd, quote(odd, safe=""), json.dumps(odd), repr(odd), json.dumps({"x": odd})):
        log.error(f"значение {form} конец")
        log.error("Поле", value=form)

    text = sinks.text()
    assert "Пар" not in text
    assert quote("Пар") not in text
    assert "\\u041f\\u0430\\u0440" not in text


@given(secret=st.text(min_size=8, max_size=40), before=st.text(max_size=20), after=st.text(max_size=20))
def test_no_registered_value_survives_in_any_text(secret: str, before: str, after: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_known", module._Known())
        register_secret(secret)

        assert secret not in redact(before + secret + after)
        assert secret not in redact(f"{before}{secret}{secret}{after}")


def test_field_named_as_a_secret_is_masked_whatever_its_value(sinks: Sinks) -> None:
    log.error("Поля", password="short one", api_key=CANARY, camunda_token=CANARY, auth=CANARY)

    assert CANARY not in sinks.text()
    assert "short one" not in sinks.text()


def test_foreign_sink_with_its_own_format_sees_no_secret_either(sinks: Sinks) -> None:
    seen: list[str] = []
    log.add(seen.append, format="{message} {extra} {exception}", diagnose=True, backtrace=True)

    log.error("Поля", password="short one", url=HOOK)
    log.opt(exception=OSError(HOOK)).error(f"Сбой {HOOK}")

    assert len(seen) == 2
    assert "short one" not in "".join(seen)
    assert CANARY not in "".join(seen)


async def test_error_of_the_http_client_carries_no_webhook(sinks: Sinks) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=401)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", refuse)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    url = f"http://user:{CANARY}@127.0.0.1:{port}/rest/1/{CANARY}/profile"
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        with pytest.raises(aiohttp.ClientResponseError) as caught:
            await session.get(url, headers={"X-Api-Key": CANARY})
    await runner.cleanup()
    error = caught.value
    log.opt(exception=error).error("Отказ")
    log.error("Отказ", reason=error, detail=repr(error), info=error.request_info)

    assert CANARY in repr(error)  # the danger is real
    assert CANARY not in error_text(error)
    assert "ClientResponseError" in sinks.text()
    assert CANARY not in sinks.text()


async def test_lost_exception_of_a_task_carries_no_secret(sinks: Sinks) -> None:
    loop = asyncio.get_running_loop()
    loop.call_exception_handler({"message": "Task exception was never retrieved", "exception": OSError(HOOK)})

    assert "never retrieved" in sinks.text()
    assert CANARY not in sinks.text()


def test_uncaught_exception_of_process_or_thread_carries_no_secret(
    sinks: Sinks, capsys: pytest.CaptureFixture[str]
) -> None:
    error = OSError(HOOK)
    sys.excepthook(OSError, error, None)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(error))
    thread.start()
    thread.join()

    assert sinks.text().count("Необработанное исключение") == 6  # stdout and both files, twice
    assert CANARY not in sinks.text() + "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "text",
    [
        "basic auth включён",
        "https://engine:8080/engine-rest/external-task",
        "/rest/tasks.task.list",
        "Задача 15 создана в 12:30:01",
        "author=Иванов",
        "tokens: 3 шт",
    ],
)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text
