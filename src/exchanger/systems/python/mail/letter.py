"""Параметры письма."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from exchanger.connect.contents import CONTENT
from exchanger.connect.template import Asked

_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_WRITTEN = re.compile(rf"{_ADDRESS}|[^<>:;,@]*<{_ADDRESS}>")


def _address(text: str) -> str:
    text = text.strip()
    if not text.isprintable() or not _WRITTEN.fullmatch(text):
        raise ValueError("нужен адрес почты латиницей: name@example.ru или Имя <name@example.ru>")
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())


Address = Annotated[str, AfterValidator(_address)]


class Attachment(BaseModel):
    """Вложение: текст, base64 или имя переменной процесса (File, String, Json, Bytes)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, description="Имя файла, каким его увидит получатель")
    text: str | None = Field(None, description="Содержимое текстом")
    base64: str | None = Field(None, description="Содержимое в base64")
    variable: Annotated[str | None, CONTENT] = Field(None, description="Переменная процесса с содержимым")

    @model_validator(mode="after")
    def _one_source(self) -> Attachment:
        if sum(value is not None for value in (self.text, self.base64, self.variable)) != 1:
            raise ValueError("у вложения нужно ровно одно: text, base64 или variable")
        return self


class Letter(BaseModel):
    """Письмо."""

    model_config = ConfigDict(frozen=True)

    to: list[Address] = Field(min_length=1, title="Кому", description="Адреса через запятую")
    cc: list[Address] = Field(default_factory=list, description="Копия")
    bcc: list[Address] = Field(default_factory=list, description="Скрытая копия")
    reply_to: Address | None = Field(None, description="Куда отвечать")
    subject: Annotated[str, AfterValidator(_one_line)] = Field(min_length=1, description="Тема")
    text: Annotated[str, Asked(long=True)] = Field("", description="Текст письма")
    html: Annotated[str, Asked(long=True)] = Field(
        "", title="Текст письма в HTML", description="Без него письмо простое"
    )
    attachments: list[Attachment] = Field(
        default_factory=list,
        title="Вложения",
        description='JSON-список: [{"name": "счёт.pdf", "variable": "invoice"}]',
    )

    @property
    def recipients(self) -> list[str]:
        """Адреса всех получателей, без имён, каждый один раз."""
        return list(dict.fromkeys(parseaddr(each)[1] for each in (*self.to, *self.cc, *self.bcc)))
