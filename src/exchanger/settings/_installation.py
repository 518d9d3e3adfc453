import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from exchanger.settings._var import CommaList, Group, Seconds, Var

Environment = Literal["prod", "dev"]
Level = Literal["TRACE", "DEBUG", "INFO", "SUCCESS", "WARNING", "ERROR", "CRITICAL"]


def _topics(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except ValueError as error:
            raise ValueError(f"нужен JSON или список topic=system через запятую: {error}") from None
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    if not all(sign and topic.strip() and system.strip() for topic, sign, system in pairs):
        raise ValueError("нужен JSON или список topic=system через запятую")
    return {topic.strip(): system.strip() for topic, _, system in pairs}


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


class InstallationSettings(Group):
    """Установка."""

    environment: Annotated[
        Environment,
        BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
        Var("EXCHANGER_ENV", sample="prod"),
    ] = Field("prod", description="Среда: prod или dev; выбирает файл .env.prod или .env.dev")
    home: Annotated[Path, Var("EXCHANGER_HOME", empty="текущий каталог")] = Field(
        Path(), description="Каталог, где лежат .env.prod и .env.dev; по умолчанию текущий"
    )
    name: Annotated[str, Var("EXCHANGER_INSTALLATION", empty="значение EXCHANGER_ENV")] = Field(
        "prod",
        pattern=r"^[a-z0-9-]{1,32}$",
        description="Имя установки: входит в ключ объекта; менять после запуска нельзя. По умолчанию имя среды",
    )
    systems: Annotated[tuple[str, ...], CommaList, AfterValidator(_unique), Var("EXCHANGER_SYSTEMS")] = Field(
        ("bitrix24",), min_length=1, description="Системы, которые обслуживает эта установка, через запятую"
    )
    topics: Annotated[dict[str, str], BeforeValidator(_topics), Var("EXCHANGER_TOPICS", empty="только встроенные")] = (
        Field(default_factory=dict, description="Свои темы: topic=system через запятую или JSON; дополняют встроенные")
    )
    answer_clears_incident: Annotated[bool, Var("EXCHANGER_ANSWER_CLEARS_INCIDENT")] = Field(
        default=False,
        description="Завершённый объект отвечает и задаче, которая стоит инцидентом: работу сделали после неудачи",
    )


class LogSettings(Group):
    """Журнал."""

    level: Annotated[
        Level,
        BeforeValidator(lambda value: value.strip().upper() if isinstance(value, str) else value),
        Var("LOG_LEVEL", ("WORKER_LOG_LEVEL",)),
    ] = Field("INFO", description="Подробность журнала: DEBUG, INFO, WARNING, ERROR")
    directory: Annotated[Path | None, Var("EXCHANGER_LOGS_DIR", empty="logs в EXCHANGER_HOME")] = Field(
        None, description="Каталог журнала; внутри него prod и dev"
    )
    statistics_interval: Annotated[Seconds, Var("MONITOR_LOG_INTERVAL")] = Field(
        timedelta(minutes=5), gt=timedelta(0), description="Как часто писать в журнал сводку"
    )


class RetrySettings(Group):
    """Повторы неудавшегося создания."""

    attempts: Annotated[int, Var("RETRY_ATTEMPTS")] = Field(
        3, ge=1, le=100, description="Сколько всего попыток; после последней — инцидент в движке"
    )
    delay: Annotated[Seconds, Var("RETRY_DELAY")] = Field(
        timedelta(seconds=5), ge=timedelta(0), description="Пауза перед повтором"
    )


class HookSettings(Group):
    """Уведомления систем."""

    port: Annotated[int | None, Var("EXCHANGER_HOOKS_PORT", empty="нет")] = Field(
        None, ge=1, le=65535, description="Порт, на котором принимать уведомления систем (/hooks/<система>)"
    )
    host: Annotated[str, Var("EXCHANGER_HOOKS_HOST")] = Field(
        "127.0.0.1", min_length=1, description="Адрес этого порта; TLS снаружи даёт обратный прокси"
    )


class MetricsSettings(Group):
    """Здоровье и метрики."""

    health_port: Annotated[int | None, Var("EXCHANGER_HEALTH_PORT", empty="нет")] = Field(
        None, ge=1, le=65535, description="Порт страницы здоровья и метрик; у каждой службы сервера свой"
    )
    enabled: Annotated[bool, Var("ENABLE_METRICS", dormant=True)] = Field(
        default=False, description="Открыть страницу на METRICS_PORT, если EXCHANGER_HEALTH_PORT не задан"
    )
    port: Annotated[int, Var("METRICS_PORT", dormant=True)] = Field(
        8080, ge=1, le=65535, description="Порт для ENABLE_METRICS=true"
    )

    @property
    def listen_on(self) -> int | None:
        """На каком порту открыть страницу здоровья; None — не открывать."""
        return self.health_port or (self.port if self.enabled else None)
