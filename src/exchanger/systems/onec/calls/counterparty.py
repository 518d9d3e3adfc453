"""Вызов 1c_create_counterparty: контрагент, которого ещё нет."""

from __future__ import annotations

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from exchanger.domain.errors import BusinessError
from exchanger.domain.key import Key
from exchanger.domain.variables import PlainValue
from exchanger.systems.onec.calls.ensure import ensure
from exchanger.systems.onec.desk import Desk
from exchanger.systems.onec.foreign import as_text
from exchanger.systems.onec.store import Record
from exchanger.systems.onec.values import wire

AMBIGUOUS = "ONEC_AMBIGUOUS"
"""Код BPMN-ошибки: контрагентов с таким ИНН (и КПП) в базе несколько."""
_FEW = 5


class NewCounterparty(BaseModel):
    """Параметры контрагента."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1, validation_alias=AliasChoices("counterpartyName"), title="Наименование")
    full_name: str = Field("", validation_alias=AliasChoices("counterpartyFullName"), title="Полное наименование")
    inn: str = Field(
        "",
        pattern=r"^(\d{10}|\d{12})?$",
        validation_alias=AliasChoices("inn"),
        title="ИНН",
        description="Контрагент с тем же ИНН (и КПП) второй раз не заводится",
    )
    kpp: str = Field("", pattern=r"^(\d{9})?$", validation_alias=AliasChoices("kpp"), title="КПП")
    fields: dict[str, object] = Field(
        default_factory=dict,
        validation_alias=AliasChoices("counterpartyFields"),
        title="Другие реквизиты",
        description="JSON: имя, как в OData, → значение",
    )

    def wanted(self) -> dict[str, object]:
        """Реквизиты нового контрагента."""
        known = {"Description": self.name, "НаименованиеПолное": self.full_name, "ИНН": self.inn, "КПП": self.kpp}
        return {name: value for name, value in known.items() if value}


async def create_counterparty(params: NewCounterparty, desk: Desk, key: Key) -> dict[str, PlainValue]:
    """Найти по ИНН (и КПП) или создать ровно один раз."""
    entity = desk.options.counterparty_set
    existing = await _known(params, desk, entity)
    if existing is not None:
        return _variables(existing)
    fields = {**params.wanted(), **wire(params.fields, desk.options.zone)}
    made = await ensure(desk, entity, str(key), fields)
    return _variables(made.record)


async def _known(params: NewCounterparty, desk: Desk, entity: str) -> Record | None:
    """People enter counterparties, too: a second one of the same tax number helps nobody."""
    if not params.inn:
        return None
    where = {"ИНН": params.inn} | ({"КПП": params.kpp} if params.kpp else {})
    found = await desk.store.matching(entity, where, _FEW, ("DeletionMark", "Code", "Description"))
    alive = [each for each in found if each.fields.get("DeletionMark") is not True]
    if len(alive) > 1:
        refs = ", ".join(each.ref for each in alive)
        raise BusinessError(AMBIGUOUS, f"1С: контрагентов с этим ИНН несколько: {refs}.", remedy="укажите КПП.")
    return alive[0] if alive else None


def _variables(stored: Record) -> dict[str, PlainValue]:
    return {
        "onec_counterparty_ref": stored.ref,
        "onec_counterparty_code": as_text(stored.fields.get("Code")).strip(),
    }
