"""Соединение с StormBPMN по настройкам."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from exchanger.settings import Settings, StormSettings, ssl_context


@dataclass(frozen=True, slots=True)
class Retries:
    """Сколько раз пробовать чтение и пауза перед первым повтором; дальше она удваивается."""

    attempts: int = 3
    delay: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Listing:
    """Список внутреннего API: размер страницы, порядок, чьи диаграммы."""

    page_size: int = 20
    sort: str = "updatedOn,desc"
    view: str = "TEAM"


@dataclass(frozen=True, slots=True)
class StormOptions:
    """Всё о соединении; `per_minute` 0 — сервер без предела; `directory` — архив тел и счёт запросов."""

    base_url: str
    directory: Path
    api_key: str = ""
    bearer_token: str = ""
    api_version: str = "v1"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Moscow"))
    timeout: timedelta = timedelta(seconds=30)
    per_minute: int = 4
    retries: Retries = Retries()
    listing: Listing = Listing()
    tls: ssl.SSLContext | None = None

    @property
    def archive(self) -> Path:
        """Каталог архива тел."""
        return self.directory / "archive"


def storm_options(settings: Settings, environ: Mapping[str, str] = os.environ) -> StormOptions:
    """Соединение по настройкам установки; под systemd каталог по умолчанию — в состоянии службы (STATE_DIRECTORY)."""
    home = Path(environ.get("STATE_DIRECTORY", "").partition(":")[0] or settings.installation.home)
    storm = settings.storm
    return StormOptions(
        base_url=str(storm.base_url).rstrip("/"),
        directory=storm.directory or home / "storm",
        api_key=storm.api_key.get_secret_value() if storm.api_key else "",
        bearer_token=storm.bearer_token.get_secret_value() if storm.bearer_token else "",
        api_version=storm.api_version,
        zone=ZoneInfo(storm.time_zone),
        timeout=storm.timeout,
        per_minute=storm.requests_per_minute,
        retries=Retries(storm.retry_attempts, storm.retry_delay),
        listing=_listing(storm, only_team=settings.sync.only_team_diagrams),
        tls=ssl_context(storm.ca_file, verify=storm.verify_tls),
    )


def _listing(storm: StormSettings, *, only_team: bool) -> Listing:
    return Listing(storm.page_size, storm.sort, "TEAM" if only_team else storm.view)
