from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import Field, HttpUrl, SecretStr

from exchanger.domain.errors import ConfigError
from exchanger.settings._var import CommaList, Group, Seconds, TimeZone, Var


class OnecSettings(Group):
    """1С:Предприятие."""

    url: Annotated[HttpUrl | None, Var("ONEC_WEB_SERVICE_URL")] = Field(
        None, description="Адрес веб-сервера 1С; имя публикации — в ONEC_DATABASE или прямо здесь"
    )
    database: Annotated[str, Var("ONEC_DATABASE", empty="уже в адресе")] = Field(
        "", description="Имя публикации базы: последняя часть её адреса"
    )
    username: Annotated[str | None, Var("ONEC_USERNAME")] = Field(
        None, description="Пользователь базы, от имени которого работает Exchanger"
    )
    password: Annotated[SecretStr | None, Var("ONEC_PASSWORD", secret=True)] = Field(None, description="Его пароль")
    profile: Annotated[Literal["odata", "service"], Var("ONEC_PROFILE")] = Field(
        "odata", description="Чем говорить с базой: odata — стандартный интерфейс, service — сервис нашего расширения"
    )
    key: Annotated[Literal["ref", "marker", "none"], Var("ONEC_KEY")] = Field(
        "ref",
        description="По чему узнаётся созданное через OData: ref — база принимает нашу ссылку, marker — ключ "
        "в реквизите ONEC_KEY_FIELD, none — ничего (сомнение решает человек)",
    )
    key_field: Annotated[str, Var("ONEC_KEY_FIELD", empty="у задач — отметка в описании")] = Field(
        "", description="Строковый реквизит (от 150 знаков) для ключа: один и тот же у всех наборов, которые создаются"
    )
    task_set: Annotated[str, Var("ONEC_TASK_SET")] = Field(
        "Task_ЗадачаИсполнителя", pattern=r"^Task_\w+$", description="Набор задач исполнителя"
    )
    users_set: Annotated[str, Var("ONEC_USERS_SET")] = Field(
        "Catalog_Пользователи", pattern=r"^Catalog_\w+$", description="Набор пользователей"
    )
    counterparty_set: Annotated[str, Var("ONEC_COUNTERPARTY_SET")] = Field(
        "Catalog_Контрагенты", pattern=r"^Catalog_\w+$", description="Набор контрагентов"
    )
    default_assignee: Annotated[str, Var("ONEC_DEFAULT_ASSIGNEE", empty="никто")] = Field(
        "", description="Исполнитель, когда процесс никого не назвал: полное имя в 1С или ссылка (GUID)"
    )
    refused_states: Annotated[tuple[str, ...], CommaList, Var("ONEC_REFUSED_STATES")] = Field(
        ("Прерван", "Прервано"), description="Состояния бизнес-процесса задачи, означающие отказ"
    )
    time_zone: Annotated[TimeZone, Var("ONEC_TIME_ZONE")] = Field(
        "Europe/Moscow", description="Часовой пояс базы: времена в 1С — местные, без пояса"
    )
    sessions: Annotated[bool, Var("ONEC_SESSIONS")] = Field(
        default=True, description="Держать сеансы (IBSession), чтобы вызов не занимал новую лицензию"
    )
    concurrency: Annotated[int, Var("ONEC_CONCURRENCY")] = Field(
        2, ge=1, le=4, description="Сколько запросов делать разом: каждый занимает сеанс и лицензию"
    )
    request_timeout: Annotated[Seconds, Var("ONEC_REQUEST_TIMEOUT")] = Field(
        timedelta(seconds=60),
        ge=timedelta(seconds=1),
        description="Сколько ждать ответа 1С; первый вызов после простоя бывает дольше 30 с",
    )
    quarantine: Annotated[Seconds, Var("ONEC_QUARANTINE")] = Field(
        timedelta(seconds=120),
        ge=timedelta(0),
        description="Сколько после обрыва запрос на создание ещё может исполниться",
    )
    poll_interval: Annotated[Seconds, Var("ONEC_POLL_INTERVAL")] = Field(
        timedelta(seconds=30), ge=timedelta(seconds=1), description="Как часто спрашивать 1С об изменениях"
    )
    cancel_policy: Annotated[Literal["comment", "close", "leave"], Var("ONEC_CANCEL_POLICY")] = Field(
        "comment",
        description="Что сделать с открытой задачей отменённого шага: comment — дописать в описание, "
        "close — выполнить, дописав почему, leave — не трогать",
    )
    ca_file: Annotated[Path | None, Var("ONEC_CA_FILE", empty="хранилище системы")] = Field(
        None, description="Файл PEM частного удостоверяющего центра 1С"
    )
    verify_tls: Annotated[bool, Var("ONEC_VERIFY_TLS")] = Field(
        default=True, description="Проверять сертификат 1С; false — только для наладки"
    )
    link_base: Annotated[HttpUrl | None, Var("ONEC_LINK_BASE", empty="адрес публикации")] = Field(
        None, description="Адрес веб-клиента, каким его открывают люди: для ссылок на задачи"
    )

    @property
    def zone(self) -> ZoneInfo:
        """Пояс базы."""
        return ZoneInfo(self.time_zone)

    def address(self) -> str:
        """Адрес публикации базы; не задан — ConfigError."""
        if self.url is None:
            raise ConfigError("ONEC_WEB_SERVICE_URL не задан.", remedy="Укажите адрес веб-сервера 1С.")
        return "/".join(filter(None, (str(self.url).rstrip("/"), quote(self.database.strip("/"), safe="/%"))))

    def login(self) -> tuple[str, str]:
        """Пользователь и пароль (бывает пустым); пользователь не задан — ConfigError."""
        if not self.username:
            raise ConfigError("ONEC_USERNAME не задан.", remedy="Укажите пользователя базы 1С.")
        return self.username, self.password.get_secret_value() if self.password is not None else ""
