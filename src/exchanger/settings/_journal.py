from datetime import timedelta
from typing import Annotated

from pydantic import Field

from exchanger.settings._var import Days, Group, Var


class JournalSettings(Group):
    """Журнал событий задач."""

    enabled: Annotated[bool, Var("EXCHANGER_JOURNAL")] = Field(
        default=True, description="Вести журнал событий задач: с ним trace помнит и то, чего движок уже не скажет"
    )
    keep: Annotated[Days, Var("EXCHANGER_JOURNAL_DAYS")] = Field(
        timedelta(days=90), gt=timedelta(0), le=timedelta(days=3650), description="Сколько хранить событие"
    )
    texts: Annotated[bool, Var("EXCHANGER_JOURNAL_TEXTS")] = Field(
        default=False, description="Хранить и тексты причин: в них бывают имена людей и названия задач"
    )
