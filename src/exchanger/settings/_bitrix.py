from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, HttpUrl, SecretStr

from exchanger.domain.errors import ConfigError
from exchanger.settings._var import CommaList, Group, Seconds, TimeZone, Var

_WEBHOOK_PARTS = 3  # rest / user / code


def _webhook(value: SecretStr) -> SecretStr:
    url = urlsplit(value.get_secret_value())
    parts = [part for part in url.path.split("/") if part]
    tail = parts[parts.index("rest") :] if "rest" in parts else []
    tail = [part for part in tail if part != "api"]
    if url.scheme not in {"http", "https"} or not url.hostname or len(tail) != _WEBHOOK_PARTS or not tail[1].isdigit():
        raise ValueError("нужен адрес входящего вебхука: https://портал/rest/<номер пользователя>/<код>/")
    return SecretStr(value.get_secret_value().rstrip("/") + "/")


class BitrixSettings(Group):
    """Bitrix24."""

    webhook_url: Annotated[
        Annotated[SecretStr, AfterValidator(_webhook)] | None,
        Var("BITRIX_WEBHOOK_URL", secret=True, sample="https://portal.example.ru/rest/1/КОД/"),
    ] = Field(None, description="Адрес входящего вебхука вместе с кодом; код — тайна")
    next_webhook_url: Annotated[
        Annotated[SecretStr, AfterValidator(_webhook)] | None,
        Var("BITRIX_NEXT_WEBHOOK_URL", secret=True, sample="https://portal.example.ru/rest/1/НОВЫЙ_КОД/"),
    ] = Field(
        None,
        description="Вебхук того же портала и сотрудника, на который перейти, когда портал не примет код прежнего: "
        "смена кода без остановки; код — тайна",
    )
    ca_file: Annotated[Path | None, Var("BITRIX_CA_FILE", empty="хранилище системы")] = Field(
        None, description="Файл PEM частного удостоверяющего центра портала"
    )
    verify_tls: Annotated[bool, Var("BITRIX_VERIFY_TLS")] = Field(
        default=True, description="Проверять сертификат портала; false — только для наладки"
    )
    link_base: Annotated[HttpUrl | None, Var("BITRIX_LINK_BASE", empty="адрес портала из вебхука")] = Field(
        None, description="Адрес портала, каким его открывают люди: для ссылок на задачи"
    )
    portal_time_zone: Annotated[TimeZone | None, Var("BITRIX_PORTAL_TIME_ZONE", empty="по ответам портала")] = Field(
        None, description="Часовой пояс портала: для сроков, заданных без пояса"
    )
    done_statuses: Annotated[tuple[int, ...], CommaList, Var("BITRIX_DONE_STATUSES")] = Field(
        (5,), min_length=1, description="Состояния завершённой задачи: 5 — завершена, 4 — ждёт контроля постановщика"
    )
    default_responsible_id: Annotated[
        int | None, Var("BITRIX_DEFAULT_RESPONSIBLE_ID", dormant=True, empty="нет: задача без ответственного — отказ")
    ] = Field(None, ge=1, description="Ответственный, когда процесс никого не назвал")
    default_priority: Annotated[int, Var("BITRIX_DEFAULT_PRIORITY")] = Field(
        1, ge=0, le=2, description="Важность, когда процесс её не назвал: 0 низкая, 1 обычная, 2 высокая"
    )
    max_description_length: Annotated[int, Var("BITRIX_MAX_DESCRIPTION_LENGTH", dormant=True)] = Field(
        10_000, ge=100, description="Наибольшая длина описания задачи"
    )
    request_timeout: Annotated[Seconds, Var("BITRIX_REQUEST_TIMEOUT")] = Field(
        timedelta(seconds=70),
        ge=timedelta(seconds=1),
        description="Сколько ждать ответа портала; портал сам обрывает запрос на 60-й секунде",
    )
    requests_per_second: Annotated[float, Var("BITRIX_REQUESTS_PER_SECOND")] = Field(
        2.0, gt=0, le=1000, description="Сколько запросов в секунду делать в установившейся работе"
    )
    burst: Annotated[int, Var("BITRIX_BURST")] = Field(40, ge=1, description="Сколько запросов можно сделать разом")
    operating_limit: Annotated[Seconds, Var("BITRIX_OPERATING_LIMIT")] = Field(
        timedelta(minutes=7),
        ge=timedelta(seconds=10),
        description="Сколько работы одного метода за десять минут портал терпит, прежде чем его запереть "
        "(420 или 480 с); метод отдыхает раньше",
    )
    quarantine: Annotated[Seconds, Var("BITRIX_QUARANTINE")] = Field(
        timedelta(seconds=90),
        ge=timedelta(0),
        description="Сколько после обрыва запрос на создание ещё может исполниться на портале",
    )
    result_grace: Annotated[Seconds, Var("BITRIX_RESULT_GRACE")] = Field(
        timedelta(0),
        ge=timedelta(0),
        le=timedelta(days=1),
        description="Сколько после закрытия задачи ждать, не допишет ли исполнитель результат, прежде чем отвечать",
    )
    application_token: Annotated[
        SecretStr | None, Var("BITRIX_APPLICATION_TOKEN", secret=True, sample="КОД", empty="уведомлений не принимаем")
    ] = Field(None, description="Токен исходящего вебхука портала (несколько — через запятую); тайна")
    member_id: Annotated[str | None, Var("BITRIX_MEMBER_ID", empty="не сверяем")] = Field(
        None, description="Код портала (member_id), с которого принимать уведомления: копия портала шлёт тот же токен"
    )
    poll_interval: Annotated[Seconds, Var("BITRIX_POLL_INTERVAL", ("HEARTBEAT_INTERVAL",))] = Field(
        timedelta(seconds=15), ge=timedelta(seconds=1), description="Как часто спрашивать портал об изменениях"
    )
    cancel_policy: Annotated[Literal["comment", "close", "delete", "leave"], Var("BITRIX_CANCEL_POLICY")] = Field(
        "comment",
        description="Что сделать с открытой задачей отменённого шага: comment — сказать в ней, close — завершить "
        "с комментарием, delete — удалить, leave — не трогать",
    )

    @property
    def time_zone(self) -> ZoneInfo | None:
        """Часовой пояс портала, если задан."""
        return ZoneInfo(self.portal_time_zone) if self.portal_time_zone else None

    def tokens(self) -> tuple[str, ...]:
        """Коды, с которыми приходят уведомления портала."""
        given = self.application_token.get_secret_value() if self.application_token else ""
        return tuple(token for part in given.split(",") if (token := part.strip()))

    def webhook(self) -> str:
        """Адрес вебхука с кодом и косой чертой в конце; не задан — ConfigError."""
        if self.webhook_url is None:
            raise ConfigError(
                "BITRIX_WEBHOOK_URL не задан.", remedy="Создайте в Bitrix24 входящий вебхук и укажите его."
            )
        return self.webhook_url.get_secret_value()
