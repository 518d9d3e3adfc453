"""Вызовы 1c_create_document и 1c_update_document."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from exchanger.connect.template import Asked
from exchanger.domain.errors import Reject
from exchanger.domain.key import Key
from exchanger.domain.variables import PlainValue
from exchanger.systems.onec.calls.ensure import ensure, not_kept
from exchanger.systems.onec.calls.entities import entity_of
from exchanger.systems.onec.desk import Desk
from exchanger.systems.onec.foreign import as_text
from exchanger.systems.onec.moments import local, read_moment
from exchanger.systems.onec.readback import differing
from exchanger.systems.onec.refs import is_ref
from exchanger.systems.onec.store import Record
from exchanger.systems.onec.values import wire

_DOCUMENT = "Document_"
_POSTING = MappingProxyType({"true": "провести", "false": "отменить проведение"})


class NewDocument(BaseModel):
    """Параметры нового документа."""

    model_config = ConfigDict(frozen=True)

    document: str = Field(
        min_length=1, title="Вид документа", description="Как в OData: РеализацияТоваровУслуг или Document_…"
    )
    fields: dict[str, object] = Field(
        default_factory=dict,
        validation_alias=AliasChoices("documentFields"),
        title="Реквизиты и табличные части",
        description="JSON: имя, как в OData, → значение",
    )
    date: Annotated[datetime, BeforeValidator(read_moment)] | None = Field(
        None,
        validation_alias=AliasChoices("documentDate"),
        title="Дата документа",
        description="Без неё — сейчас; без пояса — время базы",
    )
    post: bool = Field(default=False, validation_alias=AliasChoices("postDocument"), title="Провести после записи")


class DocumentChange(BaseModel):
    """Параметры изменения документа."""

    model_config = ConfigDict(frozen=True)

    document: str = Field(
        min_length=1, title="Вид документа", description="Как в OData: РеализацияТоваровУслуг или Document_…"
    )
    ref: str = Field(
        min_length=1,
        validation_alias=AliasChoices("documentRef", "onec_document_ref"),
        title="Ссылка документа",
        description="GUID, например ${onec_document_ref}",
    )
    fields: dict[str, object] = Field(
        default_factory=dict,
        validation_alias=AliasChoices("documentFields"),
        title="Что записать",
        description="JSON: имя, как в OData, → значение; табличная часть заменяется целиком",
    )
    post: Annotated[bool | None, Asked(choices=_POSTING)] = Field(
        None, validation_alias=AliasChoices("postDocument"), title="Проведение", description="Без него — не трогать"
    )


async def create_document(params: NewDocument, desk: Desk, key: Key) -> dict[str, PlainValue]:
    """Создать документ ровно один раз и, если велено, провести."""
    zone = desk.options.zone
    fields = {"Date": local(params.date or desk.clock.now(), zone), **wire(params.fields, zone)}
    made = await ensure(desk, entity_of(params.document, _DOCUMENT), str(key), fields, post=params.post)
    return _variables(made.record)


async def update_document(params: DocumentChange, desk: Desk) -> dict[str, PlainValue]:
    """Записать поля документа и прочитать обратно."""
    if not is_ref(params.ref):
        raise Reject("documentRef — не ссылка 1С.", remedy="нужен GUID, например из onec_document_ref.")
    entity, fields = entity_of(params.document, _DOCUMENT), wire(params.fields, desk.options.zone)
    stored = await desk.store.change(entity, params.ref.lower(), fields, post=params.post)
    wrong = differing(fields, stored.fields)
    if params.post is not None and stored.fields.get("Posted") is not params.post:
        wrong.append("Posted")
    if wrong:
        raise not_kept(entity, params.ref, wrong)
    return _variables(stored)


def _variables(stored: Record) -> dict[str, PlainValue]:
    return {
        "onec_document_ref": stored.ref,
        "onec_document_number": as_text(stored.fields.get("Number")).strip(),
        "onec_document_date": as_text(stored.fields.get("Date")),
        "onec_document_posted": stored.fields.get("Posted") is True,
    }
