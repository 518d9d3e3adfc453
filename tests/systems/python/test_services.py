"""Python services: only what is enabled is served; authors' modules beside it; each service its own name."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.domain.task import Order
from exchanger.domain.typed import typed
from exchanger.ports import Delivery
from exchanger.roles.caller import Caller
from exchanger.roles.duty import Duty
from exchanger.roles.worker import Worker
from exchanger.sandbox.telegram import TelegramStandin
from exchanger.sandbox.telegram import standin as telegram
from exchanger.settings import Settings, load_settings
from exchanger.systems.python import NAME, MailOptions, PythonOptions, TelegramOptions, open_services
from exchanger.telemetry.clock import SystemClock
from exchanger.wire import encode_order
from exchanger.wire.names import queue_of
from exchanger.wiring import OwnService, Plan, Service, assemble
from tests.roles.house import FakeTerm, House, house

MAIL = MailOptions("127.0.0.1", "bot@example.ru", 1)
BOT = TelegramOptions("1:x", "-100")
DATA = ["data_processing", "file_processing"]
OURS = """
from pydantic import BaseModel
from exchanger.connect import REPEATABLE, System

service = System("prices")

class Item(BaseModel):
    price: float
    count: int = 1

@service.call("calculate_total", promise=REPEATABLE)
def total(item: Item) -> dict:
    return {"total": item.price * item.count}
"""


def module(folder: Path, name: str, text: str = OURS) -> str:
    (folder / f"{name}.py").write_text(text, "utf-8")
    return name


async def topics(options: PythonOptions, *extra: str) -> list[str]:
    async with open_services(options, SystemClock(), extra) as opened:
        return sorted(opened.topics)


async def test_a_ready_call_that_is_not_configured_is_not_served() -> None:
    assert await topics(PythonOptions(mail=MAIL)) == sorted([*DATA, "email_notify", "send_email"])
    assert "send_telegram" in await topics(PythonOptions(telegram=BOT))


async def test_an_authors_module_is_served_beside_the_ready_calls(tmp_path: Path) -> None:
    options = PythonOptions(modules=(module(tmp_path, "own_beside"),), home=tmp_path, mail=MAIL)
    served = await topics(options, "send_email_boss")
    assert served == sorted(["calculate_total", *DATA, "email_notify", "send_email", "send_email_boss"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "нет ни одного вызова"),
        ("import no_such_library_x", "не загрузился"),
        (OURS + OURS.replace("service", "other").replace("def total", "def again"), "объявили дважды"),
    ],
    ids=["nothing in it", "does not load", "a topic twice"],
)
async def test_a_module_that_cannot_serve_stops_the_start_and_says_why(text: str, said: str, tmp_path: Path) -> None:
    name = module(tmp_path, f"own_bad_{abs(hash(said))}", text)
    with pytest.raises(ConfigError, match=said):
        await topics(PythonOptions(modules=(name,), home=tmp_path, mail=MAIL))


async def test_an_authors_function_takes_the_place_of_a_ready_call_of_its_topic(tmp_path: Path) -> None:
    name = module(tmp_path, "own_instead", OURS.replace("calculate_total", "data_processing"))
    async with open_services(PythonOptions(modules=(name,), home=tmp_path), SystemClock()) as opened:
        assert opened.calls["data_processing"].name == "total"


async def test_a_paused_service_does_not_hold_up_its_neighbours(tmp_path: Path) -> None:
    """Telegram says "wait": its order goes back to the engine at no cost, an author's function runs meanwhile."""
    async with telegram(TelegramStandin(faults=[(429, {"parameters": {"retry_after": 40}})])) as bot, house() as home:
        # Given both in one service
        options = PythonOptions(
            modules=(module(tmp_path, "own_isolated"),),
            home=tmp_path,
            telegram=TelegramOptions(bot.token, "-100", bot.url),
        )
        home.system = await home.stack.enter_async_context(open_services(options, home.clock))
        caller = Caller(home.context, home.system, FakeTerm(0.0), asyncio.Event())
        note = await fetched(home, "send_telegram", text="привет")
        sum_ = await fetched(home, "calculate_total", price=2.5)
        # When both orders are handled
        await caller.handle(note)
        await caller.handle(sum_)
        # Then the function is done, the message waits in the engine for as long as Telegram asked
        assert not home.system.circuit.is_open
        [waiting, _] = home.state.tasks.values()
        assert waiting.locked_until is not None
        assert (waiting.locked_until - home.state.now()).total_seconds() == pytest.approx(40, abs=1)
        assert len(home.bus.published["camunda.responses.queue"]) == 1
        assert not bot.sent


async def fetched(home: House, topic: str, **variables: float | str) -> Delivery:
    """A task of this topic that the worker has taken, as an order."""
    given = {name: typed(value) for name, value in variables.items()}
    home.state.add_task(topic, given)
    [taken] = await home.engine.fetch([topic], limit=1, lease=home.locks.lease, wait=timedelta())
    order = Order(taken.task, NAME, given)
    return Delivery(encode_order(order, worker_id=home.engine.worker_id, now=home.clock.now()), queue_of(NAME))


def settings(folder: Path, **given: str) -> Settings:
    return load_settings({"CAMUNDA_BASE_URL": "http://127.0.0.1:1", "EXCHANGER_LOGS_DIR": str(folder), **given}, folder)


async def test_the_installation_fetches_enabled_and_authors_topics_only(tmp_path: Path) -> None:
    given = settings(
        tmp_path,
        EXCHANGER_SYSTEMS=NAME,
        EXCHANGER_PYTHON_MODULES=module(tmp_path, "own_wired"),
        TELEGRAM_BOT_TOKEN="1:x",
        EXCHANGER_CALL_LIMIT="90",
    )
    async with assemble(given) as exchanger:
        [worker] = [role for role in exchanger.roles if isinstance(role, Worker)]
        assert worker._topics == ["calculate_total", *DATA, "send_telegram", "telegram_notify"]
        assert exchanger.context.call_limit.total_seconds() == 90


async def test_a_service_of_its_own_has_its_name_and_serves_its_module_only(tmp_path: Path) -> None:
    given = settings(tmp_path, TELEGRAM_BOT_TOKEN="1:x", RABBITMQ_HOST="127.0.0.1", RABBITMQ_PORT="1")
    own = OwnService.of((module(tmp_path, "own_Prices"),), None)
    async with assemble(given, Plan(frozenset({Service.PYTHON_SERVICES}), own=own)) as exchanger:
        worker, duty = exchanger.roles
        assert isinstance(worker, Worker)
        assert isinstance(duty, Duty)
        assert worker._topics == ["calculate_total"]
        assert [system.name for system in exchanger.systems] == ["own-prices"]


async def test_without_any_setting_nothing_that_leaves_the_house_is_fetched(tmp_path: Path) -> None:
    own = OwnService.of((), None)
    given = settings(tmp_path, RABBITMQ_HOST="127.0.0.1", RABBITMQ_PORT="1", EXCHANGER_SYSTEMS=NAME)
    async with assemble(given, Plan(frozenset({Service.PYTHON_SERVICES}), own=own)) as exchanger:
        [worker] = [role for role in exchanger.roles if isinstance(role, Worker)]
        assert worker._topics == DATA


async def test_a_service_of_its_own_needs_a_broker(tmp_path: Path) -> None:
    own = OwnService.of((module(tmp_path, "own_alone"),), None)
    with pytest.raises(ConfigError, match="RabbitMQ"):
        async with assemble(settings(tmp_path), Plan(frozenset({Service.PYTHON_SERVICES}), own=own)):
            pass


@pytest.mark.parametrize("name", ["bitrix24", "python-services", "Имя", "a.b"])
def test_a_name_that_is_taken_or_unfit_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="Имя службы"):
        OwnService.of(("own",), name)
