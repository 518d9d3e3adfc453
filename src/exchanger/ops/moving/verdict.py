"""Что станет с задачей прежнего работника при приёме дел. Чистая функция, первая подходящая строка выигрывает."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exchanger.domain.policy import Locks
from exchanger.domain.reconcile import EngineSays, engine_says, in_state
from exchanger.domain.task import ExternalTask, ObjectState, Snapshot
from exchanger.ops.moving.case import Case, Finding, Step, Verdict


def judge(case: Case, *, moves: bool, now: datetime, locks: Locks) -> Verdict:
    """Решить. `moves` — имя работника меняется, и запор надо переставить; `now` — часы движка."""
    if case.task.is_incident:
        return _incident(case)
    if case.task.suspended:
        return _suspended(moves=moves)
    if case.objects is None:
        return Verdict(
            Finding.UNKNOWN,
            Step.LEAVE,
            "система не отвечает достоверно, задача не тронута",
            f"устраните: {case.unknown}",
        )
    hold = Step.HOLD if moves or _is_short(case.task, now, locks) else Step.LEAVE
    if case.objects:
        return _with_object(case, case.objects, hold)
    if case.trace.answer:
        return Verdict(Finding.ANSWER, hold, "ответ ждёт в очереди: camunda-worker завершит задачу")
    if case.trace.object_id:
        return _unseen(case, hold)
    return _without_object(case, hold, moves=moves, now=now, locks=locks)


def _incident(case: Case) -> Verdict:
    known = " Объект есть: повтор найдёт его, второй не создаст." if case.objects else ""
    remedy = f"устраните причину и повторите: exchanger incidents retry --task {case.task.id} --reason …"
    return Verdict(Finding.INCIDENT, Step.LEAVE, f"стоит инцидентом и ждёт человека.{known}", remedy)


def _suspended(*, moves: bool) -> Verdict:
    if moves:
        return Verdict(
            Finding.SUSPENDED, Step.LEAVE, "приостановлена, остаётся за прежним работником",
            "возобновите процесс и повторите takeover",
        )  # fmt: skip
    return Verdict(Finding.SUSPENDED, Step.LEAVE, "приостановлена: tracker следит, исход передаст после возобновления")


def _with_object(case: Case, objects: Sequence[Snapshot], hold: Step) -> Verdict:
    if in_state(objects, ObjectState.FINISHED):
        return Verdict(Finding.FINISHED, hold, "объект закончен: tracker завершит задачу его ответом")
    still_open = in_state(objects, ObjectState.OPEN)
    if not still_open:
        return Verdict(
            Finding.REFUSED, hold, "исполнитель отказался: tracker передаст BPMN-ошибку или поставит инцидент",
            "решите, переделывать ли отклонённое: повтор инцидента возобновит объект",
        )  # fmt: skip
    numbers = ", ".join(found.ref.id for found in still_open)
    twins = f"оставьте один из объектов: {numbers}" if len(still_open) > 1 else ""
    if case.trace.order:
        return Verdict(Finding.ORDER, hold, "объект есть и заявка ждёт: task-creator найдёт и доделает его", twins)
    if not case.trace.object_id:
        # It stopped between the creation and the receipt, and would never have made the rest.
        then = "объект открыт, а квитанции нет: задача будет взята заново, task-creator найдёт объект и доделает"
        return Verdict(Finding.HALF_BUILT, Step.RELEASE, then, twins)
    return Verdict(Finding.OPEN, hold, "объект открыт: tracker следит за ним", twins)


def _unseen(case: Case, hold: Step) -> Verdict:
    return Verdict(
        Finding.UNSEEN, hold, f"объект {case.trace.object_id} был создан и не виден: tracker поставит инцидент",
        "восстановите объект или откройте его вебхуку; повтор инцидента создаст новый",
    )  # fmt: skip


def _without_object(case: Case, hold: Step, *, moves: bool, now: datetime, locks: Locks) -> Verdict:
    expires = engine_says(case.task, None, now=now, locks=locks) is EngineSays.NOT_MADE
    if case.trace.order:
        step = Step.LEAVE if expires and not moves else Step.LEASE
        return Verdict(Finding.ORDER, step, "заявка ждёт в очереди: task-creator создаст по ней объект")
    if expires:
        return Verdict(Finding.FREE, Step.LEAVE, "запор скоро истечёт: задачу возьмёт выборка")
    if case.trace.undelivered:
        return Verdict(
            Finding.UNDELIVERED, hold, "ответ лежит в очереди ошибок, а объекта нет",
            f"до запуска служб верните ответ: exchanger dlq redrive --task {case.task.id} --reason …",
        )  # fmt: skip
    return Verdict(Finding.NOTHING, Step.RELEASE, "нет ни объекта, ни сообщения: задача будет взята заново")


def _is_short(task: ExternalTask, now: datetime, locks: Locks) -> bool:
    """The lock must last: a made task whose lock ends is an order again."""
    return task.locked_until is None or task.locked_until < now + locks.renew_below
