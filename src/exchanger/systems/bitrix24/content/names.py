"""Имена вместо номеров: сотрудники и элементы списков, названные в ответах анкет."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, refusal
from exchanger.systems.bitrix24.envelope import Envelope
from exchanger.systems.bitrix24.foreign import Row, as_int, as_rows, as_text
from exchanger.systems.bitrix24.kept import Kept


@dataclass(frozen=True, slots=True)
class Named:
    """Кого назвать: сотрудник (`iblock` — None) или элемент списка."""

    id: int
    iblock: int | None = None

    @property
    def label(self) -> str:
        """Метка команды."""
        return f"user{self.id}" if self.iblock is None else f"list{self.iblock}x{self.id}"

    def command(self) -> Command:
        """Чем его читают."""
        if self.iblock is None:
            return Command("user.get", {"ID": self.id})
        params = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": self.iblock, "ELEMENT_ID": self.id}
        return Command("lists.element.get", params)

    def name(self, rows: Iterable[Row]) -> str:
        """Имя из ответа; фильтру портала не верим."""
        row = next((each for each in rows if as_int(each.get("ID")) == self.id), {})
        if self.iblock is not None:
            return as_text(row.get("NAME")).strip()
        return f"{as_text(row.get('LAST_NAME'))} {as_text(row.get('NAME'))}".strip()


@dataclass(slots=True)
class NamesSource:
    """Чтение имён; `wanted` — кто нужен. Ненайденные не запоминаются."""

    wanted: Callable[[], Iterable[Named]]
    kept: Kept[Named, str]
    remarks: Remarks
    _answered: dict[str, Named] = field(default_factory=dict)

    def needs(self) -> Mapping[str, Command]:
        """Имена, которых ещё нет."""
        unknown = [each for each in self.wanted() if self.kept.get(each) is None and each.label not in self._answered]
        for each in unknown:
            self._answered[each.label] = each
        return {each.label: each.command() for each in unknown}

    def take(self, label: str, answer: Answer) -> None:
        """Принять ответ."""
        who = self._answered[label]
        said = refusal(answer, who.command().method)
        name = who.name(as_rows(answer.result)) if isinstance(answer, Envelope) else ""
        if name:
            self.kept.put(who, name)
        else:
            self.remarks.add(f"имя в описании ({label})", said or "портал его не назвал")

    def name(self, who: Named) -> str:
        """Имя; неизвестное — номер."""
        return self.kept.get(who) or str(who.id)
