"""Улики для суда: задачи портала из его собственного хранилища, шаги из истории движка."""

from __future__ import annotations

from collections.abc import Iterable

from exchanger.domain.key import Key
from exchanger.sandbox.bitrix24.model import Status, Task
from exchanger.sandbox.bitrix24.portal import Portal
from exchanger.sandbox.bitrix24.userfields import RESULT_ANSWER
from exchanger.sandbox.demo.ledger import Track
from exchanger.sandbox.demo.verdict import Trial, Work

_CLOSED = frozenset({Status.COMPLETED, Status.DECLINED})


def trials(portal: Portal, tracks: Iterable[Track]) -> list[Trial]:
    """Дела всех экземпляров."""
    by_instance: dict[str, list[Work]] = {}
    for task in portal.store.tasks.values():
        instance = str(task.user_fields.get("UF_PROCESS_INSTANCE_ID") or "")
        by_instance.setdefault(instance, []).append(_work(portal, task))
    return [
        Trial(
            name=track.name,
            ended=track.ended,
            steps=track.steps,
            incidents=[f"{incident.activity_id}: {incident.message}" for incident in track.incidents],
            works=by_instance.get(track.instance, []),
        )
        for track in tracks
    ]


def _work(portal: Portal, task: Task) -> Work:
    who = portal.user(task.responsible_id).full_name
    return Work(
        number=task.id,
        key=Key.parse(task.xml_id or ""),
        element=str(task.user_fields.get("UF_ELEMENT_ID") or ""),
        answer=portal.user_fields.text_of(RESULT_ANSWER, task.user_fields.get(RESULT_ANSWER)),
        waiting="" if task.status in _CLOSED else f"«{task.title}» у {who}",
    )
