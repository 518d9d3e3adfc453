from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, model_validator

from exchanger.settings._var import Capped, Group, Hours, Milliseconds, Var

_LEASES_IN_LOCK = 4  # below this a made task could not be told from an ordered one by its lock
_POLL = Capped(10_000, "длинный опрос движка не просыпается, когда истекает аренда или пауза повтора")


def _without_login(url: HttpUrl) -> HttpUrl:
    if url.username or url.password:  # an address is printed by every library that meets it
        raise ValueError("учётные данные в адресе не принимаются: CAMUNDA_AUTH_USERNAME и CAMUNDA_AUTH_PASSWORD")
    return url


class EngineSettings(Group):
    """Движок процессов (Camunda 7, Operaton, CIB seven)."""

    base_url: Annotated[
        HttpUrl,
        AfterValidator(_without_login),
        Var("CAMUNDA_BASE_URL", sample="https://camunda.example.ru/engine-rest"),
    ] = Field(description="Корень REST движка; адрес без пути дополняется до /engine-rest")
    engine_name: Annotated[str, Var("CAMUNDA_ENGINE_NAME")] = Field(
        "default", pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Имя движка: входит в ключ объекта в системе задач"
    )
    tenant_id: Annotated[str | None, Var("CAMUNDA_TENANT_ID", sample="imenaProd", empty="все арендаторы")] = Field(
        None, description="Арендатор (tenant): берутся и завершаются только его задачи"
    )
    worker_id: Annotated[str, Var("CAMUNDA_WORKER_ID")] = Field(
        "universal-worker", min_length=1, description="Имя работника в движке; у prod и dev на одном движке — разные"
    )
    max_tasks: Annotated[int, Var("CAMUNDA_MAX_TASKS")] = Field(
        10, ge=1, le=1000, description="Сколько задач брать одним запросом"
    )
    lease: Annotated[Milliseconds, Var("CAMUNDA_LEASE")] = Field(
        timedelta(minutes=30),
        ge=timedelta(minutes=1),
        description="Аренда: на сколько запирается взятая задача, пока её объект не создан",
    )
    lock_duration: Annotated[Milliseconds, Var("CAMUNDA_LOCK_DURATION")] = Field(
        timedelta(days=365),
        description="Длинный запор: на сколько запирается задача, объект которой создан; не меньше четырёх аренд",
    )
    poll: Annotated[
        Milliseconds, Var("CAMUNDA_POLL", ("CAMUNDA_ASYNC_TIMEOUT", "CAMUNDA_ASYNC_RESPONSE_TIMEOUT")), _POLL
    ] = Field(
        timedelta(seconds=8),
        ge=timedelta(0),
        description="Сколько движок держит запрос открытым, когда задач нет; не больше 10000",
    )
    poll_margin: Annotated[
        Milliseconds, Var("CAMUNDA_TIMEOUT_DELTA", ("CAMUNDA_TIMEOUT_DELTA_MILLIS",), dormant=True)
    ] = Field(
        timedelta(seconds=5),
        ge=timedelta(seconds=1),
        description="Сколько сверх CAMUNDA_POLL ждать ответа длинного опроса",
    )
    http_timeout: Annotated[
        Milliseconds, Var("CAMUNDA_HTTP_TIMEOUT", ("CAMUNDA_HTTP_TIMEOUT_MILLIS",), dormant=True)
    ] = Field(
        timedelta(seconds=30),
        ge=timedelta(seconds=1),
        description="Сколько ждать ответа на обычный запрос; завершение задачи выполняет и следующие шаги процесса",
    )
    auth_enabled: Annotated[bool, Var("CAMUNDA_AUTH_ENABLED")] = Field(
        default=True, description="Предъявлять ли движку учётные данные"
    )
    auth_username: Annotated[str | None, Var("CAMUNDA_AUTH_USERNAME", sample="exchanger")] = Field(
        None, description="Имя для входа (Basic)"
    )
    auth_password: Annotated[SecretStr | None, Var("CAMUNDA_AUTH_PASSWORD", secret=True)] = Field(
        None, description="Пароль для входа (Basic)"
    )
    auth_token: Annotated[SecretStr | None, Var("CAMUNDA_AUTH_TOKEN", secret=True)] = Field(
        None, description="Токен для входа (Bearer); вместо имени и пароля"
    )
    ca_file: Annotated[Path | None, Var("CAMUNDA_CA_FILE", empty="хранилище системы")] = Field(
        None, description="Файл PEM частного удостоверяющего центра движка"
    )
    verify_tls: Annotated[bool, Var("CAMUNDA_VERIFY_TLS")] = Field(
        default=True, description="Проверять сертификат движка; false — только для наладки"
    )

    @property
    def rest_url(self) -> str:
        """Корень REST без косой черты в конце; к голому адресу дописан /engine-rest."""
        text = str(self.base_url).rstrip("/")
        return text if urlsplit(text).path else f"{text}/engine-rest"

    @property
    def poll_deadline(self) -> timedelta:
        """Сколько всего ждать ответа длинного опроса."""
        return self.poll + self.poll_margin

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.lock_duration < self.lease * _LEASES_IN_LOCK:
            raise ValueError("CAMUNDA_LOCK_DURATION должен быть не меньше четырёх CAMUNDA_LEASE")
        if self.auth_token is not None and self.auth_password is not None:
            raise ValueError("заданы и CAMUNDA_AUTH_TOKEN, и CAMUNDA_AUTH_PASSWORD: оставьте одно")
        if (self.auth_username is None) != (self.auth_password is None):
            raise ValueError("CAMUNDA_AUTH_USERNAME и CAMUNDA_AUTH_PASSWORD задаются только вместе")
        return self


class DiagramSettings(Group):
    """Кэш диаграмм процессов."""

    ttl: Annotated[Hours, Var("BPMN_CACHE_TTL_HOURS")] = Field(
        timedelta(hours=24), gt=timedelta(0), description="Сколько хранить разобранную диаграмму"
    )
    max_size: Annotated[int, Var("BPMN_CACHE_MAX_SIZE")] = Field(
        150, ge=1, description="Сколько разобранных диаграмм хранить"
    )
