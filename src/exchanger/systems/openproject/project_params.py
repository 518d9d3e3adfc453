"""Параметры проекта. Имена начинаются с project: прочие переменные процесса полями проекта не станут."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from exchanger.connect.template import YES_NO, Asked
from exchanger.systems.openproject.params import Flag, Text, Values


class NewProject(BaseModel):
    """Новый проект. Идентификатор задать нельзя: по нему узнают проект, созданный прежней попыткой."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    project_name: Text = Field(min_length=1, max_length=255, title="Название")
    project_description: Annotated[Text, Asked(long=True)] = Field("", title="Описание", description="Markdown")
    project_parent: Text = Field("", title="Родитель", description="Номер или идентификатор проекта")
    project_status: Text = Field("", title="Состояние", description="Имя или код: on_track, at_risk, off_track…")
    project_status_text: Annotated[Text, Asked(long=True)] = Field(
        "", title="Пояснение к состоянию", description="Markdown"
    )
    project_public: Annotated[Flag | None, Asked(choices=YES_NO)] = Field(
        None, title="Виден всем", description="Без него — как настроено на экземпляре"
    )
    project_custom: Annotated[Values, Asked(long=True)] = Field(
        default_factory=dict, title="Поля проекта", description="JSON: имя → значение"
    )
