"""Руководитель запустившего на портале без модуля: глава его первого отдела, а если это он сам — отдела выше."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, refusal
from exchanger.systems.bitrix24.content.supervisor import say_missing
from exchanger.systems.bitrix24.content.template_fields import positive
from exchanger.systems.bitrix24.envelope import Envelope
from exchanger.systems.bitrix24.foreign import Row, as_flag, as_int, as_rows
from exchanger.systems.bitrix24.kept import Kept

_USER, _DEPARTMENT = "user.get", "department.get"
_DEEPEST = 5


@dataclass(slots=True)
class StockSupervisor:
    """Спрашивается, только когда его назвал элемент: сотрудник, его отдел, действует ли глава — каждое кругом.

    Найденный помнится десять минут; отсутствие не запоминается: его могут назначить.
    """

    initiator: int | None
    may_read: bool
    kept: Kept[int, int]
    remarks: Remarks
    _why: str = ""
    _department: int | None = None
    _head: int | None = None
    _climbed: int = 0

    @property
    def supervisor(self) -> int | None:
        """Номер руководителя."""
        return None if self.initiator is None else self.kept.get(self.initiator)

    def needs(self) -> Mapping[str, Command]:
        """Следующий вопрос; пусто — руководитель известен или его нет."""
        if self.initiator is None or self.supervisor is not None or self._why:
            return {}
        if not self.may_read:
            self._why = "у вебхука нет прав user и department"
            return {}
        if self._head is not None:
            return {f"supervisorHead{self._head}": _user(self._head)}
        if self._department is not None:
            return {f"supervisorDepartment{self._department}": Command(_DEPARTMENT, {"ID": self._department})}
        return {"supervisorStarter": _user(self.initiator)}

    def take(self, label: str, answer: Answer) -> None:
        """Принять ответ."""
        said = refusal(answer, _DEPARTMENT if "Department" in label else _USER)
        if said:
            self._why = said
        elif label == "supervisorStarter":
            self._begin(_row(answer, self.initiator))
        elif self._head is None:
            self._judge(_row(answer, self._department))
        else:
            self._check(_row(answer, self._head))

    def needed(self) -> None:
        """Руководитель нужен: если его нет, сказать об этом."""
        if self.supervisor is None:
            say_missing(self.remarks, self._why)

    def _begin(self, user: Row) -> None:
        departments = user.get("UF_DEPARTMENT")
        first = departments[0] if isinstance(departments, list) and departments else None
        self._go(positive(first), "у запустившего нет отдела")

    def _judge(self, department: Row) -> None:
        head = positive(department.get("UF_HEAD"))
        if head is not None and head != self.initiator:
            self._head = head
            return
        self._go(positive(department.get("PARENT")), "у отделов запустившего нет главы")

    def _check(self, head: Row) -> None:
        if self.initiator is not None and self._head is not None and as_flag(head.get("ACTIVE")):
            self.kept.put(self.initiator, self._head)
            return
        self._why = f"глава отдела ({self._head}) уволен или не виден вебхуку"

    def _go(self, department: int | None, otherwise: str) -> None:
        self._climbed += 1
        self._department = department
        if department is None or self._climbed > _DEEPEST:
            self._why = otherwise


def _user(number: int) -> Command:
    return Command(_USER, {"FILTER": {"ID": number}})


def _row(answer: Answer, number: int | None) -> Row:
    """The row that was asked for: a filter of the portal is not believed."""
    rows = as_rows(answer.result) if isinstance(answer, Envelope) else []
    return next((row for row in rows if as_int(row.get("ID")) == number), {})
