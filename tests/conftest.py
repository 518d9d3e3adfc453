"""Real parts, each started at most once a session and only when a test asks for it.

A part that cannot be had skips its tests with the reason; with EXCHANGER_TEST_REQUIRE_ALL=1 (CI) that is a failure.
The fixtures are synchronous, so they can outlive the event loop of a single test.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from itertools import count
from secrets import token_hex
from typing import NoReturn

import pytest

from exchanger.sandbox.engine import EngineProcess, engine_process
from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.flavour import EngineKind
from exchanger.sandbox.rabbitmq import ForeignBroker, RabbitServer, Software, ensure_software, rabbitmq_process

VHOSTS_AT_ONCE = 8  # one call of rabbitmqctl takes as long for eight as for one
_LOG_TAIL = 12_000  # characters of an engine's log


def unavailable(reason: str) -> NoReturn:
    if os.environ.get("EXCHANGER_TEST_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what its engines wrote, too."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for name, engine in item.funcargs.items():
            if isinstance(engine, EngineProcess) and engine.log.exists():
                report.sections.append((f"engine «{name}»", engine.log.read_text("utf-8", "replace")[-_LOG_TAIL:]))
    return report


def _engine(kind: EngineKind) -> Iterator[EngineProcess]:
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(engine_process(kind))
        except SandboxError as error:
            unavailable(str(error))
        yield engine


@pytest.fixture(scope="session")
def camunda() -> Iterator[EngineProcess]:
    yield from _engine("camunda")


@pytest.fixture(scope="session")
def operaton() -> Iterator[EngineProcess]:
    yield from _engine("operaton")


@pytest.fixture(scope="session", params=["camunda", "operaton"])
def engine_server(request: pytest.FixtureRequest) -> EngineProcess:
    """Both real engines in turn; the database is shared by the session, so use keys and tenants of your own."""
    engine: EngineProcess = request.getfixturevalue(request.param)
    return engine


@pytest.fixture(scope="session")
def rabbitmq_software() -> Software:
    """Asked for by tests that start a node of their own, to kill or freeze it."""
    try:
        return ensure_software()
    except SandboxError as error:
        unavailable(str(error))


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer | ForeignBroker]:
    """The session's broker; a test that kills or freezes a broker starts one of its own (`rabbitmq_server`)."""
    with ExitStack() as stack:
        url = os.environ.get("EXCHANGER_TEST_RABBITMQ_URL")
        if url:
            foreign = ForeignBroker(url, os.environ.get("EXCHANGER_TEST_RABBITMQ_MANAGEMENT_URL"))
            stack.callback(foreign.remove_vhosts)
            yield foreign
            return
        try:
            own = stack.enter_context(rabbitmq_process(tmp_path_factory.mktemp("rabbitmq")))
        except SandboxError as error:
            unavailable(str(error))
        yield own


@pytest.fixture(scope="session")
def _vhosts(rabbitmq: RabbitServer | ForeignBroker) -> Iterator[str]:
    def fresh() -> Iterator[str]:
        session, number = token_hex(4), count()
        while True:
            try:
                urls = rabbitmq.create_vhosts(*(f"test-{session}-{next(number)}" for _ in range(VHOSTS_AT_ONCE)))
            except SandboxError as error:
                unavailable(str(error))
            yield from urls

    return fresh()


@pytest.fixture
def vhost(_vhosts: Iterator[str]) -> str:
    """The AMQP address of a virtual host that nobody has used."""
    return next(_vhosts)
