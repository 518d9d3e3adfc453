"""Замечания о годных, но опасных или неполных настройках и связи между группами."""

from collections.abc import Iterator
from datetime import timedelta

from exchanger.settings._bitrix import BitrixSettings
from exchanger.settings._broker import BrokerSettings
from exchanger.settings._console import ConsoleSettings
from exchanger.settings._engine import EngineSettings
from exchanger.settings._faults import Fault
from exchanger.settings._installation import InstallationSettings
from exchanger.settings._onec import OnecSettings
from exchanger.settings._openproject import OpenProjectSettings
from exchanger.settings._read import Reading

_PORTAL_CUT = timedelta(seconds=65)


def warnings(reading: Reading) -> Iterator[str]:
    """Предупреждения о настройках, с которыми работать можно."""
    if not reading.file.exists:
        yield f"файла {reading.file.path} нет: все значения из окружения и по умолчанию"
    engine, broker, bitrix = _parts(reading)
    if engine:
        yield from _engine(engine)
    if broker:
        yield from _broker(broker, reading)
    if bitrix:
        yield from _bitrix(bitrix)
    openproject = reading.groups.get(OpenProjectSettings)
    if isinstance(openproject, OpenProjectSettings) and not openproject.verify_tls:
        yield _unverified("OPENPROJECT", "OpenProject")
    onec = reading.groups.get(OnecSettings)
    if isinstance(onec, OnecSettings) and not onec.verify_tls:
        yield _unverified("ONEC", "1С")
    console = reading.groups.get(ConsoleSettings)
    if isinstance(console, ConsoleSettings) and not console.is_local and console.password is None:
        yield (
            f"EXCHANGER_CONSOLE_HOST={console.host} без EXCHANGER_CONSOLE_PASSWORD: консоль так не запустится, "
            "она была бы открыта всей сети"
        )


def faults(reading: Reading) -> Iterator[Fault]:
    """Ошибки, видные только между группами."""
    engine, _, bitrix = _parts(reading)
    openproject, installation = (reading.groups.get(kind) for kind in (OpenProjectSettings, InstallationSettings))
    if engine and bitrix and bitrix.quarantine * 2 > engine.lease:
        yield _too_long("BITRIX_QUARANTINE", bitrix.quarantine)
    if (
        engine
        and isinstance(openproject, OpenProjectSettings)
        and isinstance(installation, InstallationSettings)
        and "openproject" in installation.systems
        and openproject.quarantine * 2 > engine.lease
    ):
        yield _too_long("OPENPROJECT_QUARANTINE", openproject.quarantine)
    yield from _onec(reading, engine)


def _onec(reading: Reading, engine: EngineSettings | None) -> Iterator[Fault]:
    onec, installation = reading.groups.get(OnecSettings), reading.groups.get(InstallationSettings)
    if not isinstance(onec, OnecSettings) or not isinstance(installation, InstallationSettings):
        return
    if "1c" not in installation.systems:
        return
    if engine and onec.quarantine * 2 > engine.lease:
        yield _too_long("ONEC_QUARANTINE", onec.quarantine)
    if (onec.profile, onec.key) == ("odata", "marker") and not onec.key_field:
        yield Fault(
            "ONEC_KEY_FIELD",
            "",
            "не задано, а ONEC_KEY=marker ищет по реквизиту",
            "назовите строковый реквизит, в котором лежит ключ",
        )


def _too_long(name: str, quarantine: timedelta) -> Fault:
    return Fault(
        name,
        f"{quarantine.total_seconds():g}",
        "карантин дольше половины аренды CAMUNDA_LEASE: заявка истекла бы, не дождавшись создания",
        f"уменьшите {name} или увеличьте CAMUNDA_LEASE",
    )


def _parts(reading: Reading) -> tuple[EngineSettings | None, BrokerSettings | None, BitrixSettings | None]:
    engine, broker, bitrix = (reading.groups.get(kind) for kind in (EngineSettings, BrokerSettings, BitrixSettings))
    return (
        engine if isinstance(engine, EngineSettings) else None,
        broker if isinstance(broker, BrokerSettings) else None,
        bitrix if isinstance(bitrix, BitrixSettings) else None,
    )


def _engine(engine: EngineSettings) -> Iterator[str]:
    if not engine.verify_tls:
        yield _unverified("CAMUNDA", "движка")
    if engine.tenant_id is None:
        yield "CAMUNDA_TENANT_ID не задан: берутся задачи всех арендаторов движка"
    if engine.auth_enabled and engine.auth_username is None and engine.auth_token is None:
        yield "учётных данных движка нет: запросы идут без входа (CAMUNDA_AUTH_USERNAME и CAMUNDA_AUTH_PASSWORD)"


def _broker(broker: BrokerSettings, reading: Reading) -> Iterator[str]:
    if not broker.configured:
        yield "RabbitMQ не задан (RABBITMQ_HOST, RABBITMQ_URL): шина в памяти, только для одного процесса"
        return
    if not broker.verify_tls:
        yield _unverified("RABBITMQ", "брокера")
    parts = ("HOST", "PORT", "USERNAME", "PASSWORD", "VIRTUAL_HOST", "TLS")
    ignored = [f"RABBITMQ_{part}" for part in parts if f"RABBITMQ_{part}" in reading.given]
    if broker.url is not None and ignored:
        yield f"RABBITMQ_URL задан целиком, не действуют: {', '.join(ignored)}"


def _bitrix(bitrix: BitrixSettings) -> Iterator[str]:
    if not bitrix.verify_tls:
        yield _unverified("BITRIX", "портала")
    if bitrix.request_timeout < _PORTAL_CUT:
        yield (
            f"BITRIX_REQUEST_TIMEOUT={bitrix.request_timeout.total_seconds():g} меньше 65: портал обрывает запрос сам "
            "на 60-й секунде, а при более коротком сроке исход создания чаще остаётся неизвестным"
        )


def _unverified(prefix: str, whose: str) -> str:
    return f"{prefix}_VERIFY_TLS=false: сертификат {whose} не проверяется, его можно подменить; лучше {prefix}_CA_FILE"
