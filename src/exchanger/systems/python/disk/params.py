"""Параметры вызова Диска."""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from exchanger.connect.contents import CONTENT
from exchanger.connect.template import Asked
from exchanger.domain.errors import Reject
from exchanger.domain.task import Order
from exchanger.systems.python.content import content_of


class Action(StrEnum):
    """Что сделать."""

    FOLDER = "folder"
    FILE = "file"
    LINK = "link"


_ACTIONS = {"folder": "создать папку", "file": "положить файл", "link": "дать ссылку на готовое"}


class DiskFile(BaseModel):
    """Файл на Диске. Содержимое — ровно одно из content, base64, variable."""

    model_config = ConfigDict(frozen=True)

    path: str = Field(min_length=1, title="Путь", description="От папки YANDEX_DISK_FOLDER; папки создаются")
    content: Annotated[str | None, Asked(long=True)] = Field(None, description="Содержимое текстом")
    base64: str | None = Field(None, description="Содержимое в base64")
    variable: Annotated[str | None, CONTENT] = Field(
        None, title="Переменная с содержимым", description="Имя переменной процесса: File, String, Json, Bytes"
    )
    link: bool = Field(default=False, description="Дать открытую ссылку")


class DiskCall(DiskFile):
    """Действие на Диске."""

    action: Annotated[Action, Asked(choices=_ACTIONS)] = Field(Action.FOLDER, description="Что сделать")


def content_for(call: DiskFile, order: Order) -> bytes:
    """Содержимое файла; `Reject` — его нет, оно задано дважды или негодно."""
    if sum(value is not None for value in (call.content, call.base64, call.variable)) != 1:
        raise Reject("Для файла на Диске нужно ровно одно: content, base64 или variable.")
    if call.variable is not None:
        return content_of(order, call.variable)
    if call.content is not None:
        return call.content.encode()
    try:
        return base64.b64decode(call.base64 or "", validate=True)
    except binascii.Error:
        raise Reject("base64 файла для Диска не разобрано.") from None
