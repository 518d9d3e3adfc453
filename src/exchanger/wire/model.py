"""Общее для всех моделей сообщений: чужие поля сохраняются, `null` текста — пустой текст."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints, ValidationError

from exchanger.domain.errors import DeadLetter, Reject
from exchanger.domain.variables import JsonValue
from exchanger.wire.times import from_text, to_engine

_SHOWN_FAULTS = 3

M = TypeVar("M", bound="WireModel")


def _or(default: object) -> BeforeValidator:
    return BeforeValidator(lambda value: default if value is None else value)


def _read_time(value: object) -> object:
    if isinstance(value, str):
        return from_text(value) if value else None
    if value is None or isinstance(value, datetime):
        return value
    raise ValueError("ожидалась строка времени")


Text = Annotated[str, _or("")]
"""Текст; `null` — «»."""

TaskId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""Id внешней задачи: столбец движка — 64 знака."""

Whole = Annotated[int, _or(0)]
"""Целое; `null` — 0."""

EngineTime = Annotated[
    datetime | None,
    BeforeValidator(_read_time),
    PlainSerializer(lambda value: None if value is None else to_engine(value)),
]
"""Время движка, в UTC."""

Fields = Annotated[dict[str, object], BeforeValidator(lambda value: {} if value is None else value)]
"""Чужой JSON-объект как есть; `null` — пустой."""

Texts = Annotated[dict[str, str], BeforeValidator(lambda value: {} if value is None else value)]
"""Имя → текст; `null` — пусто."""


class WireModel(BaseModel):
    """Модель сообщения: незнакомые поля хранятся и пишутся обратно, числа на месте текста читаются как текст."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, frozen=True)

    def unknown(self) -> dict[str, JsonValue]:
        """Поля, которых модель не знает."""
        return dict(self.model_extra or {})


def validate(model: type[M], raw: Mapping[str, JsonValue]) -> M:
    """Прочитать модель; `DeadLetter("schema_error")` называет поля и причины, но не значения."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise DeadLetter("schema_error", f"Поля сообщения не подходят: {_faults(error)}.") from error


def build(model: type[M], fields: Mapping[str, object]) -> M:
    """Собрать модель для записи; `Reject` — прочитать такое сообщение было бы нельзя."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise Reject(f"Сообщение не записать: {_faults(error)}.") from error


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    shown = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults[:_SHOWN_FAULTS])
    return shown if len(faults) <= _SHOWN_FAULTS else f"{shown}; и ещё {len(faults) - _SHOWN_FAULTS}"
