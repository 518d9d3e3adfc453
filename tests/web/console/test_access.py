"""Who gets in: nobody from afar without a password, nobody by guessing, no form of another site."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from exchanger.cli.console_service import serve_console
from exchanger.domain.errors import ConfigError
from exchanger.settings import SettingsError, examine
from exchanger.testing.clock import VirtualClock
from exchanger.web.console.desk import Desk
from exchanger.web.console.entry import ALL_TRIES, SESSION, SESSIONS, TRIES, WINDOW, Entry
from exchanger.web.console.guard import HEADERS
from exchanger.web.console.site import MOST_BYTES, console
from tests.web.console.kit import NOBODY, PAGES, PASSWORD, browsing, settings_of
from tests.web.console.said import Said

FORM = {"password": PASSWORD}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "console.example.ru"])
def test_an_address_of_the_network_without_a_password_is_refused_with_what_to_do(tmp_path: Path, host: str) -> None:
    settings = settings_of(tmp_path, EXCHANGER_CONSOLE_HOST=host)

    with pytest.raises(ConfigError, match="EXCHANGER_CONSOLE_PASSWORD") as refused:
        settings.console.listen_on("prod")

    assert host in str(refused.value)
    assert any("EXCHANGER_CONSOLE_HOST" in text for text in settings.warnings)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_needs_none_and_prod_and_dev_have_ports_of_their_own(tmp_path: Path, host: str) -> None:
    given = settings_of(tmp_path, EXCHANGER_CONSOLE_HOST=host).console

    assert [given.listen_on(environment) for environment in ("prod", "dev")] == [(host, 8090), (host, 8091)]


def test_with_a_password_any_address_may_be_given_and_a_short_one_may_not(tmp_path: Path) -> None:
    values = {"EXCHANGER_CONSOLE_HOST": "0.0.0.0", "EXCHANGER_CONSOLE_PORT": "8443"}
    given = settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD, **values)
    assert given.console.listen_on("prod") == ("0.0.0.0", 8443)

    with pytest.raises(SettingsError, match="пароль короче 10 знаков"):
        settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD="shorter")


def test_the_password_is_read_from_its_own_file_and_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(PASSWORD + "\n", "utf-8")
    reading = examine({**NOBODY, "EXCHANGER_CONSOLE_PASSWORD_FILE": str(tmp_path / "secret")}, tmp_path)

    assert not reading.faults
    assert PASSWORD not in str(reading.values)


async def test_without_the_password_no_page_says_anything(tmp_path: Path) -> None:
    async with browsing(settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)) as browser:
        for page in (*PAGES, "/nothing-here"):
            refused = await browser.get(page, Cookie="exchanger-console-prod=guessed")
            assert (refused.status, refused.headers["Location"]) == (303, "/login"), page
            assert "bitrix24" not in refused.text
        assert (await browser.get("/health/live")).status == 200


async def test_the_password_opens_a_session_that_leaving_ends(tmp_path: Path) -> None:
    async with browsing(settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)) as browser:
        assert (await browser.post("/login", {"password": PASSWORD + "x"})).status == 403
        assert (await browser.get("/audit")).status == 303

        entered = await browser.post("/login", FORM, Origin=browser.url, Sec_Fetch_Site="same-origin")
        cookie = entered.headers["Set-Cookie"]
        assert entered.status == 303
        assert all(word in cookie for word in ("exchanger-console-prod=", "HttpOnly", "SameSite=Strict", "Path=/"))
        assert "Secure" not in cookie
        assert PASSWORD not in cookie
        assert "Выйти" in (await browser.get("/audit")).text

        key = {"Cookie": cookie.partition(";")[0]}
        assert (await browser.post("/logout", {})).status == 303
        assert (await browser.get("/audit", **key)).status == 303


async def test_behind_tls_the_cookie_is_for_tls_only(tmp_path: Path) -> None:
    async with browsing(settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)) as browser:
        entered = await browser.post("/login", FORM, X_Forwarded_Proto="https")

    assert "Secure" in entered.headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/login", "/logout"])
async def test_a_form_of_ours_is_known_behind_a_proxy_that_names_another_host(tmp_path: Path, path: str) -> None:
    origin = "https://console.example.ru:8443"
    async with browsing(settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)) as browser:
        await browser.post("/login", FORM)
        refused = await browser.post(path, FORM, Host="console.example.ru", Origin=origin)
        assert refused.status == 403
        assert "прокси должен передавать Host" in refused.text

        named = await browser.post(path, FORM, Host="console.example.ru:8443", Origin=origin)
        await browser.post("/login", FORM)
        trusted = await browser.post(path, FORM, Host="console.example.ru", Origin=origin, Sec_Fetch_Site="same-origin")
    assert (named.status, trusted.status) == (303, 303)


@pytest.mark.parametrize(
    "foreign",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::"},
    ],
)
@pytest.mark.parametrize("path", ["/login", "/logout"])
async def test_a_form_of_another_site_is_refused(tmp_path: Path, foreign: dict[str, str], path: str) -> None:
    async with browsing(settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)) as browser:
        await browser.post("/login", FORM)

        refused = await browser.post(path, FORM, **foreign)

        assert (refused.status, "Set-Cookie" in refused.headers) == (403, False)
        assert (await browser.get("/audit")).status == 200


async def test_guessing_is_stopped_even_for_the_right_password_and_time_forgives(tmp_path: Path) -> None:
    clock = VirtualClock()
    settings = settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)
    async with browsing(settings, clock=clock) as browser:
        for _ in range(TRIES):
            assert (await browser.post("/login", {"password": "guess"})).status == 403
        stopped = await browser.post("/login", FORM)
        assert (stopped.status, stopped.headers["Retry-After"]) == (429, str(int(WINDOW)))
        assert "5 мин" in stopped.text

        await clock.advance(WINDOW)

        assert (await browser.post("/login", FORM)).status == 303


def test_many_addresses_together_are_stopped_too_and_take_bounded_memory() -> None:
    entry = Entry(PASSWORD, VirtualClock())
    for number in range(ALL_TRIES):
        assert entry.open("guess", f"192.0.2.{number}") is None

    assert entry.open(PASSWORD, "198.51.100.1") is None
    for number in range(5000):
        entry.tries.failed(str(number))
    assert len(entry.tries._by_address) <= 1024


async def test_a_session_ends_by_time_and_by_too_many_others() -> None:
    clock = VirtualClock()
    entry = Entry(PASSWORD, clock)
    first, second = (entry.open(PASSWORD, "a") for _ in range(2))
    assert first is not None
    assert second is not None
    assert entry.knows(first)
    for _ in range(SESSIONS - 1):
        entry.open(PASSWORD, "a")
    assert [entry.knows(key) for key in (first, second)] == [False, True]

    await clock.advance(SESSION)

    assert not entry.knows(second)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8090"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "192.0.2.7"},
        {"Host": "[::1"},
        {"X_Forwarded_For": "198.51.100.7"},
        {"X_Forwarded_Proto": "https"},
        {"x_forwarded_server": "proxy"},
        {"X_Real_IP": "198.51.100.7"},
        {"Via": "1.1 proxy"},
        {"Forwarded": "for=198.51.100.7"},
    ],
)
async def test_without_a_password_a_foreign_name_or_a_proxy_gets_nothing(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    async with browsing(settings_of(tmp_path)) as browser:
        refused = await browser.get("/audit", **headers)
        assert refused.status == 403
        assert "EXCHANGER_CONSOLE_PASSWORD" in refused.text
        assert "audit.jsonl" not in refused.text
        for name in ("localhost:8090", "127.0.0.1", "127.0.0.2:8090", "[::1]:8090"):
            assert (await browser.get("/audit", Host=name)).status == 200


FROM_ELSEWHERE = [
    {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": mode, "Sec_Fetch_Dest": dest}
    for site in ("cross-site", "same-site")
    for mode, dest in (("no-cors", "image"), ("navigate", "iframe"), ("navigate", "document"))
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
@pytest.mark.parametrize("locked", [False, True])
async def test_a_page_of_another_site_makes_the_console_ask_nothing(
    tmp_path: Path, headers: dict[str, str], locked: bool
) -> None:
    settings = settings_of(tmp_path, **({"EXCHANGER_CONSOLE_PASSWORD": PASSWORD} if locked else {}))
    async with browsing(settings, Said(settings)) as browser:
        await browser.post("/login", FORM)
        for page in PAGES:
            refused = await browser.get(page, **headers)
            led = page == "/" and headers["Sec_Fetch_Dest"] == "document"
            assert refused.status == (200 if led else 403), page
            assert led or "Что делать: откройте обзор" in refused.text
            own = await browser.get(page, **{**headers, "Sec_Fetch_Site": "same-origin"})
            assert own.status == 200


async def test_bodies_and_numbers_are_bounded(tmp_path: Path) -> None:
    async with browsing(settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)) as browser:
        assert (await browser.post("/login", {"password": "x" * MOST_BYTES})).status == 413
        await browser.post("/login", FORM)
        for asked in ("x" * 501, "%00", "a%0Ab"):
            refused = await browser.get(f"/trace?id={asked}")
            assert refused.status == 400
            assert "до 500 знаков" in refused.text


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded; charset=no-such", "multipart/form-data", "x"])
async def test_a_body_that_is_no_form_is_refused_and_never_an_error_of_ours(tmp_path: Path, kind: str) -> None:
    async with browsing(settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)) as browser:
        for body in (b"password=\xff\xfe", b"--x\r\n", b""):
            async with browser.client.post(f"{browser.url}/login", data=body, headers={"Content-Type": kind}) as answer:
                assert answer.status == 415 if "urlencoded" not in kind else answer.status in {400, 403, 429}


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"},
    ],
    ids=["parts", "packed"],
)
async def test_a_form_made_to_break_the_reader_is_refused_without_a_line_in_the_log(
    tmp_path: Path, headers: dict[str, str], log_records: list[Any]
) -> None:
    named = 'Content-Disposition: form-data; name="password"'
    part = f"--x\r\n{named}\r\nContent-Transfer-Encoding: foo\r\n\r\na\r\n--x--\r\n".encode()
    async with (
        browsing(settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)) as browser,
        browser.client.post(f"{browser.url}/login", data=part, headers=headers) as answer,
    ):
        assert answer.status == 415
    assert not [each for each in log_records if each["level"].name == "ERROR"]


async def test_every_answer_is_armoured(tmp_path: Path) -> None:
    async with browsing(settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)) as browser:
        locked = [await browser.get(path) for path in ("/", "/login", "/console.css", "/health/live")]
        await browser.post("/login", FORM)
        opened = [await browser.get(path) for path in ("/audit", "/nothing-here", "/trace?id=" + "x" * 501)]

    assert HEADERS["Content-Security-Policy"].split("; ") == [
        "default-src 'none'",
        "style-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    for answer in (*locked, *opened):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_nothing_of_the_console_changes_anything(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)
    app = console(settings, Desk(settings, VirtualClock()), VirtualClock())

    changing = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource is not None}

    assert {each for each in changing if each[0] not in {"GET", "HEAD"}} == {("POST", "/login"), ("POST", "/logout")}


async def test_the_form_is_read_within_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchanger.web.console.login.READ_WITHIN", 0.2)
    async with browsing(settings_of(tmp_path, EXCHANGER_CONSOLE_PASSWORD=PASSWORD)) as browser:
        host, port = browser.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        kind = "Content-Type: application/x-www-form-urlencoded"
        writer.write(f"POST /login HTTP/1.1\r\nHost: {host}\r\n{kind}\r\nContent-Length: 20\r\n\r\npass".encode())
        await writer.drain()

        answer = await asyncio.wait_for(reader.readline(), 20)

        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 400")


def test_the_command_itself_refuses_to_open_to_the_network(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], **NOBODY, "EXCHANGER_HOME": str(tmp_path), "EXCHANGER_CONSOLE_HOST": "::"}
    command = (str(Path(sys.executable).with_name("exchanger")), "run", "console")

    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 2, done.stderr
    assert "Что делать: задайте EXCHANGER_CONSOLE_PASSWORD" in done.stderr


async def test_a_busy_port_is_a_clear_error(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        settings = settings_of(tmp_path, EXCHANGER_CONSOLE_PORT=str(busy.getsockname()[1]))

        with pytest.raises(ConfigError, match="EXCHANGER_CONSOLE_PORT"):
            await serve_console(settings)
