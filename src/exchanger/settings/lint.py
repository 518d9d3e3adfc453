"""Проверка настроек целиком: все ошибки сразу, и не смешаны ли prod с dev."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from exchanger.settings._bitrix import BitrixSettings
from exchanger.settings._broker import BrokerSettings
from exchanger.settings._engine import EngineSettings
from exchanger.settings._faults import Fault
from exchanger.settings._installation import InstallationSettings
from exchanger.settings._load import examine
from exchanger.settings._names import misspelt
from exchanger.settings._openproject import OpenProjectSettings
from exchanger.settings._read import ENVIRONMENTS, Reading, read_from
from exchanger.settings._sources import read_env_file


@dataclass(frozen=True, slots=True)
class Verdict:
    """Итог проверки: ошибки (выход 1) и предупреждения."""

    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]


def lint(environ: Mapping[str, str], cwd: Path) -> Verdict:
    """Проверить настройки выбранной среды, файл другой среды и то, что у них ничего общего."""
    reading = examine(environ, cwd)
    unknown = list(misspelt(reading.file, environ))
    faults = [*reading.faults, *unknown, *_missing(reading)]
    warnings = [line for line in reading.warnings if line not in map(str, unknown)]
    for name in ENVIRONMENTS:
        other = _by_file(reading.home, name)
        if name != reading.environment and other.file.exists:
            faults.extend(_of_other(other))
    faults.extend(mixed(reading.home))
    return Verdict(tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(warnings)))


_NEEDED = (
    ("bitrix24", ("BITRIX_WEBHOOK_URL",)),
    ("openproject", ("OPENPROJECT_API_URL",)),
    ("openproject", ("OPENPROJECT_DEFAULT_PROJECT_ID",)),
    ("openproject", ("OPENPROJECT_API_KEY", "OPENPROJECT_OAUTH_CLIENT_SECRET")),
    ("1c", ("ONEC_WEB_SERVICE_URL",)),
    ("1c", ("ONEC_USERNAME",)),
)
"""Система и переменные, из которых ей нужна хотя бы одна."""


def _missing(reading: Reading) -> Iterator[Fault]:
    installation = reading.groups.get(InstallationSettings)
    systems = installation.systems if isinstance(installation, InstallationSettings) else ()
    for system, names in _NEEDED:
        if system in systems and not any(name in reading.given for name in names):
            yield Fault(
                names[0],
                "",
                f"не задано, а система {system} включена",
                "задайте или исправьте EXCHANGER_SYSTEMS",
            )


def _by_file(home: Path, environment: str) -> Reading:
    # Only the file: the environment of this process belongs to one of the two.
    return read_from({}, read_env_file(home / f".env.{environment}"), environment, home)


def _of_other(reading: Reading) -> Iterator[Fault]:
    # What the file lacks may come from the other service's environment, so only given values are judged.
    given = (fault for fault in reading.faults if fault.name in reading.given or fault in reading.file.faults)
    for fault in (*given, *misspelt(reading.file, {})):
        yield replace(fault, name=f"{reading.file.name}: {fault.name}")


def mixed(home: Path) -> tuple[Fault, ...]:
    """Что общего у `.env.prod` и `.env.dev` каталога; нет одного из файлов — смешивать нечего."""
    prod, dev = (_by_file(home, name) for name in ("prod", "dev"))
    return tuple(shared(prod, dev)) if prod.file.exists and dev.file.exists else ()


def shared(prod: Reading, dev: Reading) -> Iterator[Fault]:
    """Что у prod и dev общее, а должно быть разным."""
    yield from _shared_engine(prod, dev)
    yield from _shared_broker(prod, dev)
    yield from _shared_portal(prod, dev)
    yield from _shared_project(prod, dev)


def _shared_engine(prod: Reading, dev: Reading) -> Iterator[Fault]:
    one, two = prod.groups.get(EngineSettings), dev.groups.get(EngineSettings)
    if not isinstance(one, EngineSettings) or not isinstance(two, EngineSettings) or one.rest_url != two.rest_url:
        return
    if one.worker_id == two.worker_id:
        yield _common(
            "CAMUNDA_WORKER_ID", one.worker_id, "на одном движке одно имя работника: чужие задачи сочтутся своими"
        )
    if one.tenant_id is None or two.tenant_id is None:
        yield _common("CAMUNDA_TENANT_ID", "", "на одном движке арендатор задан не у обоих: возьмутся чужие задачи")
    elif one.tenant_id == two.tenant_id:
        yield _common("CAMUNDA_TENANT_ID", one.tenant_id, "на одном движке один арендатор")


def _shared_broker(prod: Reading, dev: Reading) -> Iterator[Fault]:
    places = []
    for reading in (prod, dev):
        broker = reading.groups.get(BrokerSettings)
        if not isinstance(broker, BrokerSettings) or not broker.configured:
            return
        url = urlsplit(broker.amqp_url().get_secret_value())
        places.append((url.hostname, url.port, url.path))
    if places[0] == places[1]:
        name = "RABBITMQ_VIRTUAL_HOST" if "RABBITMQ_URL" not in prod.given else "RABBITMQ_URL"
        yield _common(name, "", "один брокер и один виртуальный узел: очереди общие")


def _shared_portal(prod: Reading, dev: Reading) -> Iterator[Fault]:
    hosts = []
    for reading in (prod, dev):
        bitrix = reading.groups.get(BitrixSettings)
        if not isinstance(bitrix, BitrixSettings) or bitrix.webhook_url is None:
            return
        hosts.append(urlsplit(bitrix.webhook()).netloc.lower())
    if hosts[0] == hosts[1]:
        yield _common("BITRIX_WEBHOOK_URL", str(hosts[0]), "один портал: пробные задачи увидят люди")
        names = [
            item.name
            for reading in (prod, dev)
            if isinstance(item := reading.groups.get(InstallationSettings), InstallationSettings)
        ]
        if len(names) > 1 and names[0] == names[1]:
            yield _common(
                "EXCHANGER_INSTALLATION", names[0], "на одном портале одно имя установки: ключи задач совпадут"
            )


def _shared_project(prod: Reading, dev: Reading) -> Iterator[Fault]:
    places = []
    for reading in (prod, dev):
        project = reading.groups.get(OpenProjectSettings)
        if not isinstance(project, OpenProjectSettings) or project.url is None or project.default_project is None:
            return
        places.append((project.url.host, project.url.port, project.default_project))
    if places[0] == places[1]:
        yield _common("OPENPROJECT_DEFAULT_PROJECT_ID", places[0][2], "один проект: пробные задачи увидят люди")


def _common(name: str, value: str, problem: str) -> Fault:
    return Fault(name, value, f"общее у .env.prod и .env.dev: {problem}", "сделайте разными")
