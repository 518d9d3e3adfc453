from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, SecretStr

from exchanger.domain.errors import ConfigError
from exchanger.settings._var import CommaList, Group, Seconds, Var


class OpenProjectSettings(Group):
    """OpenProject."""

    url: Annotated[HttpUrl | None, Var("OPENPROJECT_API_URL", dormant=True)] = Field(
        None, description="Адрес OpenProject; окончание /api/v3 можно не писать"
    )
    api_key: Annotated[SecretStr | None, Var("OPENPROJECT_API_KEY", dormant=True, secret=True)] = Field(
        None, description="Ключ API человека, от имени которого работает Exchanger"
    )
    key_scheme: Annotated[Literal["auto", "basic", "bearer"], Var("OPENPROJECT_API_KEY_SCHEME")] = Field(
        "auto", description="Как предъявлять ключ: basic, bearer или auto (ключи opapi-… — bearer, прочие — basic)"
    )
    oauth_client_id: Annotated[str | None, Var("OPENPROJECT_OAUTH_CLIENT_ID", empty="вход по ключу API")] = Field(
        None, description="Приложение OAuth2 (client credentials), привязанное к человеку; заменяет ключ API"
    )
    oauth_client_secret: Annotated[SecretStr | None, Var("OPENPROJECT_OAUTH_CLIENT_SECRET", secret=True)] = Field(
        None, description="Секрет приложения OAuth2"
    )
    default_project: Annotated[str | None, Var("OPENPROJECT_DEFAULT_PROJECT_ID", dormant=True)] = Field(
        None, description="Проект задач, для которых диаграмма не назвала своего: номер или идентификатор"
    )
    projects: Annotated[tuple[str, ...], CommaList, Var("OPENPROJECT_PROJECTS", empty="только обычный")] = Field(
        (), description="Другие проекты, в которых искать по ключу, когда поле ключа не для всех проектов"
    )
    key_field: Annotated[str, Var("OPENPROJECT_KEY_FIELD")] = Field(
        "external_task_id", min_length=1, description="Имя строкового поля, в котором лежит ключ задачи"
    )
    default_type: Annotated[str, Var("OPENPROJECT_DEFAULT_TYPE", empty="первый тип проекта")] = Field(
        "", description="Тип задач, для которых диаграмма не назвала своего"
    )
    default_assignee: Annotated[str, Var("OPENPROJECT_DEFAULT_ASSIGNEE", empty="никто")] = Field(
        "", description="Исполнитель, когда процесс никого не назвал: номер, логин, почта или имя"
    )
    refused_statuses: Annotated[tuple[str, ...], CommaList, Var("OPENPROJECT_REFUSED_STATUSES")] = Field(
        ("Rejected", "Отклонено"), description="Состояния, означающие отказ исполнителя: имена или номера"
    )
    notify: Annotated[bool, Var("OPENPROJECT_NOTIFY")] = Field(
        default=True, description="Слать ли людям уведомления о созданных задачах и комментариях"
    )
    validate_first: Annotated[bool, Var("OPENPROJECT_VALIDATE")] = Field(
        default=False, description="Проверять задачу формой до создания: одним запросом на задачу больше"
    )
    webhook_secret: Annotated[
        SecretStr | None,
        Var("OPENPROJECT_WEBHOOK_SECRET", secret=True, sample="ТАЙНА", empty="уведомлений не принимаем"),
    ] = Field(None, description="Тайна, которой OpenProject подписывает исходящие вебхуки (X-OP-Signature)")
    ca_file: Annotated[Path | None, Var("OPENPROJECT_CA_FILE", empty="хранилище системы")] = Field(
        None, description="Файл PEM частного удостоверяющего центра OpenProject"
    )
    verify_tls: Annotated[bool, Var("OPENPROJECT_VERIFY_TLS")] = Field(
        default=True, description="Проверять сертификат OpenProject; false — только для наладки"
    )
    link_base: Annotated[HttpUrl | None, Var("OPENPROJECT_LINK_BASE", empty="OPENPROJECT_API_URL")] = Field(
        None, description="Адрес OpenProject, каким его открывают люди: для ссылок на задачи"
    )
    request_timeout: Annotated[Seconds, Var("OPENPROJECT_REQUEST_TIMEOUT")] = Field(
        timedelta(seconds=60), ge=timedelta(seconds=1), description="Сколько ждать ответа OpenProject"
    )
    requests_per_second: Annotated[float, Var("OPENPROJECT_REQUESTS_PER_SECOND")] = Field(
        10.0, gt=0, le=1000, description="Сколько запросов в секунду делать в установившейся работе"
    )
    burst: Annotated[int, Var("OPENPROJECT_BURST")] = Field(
        20, ge=1, description="Сколько запросов можно сделать разом"
    )
    quarantine: Annotated[Seconds, Var("OPENPROJECT_QUARANTINE")] = Field(
        timedelta(seconds=150),
        ge=timedelta(0),
        description="Сколько после обрыва запрос на создание ещё может исполниться: предел самого OpenProject — 120 с",
    )
    poll_interval: Annotated[Seconds, Var("OPENPROJECT_POLL_INTERVAL")] = Field(
        timedelta(seconds=15), ge=timedelta(seconds=1), description="Как часто спрашивать OpenProject об изменениях"
    )
    cancel_policy: Annotated[Literal["comment", "close", "leave"], Var("OPENPROJECT_CANCEL_POLICY")] = Field(
        "comment",
        description="Что сделать с открытой задачей отменённого шага: comment — сказать в ней, close — закрыть с "
        "комментарием, leave — не трогать",
    )

    @property
    def searched(self) -> tuple[str, ...]:
        """Проекты установки, обычный — первый; обычного нет — ConfigError."""
        if self.default_project is None:
            raise ConfigError(
                "OPENPROJECT_DEFAULT_PROJECT_ID не задан.", remedy="Укажите номер или идентификатор проекта."
            )
        return tuple(dict.fromkeys((self.default_project, *self.projects)))

    def address(self) -> str:
        """Адрес экземпляра; не задан — ConfigError."""
        if self.url is None:
            raise ConfigError("OPENPROJECT_API_URL не задан.", remedy="Укажите адрес OpenProject.")
        return str(self.url)

    def oauth(self) -> tuple[str, str] | None:
        """Приложение OAuth2 и его секрет; None — вход по ключу; половина пары — ConfigError."""
        if self.oauth_client_id is None and self.oauth_client_secret is None:
            return None
        if self.oauth_client_id is None or self.oauth_client_secret is None:
            raise ConfigError(
                "OPENPROJECT_OAUTH_CLIENT_ID и OPENPROJECT_OAUTH_CLIENT_SECRET задаются вместе.",
                remedy="Задайте недостающее или уберите оба.",
            )
        return self.oauth_client_id, self.oauth_client_secret.get_secret_value()

    def event_secret(self) -> str:
        """Тайна подписи уведомлений; «» — их не принимаем."""
        return self.webhook_secret.get_secret_value().strip() if self.webhook_secret else ""

    def key(self) -> str:
        """Ключ API; не задан — ConfigError."""
        if self.api_key is None:
            raise ConfigError(
                "OPENPROJECT_API_KEY не задан.",
                remedy="Создайте ключ API в учётной записи OpenProject или задайте приложение OAuth2.",
            )
        return self.api_key.get_secret_value()
