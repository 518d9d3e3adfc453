"""Чего в задаче не удалось задать и почему: не молча, но и не мешая поставить её."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from exchanger.connect import Intent, Remark, remark
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault
from exchanger.systems.bitrix24.errors import Verdict, lacks_rights, to_error, verdict
from exchanger.systems.bitrix24.foreign import Row, as_flag, as_map, plain
from exchanger.telemetry.log import log

Answer = Envelope | PortalFault


@dataclass(slots=True)
class Remarks:
    """Замечания одной задачи по порядку, без повторов и без личных данных."""

    _said: dict[Remark, None] = field(default_factory=dict)

    def add(self, what: str, why: str) -> None:
        """Не удалось `what`, потому что `why`."""
        self._said[Remark(what, why.rstrip("."))] = None

    def __iter__(self) -> Iterator[str]:
        return iter([str(each) for each in self._said])

    def say(self, task_id: str) -> None:
        """Сказать их раз на задачу: строкой журнала каждое и вместе — в пути задачи."""
        for each in self._said:
            log.warning("в задаче задано не всё", object=task_id, remark=str(each))
            remark(each)
        self._said.clear()


def refusal(answer: Answer, method: str) -> str | None:
    """Слова окончательного отказа портала или его модуля; None — это удача.

    Временный отказ бросается (`Retry`, `SystemPaused`): задача с половиной содержания хуже, чем задача позже.
    """
    if isinstance(answer, Envelope):
        return module_refusal(answer)
    if verdict(answer) is Verdict.PERMANENT or lacks_rights(answer):
        return f"{answer.text or 'отказ без объяснения'} [{answer.code or answer.status}]"
    raise to_error(answer, method, Intent.READ)


def module_refusal(answer: Envelope) -> str | None:
    """Отказ модуля imena.camunda (код HTTP 200, `success: false`); ответы самого портала такой обёртки не имеют."""
    body = as_map(answer.result)
    if "success" not in body or as_flag(body["success"]):
        return None
    return plain(body.get("error")) or "отказ без объяснения"


def data(answer: Answer) -> Row:
    """Содержимое удачного ответа модуля."""
    return as_map(as_map(answer.result).get("data")) if isinstance(answer, Envelope) else {}
