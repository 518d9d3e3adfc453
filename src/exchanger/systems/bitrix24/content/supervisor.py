"""Руководитель того, кто запустил процесс."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, data, refusal
from exchanger.systems.bitrix24.content.template_fields import positive
from exchanger.systems.bitrix24.kept import Kept

_GET = "imena.camunda.user.supervisor.get"


@dataclass(slots=True)
class SupervisorSource:
    """Спрашивается вместе с шаблоном: нужен ли он, до шаблона не известно, а команда в том же пакете ничего не стоит.

    Отсутствие руководителя не запоминается: его могут назначить.
    """

    initiator: int | None
    kept: Kept[int, int]
    remarks: Remarks
    _why: str | None = None

    @property
    def supervisor(self) -> int | None:
        """Номер руководителя."""
        return None if self.initiator is None else self.kept.get(self.initiator)

    def needs(self) -> Mapping[str, Command]:
        """Руководитель, если он не известен."""
        if self.initiator is None or self._why is not None or self.supervisor is not None:
            return {}
        return {"supervisor": Command(_GET, {"userId": self.initiator})}

    def take(self, _: str, answer: Answer) -> None:
        """Принять ответ."""
        self._why = refusal(answer, _GET) or "его нет"
        found = positive(data(answer).get("supervisorId"))
        if found is not None and self.initiator is not None:
            self.kept.put(self.initiator, found)

    def needed(self) -> None:
        """Руководитель оказался нужен: если его нет, сказать об этом."""
        if self.supervisor is None:
            say_missing(self.remarks, self._why)


def say_missing(remarks: Remarks, why: str | None) -> None:
    """Руководителя нет; без причины — не известно, чей он."""
    why = why or "не известно, кто запустил процесс (startedBy)"
    remarks.add("руководитель запустившего процесс", f"{why}; вместо него — сам запустивший")
