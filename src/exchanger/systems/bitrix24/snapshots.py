"""Строка задачи портала → снимок: ссылка, ключ, состояние и то, что нужно для ответа процессу."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, ObjectState, Snapshot
from exchanger.systems.bitrix24.custom_fields import RESULT_ANSWER, RESULT_EXPECTED
from exchanger.systems.bitrix24.foreign import Row, as_flag, as_int, as_moment, as_text, camel
from exchanger.systems.bitrix24.key_filter import RAW_ID

SYSTEM_NAME = "bitrix24"
DECLINED_STATUS = 7
SELECT = ("ID", "TITLE", "STATUS", "RESPONSIBLE_ID", "CHANGED_DATE", "CLOSED_DATE", "DEADLINE", "XML_ID")
CUSTOM = (RAW_ID, RESULT_ANSWER, RESULT_EXPECTED)

_RAW_ID = camel(RAW_ID)
_ANSWER = camel(RESULT_ANSWER)
_EXPECTED = camel(RESULT_EXPECTED)
_HAS_RESULT = "taskHasResult"  # comes with params[WITH_RESULT_INFO]


@dataclass(frozen=True, slots=True)
class Reading:
    """Как читать строки: адрес портала для ссылок, владелец вебхука, какие состояния — «сделано».

    `now` — часы портала; закрытая меньше `grace` назад ещё открыта: человек может дописать результат.
    """

    link_base: str
    owner_id: int
    done: frozenset[int]
    now: datetime
    grace: timedelta = timedelta()

    def snapshot(self, row: Row, key: Key | None = None) -> Snapshot:
        """Снимок; `key` — под каким ключом искали, если в самой задаче ключа нет."""
        status = as_int(row.get("status"))
        state = self._state(status, row)
        return Snapshot(
            ref=self._ref(row),
            key=key_of(row) or key,
            state=state,
            changed=as_moment(row.get("changedDate")),
            details={
                "title": as_text(row.get("title")),
                "status": "" if status is None else str(status),
                "responsible": as_text(row.get("responsibleId")),
                "answer": _first(row.get(_ANSWER)),
                "expected": _expected(row.get(_EXPECTED)),
                "has_result": _has_result(row.get(_HAS_RESULT)),
            },
            raw_id=raw_id_of(row),
            overdue=state is ObjectState.OPEN and status not in self.done and self._passed(row.get("deadline")),
        )

    def ref(self, task_id: str, responsible: int | None) -> ObjectRef:
        """Ссылка на задачу: такой её открывает исполнитель."""
        person = responsible or self.owner_id
        link = f"{self.link_base}/company/personal/user/{person}/tasks/task/view/{task_id}/"
        return ObjectRef(SYSTEM_NAME, task_id, link)

    def _ref(self, row: Row) -> ObjectRef:
        return self.ref(as_text(row.get("id")), as_int(row.get("responsibleId")))

    def _state(self, status: int | None, row: Row) -> ObjectState:
        if status in self.done:
            closed = as_moment(row.get("closedDate")) or as_moment(row.get("changedDate"))
            early = closed is not None and self.now < closed + self.grace
            return ObjectState.OPEN if early else ObjectState.FINISHED
        return ObjectState.REFUSED if status == DECLINED_STATUS else ObjectState.OPEN

    def _passed(self, deadline: object) -> bool:
        moment = as_moment(deadline)
        return moment is not None and moment <= self.now


def key_of(row: Row) -> Key | None:
    """Наш ключ в XML_ID; чужая запись — None."""
    return Key.parse(as_text(row.get("xmlId")))


def raw_id_of(row: Row) -> str:
    """Номер внешней задачи из UF_CAMUNDA_ID_EXTERNAL_TASK (им помечала задачи и прежняя система)."""
    return as_text(row.get(_RAW_ID)).strip()


def _first(value: object) -> str:
    """Ответ; у множественного поля — первый. Ноль и пустота — ответа нет."""
    if isinstance(value, list):
        value = value[0] if value else None
    text = as_text(value).strip()
    return "" if text == "0" else text


def _has_result(value: object) -> bool | None:
    """Есть ли у задачи результаты; None — портал этого не говорит."""
    return None if value is None else as_flag(value)


def _expected(value: object) -> bool | None:
    """Ждёт ли задача ответа; None — портал этого не хранит."""
    return None if value is None or value in ("", []) else as_flag(value)
