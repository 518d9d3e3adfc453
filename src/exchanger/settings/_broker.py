from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field, SecretStr

from exchanger.settings._var import Capped, Group, Seconds, Var

ExchangeType = Literal["topic", "direct", "fanout", "headers"]

_HEARTBEAT = Capped(30, "зависшее соединение замечается через 3×(heartbeat+1) с: при 600 это полчаса молчания")


class BrokerSettings(Group):
    """RabbitMQ; без RABBITMQ_HOST и RABBITMQ_URL работает шина в памяти одного процесса."""

    url: Annotated[SecretStr | None, Var("RABBITMQ_URL", secret=True)] = Field(
        None, description="Адрес целиком, вместо частей: amqp://имя:пароль@узел:порт/%2Fprod"
    )
    host: Annotated[str | None, Var("RABBITMQ_HOST", sample="rabbitmq.example.ru")] = Field(
        None, description="Узел брокера"
    )
    port: Annotated[int | None, Var("RABBITMQ_PORT", sample="5672", empty="5672, с TLS 5671")] = Field(
        None, ge=1, le=65535, description="Порт брокера"
    )
    username: Annotated[str, Var("RABBITMQ_USERNAME")] = Field("guest", description="Имя для входа")
    password: Annotated[SecretStr, Var("RABBITMQ_PASSWORD", secret=True)] = Field(
        SecretStr("guest"), description="Пароль для входа"
    )
    virtual_host: Annotated[str, Var("RABBITMQ_VIRTUAL_HOST", sample="/prod")] = Field(
        "/", description="Виртуальный узел; у prod и dev — разные"
    )
    tls: Annotated[bool, Var("RABBITMQ_TLS")] = Field(default=False, description="Соединяться по TLS (amqps)")
    ca_file: Annotated[Path | None, Var("RABBITMQ_CA_FILE", empty="хранилище системы")] = Field(
        None, description="Файл PEM частного удостоверяющего центра брокера"
    )
    verify_tls: Annotated[bool, Var("RABBITMQ_VERIFY_TLS")] = Field(
        default=True, description="Проверять сертификат брокера; false — только для наладки"
    )
    heartbeat: Annotated[Seconds, Var("RABBITMQ_HEARTBEAT"), _HEARTBEAT] = Field(
        timedelta(seconds=10), ge=timedelta(seconds=5), description="Проверка живости соединения; не больше 30"
    )
    blocked_timeout: Annotated[
        Seconds, Var("RABBITMQ_BLOCKED_TIMEOUT", ("RABBITMQ_BLOCKED_CONNECTION_TIMEOUT",), dormant=True)
    ] = Field(
        timedelta(seconds=300),
        gt=timedelta(0),
        description="Сколько ждать подтверждения публикации от брокера, остановившего приём (память, диск)",
    )
    queue_type: Annotated[Literal["quorum", "classic"], Var("RABBITMQ_QUEUE_TYPE")] = Field(
        "quorum", description="Тип создаваемых очередей (quorum или classic); имеющиеся берутся какие есть"
    )
    tasks_exchange: Annotated[str, Var("RABBITMQ_TASKS_EXCHANGE", ("RABBITMQ_TASKS_EXCHANGE_NAME",), dormant=True)] = (
        Field("camunda.external.tasks", min_length=1, description="Обменник заявок")
    )
    tasks_exchange_type: Annotated[ExchangeType, Var("RABBITMQ_TASKS_EXCHANGE_TYPE")] = Field(
        "topic", description="Тип обменника заявок"
    )
    alternate_exchange: Annotated[
        str, Var("RABBITMQ_ALTERNATE_EXCHANGE", ("RABBITMQ_ALTERNATE_EXCHANGE_NAME",), dormant=True)
    ] = Field("camunda.unrouted.tasks", min_length=1, description="Обменник заявок без очереди")
    alternate_exchange_type: Annotated[ExchangeType, Var("RABBITMQ_ALTERNATE_EXCHANGE_TYPE")] = Field(
        "fanout", description="Тип обменника заявок без очереди"
    )
    responses_exchange: Annotated[
        str, Var("RABBITMQ_RESPONSES_EXCHANGE", ("RABBITMQ_RESPONSES_EXCHANGE_NAME",), dormant=True)
    ] = Field("camunda.task.responses", min_length=1, description="Обменник ответов")
    responses_exchange_type: Annotated[ExchangeType, Var("RABBITMQ_RESPONSES_EXCHANGE_TYPE")] = Field(
        "direct", description="Тип обменника ответов"
    )
    responses_queue: Annotated[
        str, Var("RABBITMQ_RESPONSES_QUEUE", ("RABBITMQ_RESPONSES_QUEUE_NAME",), dormant=True)
    ] = Field("camunda.responses.queue", min_length=1, description="Очередь ответов")

    @property
    def configured(self) -> bool:
        """Задан ли RabbitMQ; если нет, работает шина в памяти."""
        return self.url is not None or self.host is not None

    @property
    def encrypted(self) -> bool:
        """Идёт ли соединение по TLS."""
        return self.url.get_secret_value().startswith("amqps:") if self.url else self.tls

    def amqp_url(self) -> SecretStr:
        """Адрес для клиента AMQP: заданный целиком или собранный из частей."""
        if self.url is not None:
            return self.url
        assert self.host is not None, "проверьте configured прежде"
        scheme, usual = ("amqps", 5671) if self.tls else ("amqp", 5672)
        host = f"[{self.host}]" if ":" in self.host else self.host
        login = f"{_part(self.username)}:{_part(self.password.get_secret_value())}"
        return SecretStr(f"{scheme}://{login}@{host}:{self.port or usual}/{_part(self.virtual_host)}")


def _part(text: str) -> str:
    return quote(text, safe="")
