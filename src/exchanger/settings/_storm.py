from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr

from exchanger.settings._var import CommaList, Group, Seconds, TimeZone, Var

Names = Annotated[tuple[str, ...], CommaList]


class StormSettings(Group):
    """StormBPMN: откуда берутся диаграммы."""

    base_url: Annotated[HttpUrl, Var("STORMBPMN_BASE_URL")] = Field(
        HttpUrl("https://stormbpmn.com"), description="Адрес StormBPMN"
    )
    api_version: Annotated[str, Var("STORMBPMN_API_VERSION")] = Field(
        "v1", pattern=r"^v\d+$", description="Версия API StormBPMN"
    )
    api_key: Annotated[SecretStr | None, Var("STORMBPMN_API_KEY", secret=True)] = Field(
        None, description="Ключ открытого API: список и тела диаграмм"
    )
    bearer_token: Annotated[SecretStr | None, Var("STORMBPMN_BEARER_TOKEN", secret=True)] = Field(
        None, description="Токен внутреннего API: только оно отдаёт ответственных"
    )
    ca_file: Annotated[Path | None, Var("STORMBPMN_CA_FILE", empty="хранилище системы")] = Field(
        None, description="Файл PEM частного удостоверяющего центра StormBPMN"
    )
    verify_tls: Annotated[bool, Var("STORMBPMN_VERIFY_TLS")] = Field(
        default=True, description="Проверять сертификат StormBPMN; false — только для наладки"
    )
    requests_per_minute: Annotated[int, Var("STORMBPMN_REQUESTS_PER_MINUTE")] = Field(
        4,
        ge=0,
        le=600,
        description="Запросов в минуту на все процессы вместе: облако за пять и больше блокирует; "
        "у своего сервера — его предел, 0 — предела нет",
    )
    time_zone: Annotated[TimeZone, Var("STORMBPMN_TIME_ZONE")] = Field(
        "Europe/Moscow", description="Часовой пояс StormBPMN: время оно отдаёт без пояса"
    )
    directory: Annotated[Path | None, Var("STORMBPMN_DIR", empty="storm в EXCHANGER_HOME")] = Field(
        None, description="Каталог архива диаграмм и счёта запросов; общий у всех, кто ходит с одним ключом"
    )
    timeout: Annotated[Seconds, Var("STORMBPMN_TIMEOUT", dormant=True)] = Field(
        timedelta(seconds=30), gt=timedelta(0), description="Сколько ждать ответа StormBPMN"
    )
    retry_attempts: Annotated[int, Var("STORMBPMN_RETRY_ATTEMPTS", dormant=True)] = Field(
        3, ge=1, le=20, description="Сколько раз пробовать запрос, который можно повторить"
    )
    retry_delay: Annotated[Seconds, Var("STORMBPMN_RETRY_DELAY", dormant=True)] = Field(
        timedelta(seconds=1), ge=timedelta(0), description="Пауза перед повтором запроса"
    )
    page_size: Annotated[int, Var("STORMBPMN_DEFAULT_PAGE_SIZE")] = Field(
        20, ge=1, le=1000, description="Сколько диаграмм брать одной страницей"
    )
    sort: Annotated[str, Var("STORMBPMN_DEFAULT_SORT")] = Field("updatedOn,desc", description="Порядок диаграмм")
    view: Annotated[str, Var("STORMBPMN_DEFAULT_VIEW")] = Field("TEAM", description="Чьи диаграммы: TEAM или PERSONAL")


class SyncSettings(Group):
    """Перенос диаграмм из StormBPMN в движок."""

    enabled: Annotated[bool, Var("SYNC_ENABLED", ("SYNC_SYNC_ENABLED",), dormant=True)] = Field(
        default=False, description="Переносить диаграммы по расписанию"
    )
    interval: Annotated[Seconds, Var("SYNC_INTERVAL", ("SYNC_SYNC_INTERVAL",), dormant=True)] = Field(
        timedelta(hours=1), ge=timedelta(seconds=10), description="Как часто переносить"
    )
    only_team_diagrams: Annotated[
        bool, Var("SYNC_ONLY_TEAM_DIAGRAMS", ("SYNC_SYNC_ONLY_TEAM_DIAGRAMS",), dormant=True)
    ] = Field(default=True, description="Только диаграммы команды")
    only_public: Annotated[bool, Var("SYNC_ONLY_PUBLIC", ("SYNC_SYNC_ONLY_PUBLIC",), dormant=True)] = Field(
        default=False, description="Только открытые диаграммы"
    )
    diagram_types: Annotated[Names, Var("SYNC_DIAGRAM_TYPES", dormant=True)] = Field(
        ("BPMN",), description="Виды диаграмм, через запятую"
    )
    statuses: Annotated[Names, Var("SYNC_STATUSES", dormant=True)] = Field(
        ("IN_PROGRESS", "DONE"), description="Состояния диаграмм, через запятую"
    )
    exclude: Annotated[Names, Var("SYNC_EXCLUDE_DIAGRAM_IDS", dormant=True)] = Field(
        (), description="Какие диаграммы не переносить, через запятую"
    )
    include_only: Annotated[Names, Var("SYNC_INCLUDE_ONLY_DIAGRAM_IDS", dormant=True, empty="все")] = Field(
        (), description="Переносить только эти диаграммы, через запятую"
    )
    embedded_engine: Annotated[bool, Var("SYNC_EMBEDDED_ENGINE")] = Field(
        default=True,
        description="Перед развёртыванием пробовать документ на встроенном движке, если установлено дополнение sandbox",
    )
