"""Из чего сделаны модели настроек: имя переменной, её прежние имена и единица — рядом с полем."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic.fields import FieldInfo


class Unit(StrEnum):
    """Единица, в которой записано значение переменной."""

    MILLISECONDS = "мс"
    SECONDS = "с"
    HOURS = "ч"
    DAYS = "сут"

    def span(self, number: float) -> timedelta:
        """Промежуток из числа."""
        return timedelta(seconds=number * _SECONDS[self])

    def number(self, span: timedelta) -> str:
        """Число из промежутка, без лишних нулей."""
        return f"{span.total_seconds() / _SECONDS[self]:f}".rstrip("0").rstrip(".")


_SECONDS = {Unit.MILLISECONDS: 0.001, Unit.SECONDS: 1.0, Unit.HOURS: 3600.0, Unit.DAYS: 86400.0}


NOT_GIVEN = "не задано"


@dataclass(frozen=True, slots=True)
class Var:
    """Переменная окружения поля.

    `aliases` — имена, действовавшие в предшественнике; `dormant` — документированное имя там не действовало;
    `sample` — значение для примера файла; `empty` — что значит отсутствие значения.
    """

    name: str
    aliases: tuple[str, ...] = ()
    dormant: bool = False
    secret: bool = False
    sample: str = ""
    empty: str = NOT_GIVEN

    @property
    def names(self) -> tuple[str, ...]:
        """Все имена, от главного к прежним."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Capped:
    """Большее число уменьшается до `limit`; оператору говорится почему."""

    limit: float
    why: str


class Group(BaseModel):
    """Группа настроек одной части."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)


@dataclass(frozen=True, slots=True)
class Field:
    """Поле группы вместе с тем, что о нём сказано в модели."""

    attribute: str
    var: Var
    unit: Unit | None
    cap: Capped | None
    info: FieldInfo

    @classmethod
    def of(cls, attribute: str, info: FieldInfo) -> Self:
        """Собрать описание поля; поле без Var — ошибка программиста."""
        found = {kind: next((m for m in info.metadata if isinstance(m, kind)), None) for kind in (Var, Unit, Capped)}
        var, unit, cap = found[Var], found[Unit], found[Capped]
        assert isinstance(var, Var), f"{attribute}: нет имени переменной"
        assert unit is None or isinstance(unit, Unit)
        assert cap is None or isinstance(cap, Capped)
        return cls(attribute, var, unit, cap, info)


def fields(group: type[Group]) -> Iterator[Field]:
    """Поля группы в порядке объявления."""
    for attribute, info in group.model_fields.items():
        yield Field.of(attribute, info)


def _in(unit: Unit) -> BeforeValidator:
    def parse(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return unit.span(float(value))
        except (ValueError, OverflowError):
            raise ValueError(f"нужно число ({unit})") from None

    return BeforeValidator(parse)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("неизвестный часовой пояс; пример: Europe/Moscow") from None
    return name


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Milliseconds = Annotated[timedelta, Unit.MILLISECONDS, _in(Unit.MILLISECONDS)]
Seconds = Annotated[timedelta, Unit.SECONDS, _in(Unit.SECONDS)]
Hours = Annotated[timedelta, Unit.HOURS, _in(Unit.HOURS)]
Days = Annotated[timedelta, Unit.DAYS, _in(Unit.DAYS)]
CommaList = BeforeValidator(_split)
TimeZone = Annotated[str, AfterValidator(_zone)]
