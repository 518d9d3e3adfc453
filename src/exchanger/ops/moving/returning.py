"""Что станет с нашей задачей при передаче дел назад. Чистая функция, первая подходящая строка выигрывает."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exchanger.domain.policy import Locks
from exchanger.domain.reconcile import EngineSays, engine_says, in_state
from exchanger.domain.task import ObjectState, Snapshot
from exchanger.ops.moving.case import Case, Finding, Step, Verdict

TRACKED = frozenset({"bitrix24"})
"""Системы, за которыми предшественник умел следить; задачи прочих ждали бы у него вечно."""


def give_back(case: Case, *, now: datetime, locks: Locks) -> Verdict:
    """Решить; `now` — часы движка."""
    if case.task.is_incident:
        remedy = f"повторите здесь (exchanger incidents retry --task {case.task.id} …) или там, дав попытки в Cockpit"
        return Verdict(Finding.INCIDENT, Step.LEAVE, "стоит инцидентом, остаётся как есть", remedy)
    if case.system not in TRACKED:
        then = f"за системой {case.system} прежняя система не следит: задача остаётся за нами"
        return Verdict(
            Finding.UNTRACKED, Step.LEAVE, then, "оставьте Exchanger для этой системы или закончите её задачи"
        )
    if case.objects is None:
        return Verdict(
            Finding.UNKNOWN,
            Step.LEAVE,
            "система не отвечает достоверно, задача не тронута",
            f"устраните: {case.unknown}",
        )
    if case.trace.order:
        return Verdict(
            Finding.ORDER, Step.LOCK, "заявка ждёт в очереди (переписана целиком): её возьмёт прежний creator"
        )
    if case.trace.new_answer:
        return Verdict(
            Finding.ANSWER, Step.LEAVE, "наш ответ ждёт в очереди, прежняя система его не поняла бы",
            "дайте ему уйти: exchanger run camunda-worker, пока очередь ответов не опустеет",
        )  # fmt: skip
    if case.trace.answer:
        return Verdict(Finding.ANSWER, Step.LOCK, "ответ ждёт в очереди: его возьмёт прежний приём ответов")
    if case.objects:
        return _with_object(case.objects, Step.LOCK if case.trace.old_receipt else Step.GIVE)
    if engine_says(case.task, None, now=now, locks=locks) is EngineSays.NOT_MADE:
        return Verdict(Finding.NOTHING, Step.RELEASE, "объекта ещё нет: задачу возьмёт прежняя выборка")
    return Verdict(
        Finding.UNSEEN, Step.LEAVE, "объект был создан и не виден: передавать нечего",
        "восстановите объект и повторите handover либо отоприте задачу: прежняя система создаст новый",
    )  # fmt: skip


def _with_object(objects: Sequence[Snapshot], step: Step) -> Verdict:
    if in_state(objects, ObjectState.FINISHED):
        return Verdict(Finding.FINISHED, step, "объект закончен: задачу завершит прежний tracker")
    still_open = in_state(objects, ObjectState.OPEN)
    if still_open:
        return Verdict(Finding.OPEN, step, "объект открыт: за ним следит прежний tracker")
    return Verdict(
        Finding.REFUSED, step, "исполнитель отказался, а прежняя система отказов не понимает и ждала бы вечно",
        "верните задачу в работу или закончите её в системе",
    )  # fmt: skip


def chosen(objects: Sequence[Snapshot]) -> Snapshot:
    """Объект, о котором говорит квитанция."""
    states = (ObjectState.FINISHED, ObjectState.OPEN, ObjectState.REFUSED)
    return next(found for state in states for found in in_state(objects, state))
