"""The four systems' stand-ins as servers, their people, and one installation of four services beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from exchanger.domain.typed import typed
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.sandbox import bitrix24, onec, openproject
from exchanger.sandbox.onec.seed import LOGIN, PASSWORD
from exchanger.sandbox.openproject.seed import ADMIN, TOKEN
from exchanger.sandbox.smtp import Mailbox, mailbox
from exchanger.telemetry.clock import SystemClock
from exchanger.testing.eventually import eventually
from tests.e2e.house import CREATOR, EVERYTHING, INSTALLATION, ON_DUTY, WORKER, House
from tests.e2e.ledger import Sources

ENGINE_NAME = "e2e"
KEY_PREFIX = f"exch:{INSTALLATION}:{ENGINE_NAME}:"
SYSTEMS = ("bitrix24", "openproject", "1c", "python-services")
FUNCTION = """
from pydantic import BaseModel
from exchanger.connect import REPEATABLE, System

service = System("totals")

class Line(BaseModel):
    price: float
    number: int

@service.call("count_total", promise=REPEATABLE)
def total(line: Line) -> dict[str, float]:
    return {"total": line.price * line.number}
"""


@dataclass(frozen=True, slots=True)
class Town:
    """What the people of each system see, and the operator of the engine."""

    house: House
    operator: RestEngine
    sources: Sources
    portal: bitrix24.Portal
    instance: openproject.Instance
    base: onec.Infobase
    box: Mailbox

    @property
    def employee(self) -> bitrix24.Person:
        return bitrix24.Person(self.portal, self.portal.user(3))

    @property
    def manager(self) -> openproject.Person:
        return openproject.Person(self.instance, self.instance.principals[ADMIN])

    @property
    def accountant(self) -> onec.Person:
        return onec.Person(self.base)

    async def serve(self) -> None:
        """Worker and creator as operators start them, and the author's function in a service of its own."""
        self.house.service("camunda-worker", WORKER)
        (self.house.home / "totals.py").write_text(FUNCTION, "utf-8")
        own = self.house.service("totals", (*EVERYTHING, "python-services", "-m", "totals"))
        creator = self.house.service("task-creator", CREATOR)
        await creator.says(ON_DUTY, times=len(SYSTEMS))
        await own.ready()

    async def start(self, name: str, count: int) -> dict[str, int]:
        """Instances by their numbers."""
        model = (Path(__file__).parent / f"{name}.bpmn").read_bytes()
        await self.operator.admin.deploy(name, {f"{name}.bpmn": model})
        return {await self.operator.admin.start(name, {"number": typed(each)}): each for each in range(1, count + 1)}

    async def ended(self, started: str, *, within: float) -> None:
        async def over() -> bool:
            return not await self.operator.admin.is_running(started)

        await eventually(over, within=within, every=0.2, what="the process is over")


@asynccontextmanager
async def open_town(engine_url: str, amqp: str, home: Path) -> AsyncIterator[Town]:
    tenant, house = f"t{token_hex(4)}", House(home)
    portal, instance, base = bitrix24.default_portal(), openproject.default_instance(), onec.default_base()
    async with (
        bitrix24.standin(portal) as bitrix,
        openproject.standin(instance) as project,
        onec.standin(base) as enterprise,
        mailbox(Mailbox()) as box,
        RestEngine(EngineConnection(engine_url, "operator", tenant), SystemClock()) as operator,
    ):
        common = {
            "EXCHANGER_SYSTEMS": ",".join(SYSTEMS),
            "CAMUNDA_BASE_URL": engine_url,
            "CAMUNDA_ENGINE_NAME": ENGINE_NAME,
            "CAMUNDA_TENANT_ID": tenant,
            "CAMUNDA_WORKER_ID": f"worker-{tenant}",
            "CAMUNDA_AUTH_ENABLED": "false",
            "CAMUNDA_POLL": "2000",
            "RABBITMQ_URL": amqp,
            "RETRY_DELAY": "1",
        }
        sources = Sources(engine_url, tenant, bitrix.url, amqp)
        house.configure(common | _addresses(bitrix.webhook_url, project.url, enterprise.url, box.port))
        try:
            yield Town(house, operator, sources, portal, instance, base, box)
        except BaseException as error:
            error.add_note(house.story())
            raise
        finally:
            await house.close()


def _addresses(webhook: str, project: str, enterprise: str, mail_port: int) -> dict[str, str]:
    server, _, database = enterprise.rpartition("/")
    return {
        "BITRIX_WEBHOOK_URL": webhook,
        "BITRIX_POLL_INTERVAL": "1",
        "BITRIX_QUARANTINE": "2",
        "OPENPROJECT_API_URL": project,
        "OPENPROJECT_API_KEY": TOKEN,
        "OPENPROJECT_DEFAULT_PROJECT_ID": "main",
        "OPENPROJECT_POLL_INTERVAL": "1",
        "OPENPROJECT_QUARANTINE": "2",
        "ONEC_WEB_SERVICE_URL": server,
        "ONEC_DATABASE": database,
        "ONEC_USERNAME": LOGIN,
        "ONEC_PASSWORD": PASSWORD,
        "ONEC_POLL_INTERVAL": "1",
        "ONEC_QUARANTINE": "2",
        "EMAIL_SMTP_HOST": "127.0.0.1",
        "EMAIL_SMTP_PORT": str(mail_port),
        "EMAIL_SMTP_TLS": "none",
        "EMAIL_FROM": "bot@example.ru",
    }
