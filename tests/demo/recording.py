"""A screen that remembers, a portal page that is not needed, and one way to run the show."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from exchanger.sandbox.bitrix24 import Portal, default_portal
from exchanger.sandbox.demo import DemoOptions, Ending, show
from exchanger.sandbox.demo.cast import Cast, usual_cast
from exchanger.sandbox.demo.ledger import Ledger
from exchanger.sandbox.demo.screen import Page
from exchanger.sandbox.demo.summary import Summary
from exchanger.sandbox.flavour import EngineKind
from exchanger.telemetry.health import Health


class RecordingScreen:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.last: Summary | None = None

    def stage(self, text: str) -> None:
        self.said.append(text)

    def progress(self, done: int, total: int) -> None:
        assert done <= total

    def moment(self, text: str) -> None:
        self.said.append(text)

    def draw(self, ledger: Ledger | None) -> None:
        pass

    def pages(self, pages: Sequence[Page]) -> None:
        self.said += [page.address for page in pages]

    def summary(self, summary: Summary) -> None:
        self.last = summary


@asynccontextmanager
async def no_page(_: Health) -> AsyncIterator[str]:
    yield ""


async def play(
    engine_url: str,
    *,
    instances: int,
    engine: EngineKind = "camunda",
    limit: float = 60.0,
    build: Callable[[], Portal] = default_portal,
    cast: Cast = usual_cast,
) -> tuple[Ending, Summary]:
    options = DemoOptions(
        instances=instances, engine=engine, engine_url=engine_url, speed=20, limit=timedelta(seconds=limit)
    )
    screen = RecordingScreen()
    ending = await show(options, screen, no_page, build=build, cast=cast)
    assert screen.last is not None
    return ending, screen.last
