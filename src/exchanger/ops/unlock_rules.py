"""Можно ли отпереть задачу или дать ей попытку, и что тогда будет. Чистые правила: первое подходящее решает."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from exchanger.connect import BLIND
from exchanger.connect.work import CallPromise
from exchanger.domain.policy import Locks
from exchanger.domain.reconcile import EngineSays, engine_says
from exchanger.domain.task import ExternalTask, ObjectState, Snapshot


@dataclass(frozen=True, slots=True)
class Ours:
    """Кто мы в движке: имя работника, арендатор (None — любой), сроки запоров и часы движка."""

    worker_id: str
    tenant_id: str | None
    locks: Locks
    now: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """Задача и всё, что о ней известно.

    `system` пусто — тему здесь не обслуживают; `call` — обещание вызова, None — работа с объектом; `objects` None —
    систему не удалось спросить.
    """

    task: ExternalTask
    system: str
    call: CallPromise | None
    objects: tuple[Snapshot, ...] | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Решение: делать ли и почему нет — или что тогда будет."""

    acts: bool
    text: str


def unlocking(subject: Subject, ours: Ours) -> Decision:
    """Отпереть ли."""
    task = subject.task
    refusal = _stranger(subject, ours) or _not_locked(task, ours)
    if refusal:
        return Decision(acts=False, text=refusal)
    if subject.call is BLIND:
        text = "вызов, который нельзя повторять, мог быть уже сделан: отпертая задача выполнила бы его второй раз"
        return Decision(acts=False, text=text)
    if engine_says(task, None, now=ours.now, locks=ours.locks) is not EngineSays.MADE:
        return Decision(acts=True, text="аренда или пауза перед попыткой кончится сейчас, задача будет взята снова")
    return _made(subject.objects)


def retrying(subject: Subject, ours: Ours) -> Decision:
    """Дать ли попытку."""
    task = subject.task
    refusal = _stranger(subject, ours)
    if not refusal and not task.is_incident:
        refusal = "не инцидент, попытки у неё есть; поторопить: exchanger unlock"
    if refusal:
        return Decision(acts=False, text=refusal)
    if task.suspended:
        return Decision(acts=False, text="процесс приостановлен: сначала возобновите его в движке")
    if subject.call is not None:
        doubt = "; убедитесь, что он ещё не выполнен" if subject.call is BLIND else ""
        return Decision(acts=True, text=f"вызов будет сделан ещё раз{doubt}")
    return Decision(acts=True, text=f"задача будет взята снова: {_then(subject.objects)}")


def _stranger(subject: Subject, ours: Ours) -> str:
    task = subject.task
    if ours.tenant_id is not None and task.tenant_id != ours.tenant_id:
        return f"чужого арендатора: «{task.tenant_id or 'без арендатора'}»"
    if not subject.system:
        return f"тему {task.topic} эта установка не обслуживает: её никто отсюда не возьмёт (exchanger worker)"
    return ""


def _not_locked(task: ExternalTask, ours: Ours) -> str:
    if task.is_incident:
        return "стоит инцидентом и не заперта; дать попытку: exchanger retry"
    if task.suspended:
        return "процесс приостановлен: её не взяли бы и отпертую; возобновите его в движке"
    if task.locked_until is None or task.locked_until <= ours.now:
        return "уже свободна: её возьмёт ближайшая выборка"
    if task.worker_id != ours.worker_id:
        return f"заперта не нами, а работником «{task.worker_id}»: его ответ пропал бы (переезд — exchanger takeover)"
    return ""


def _made(objects: Sequence[Snapshot] | None) -> Decision:
    if objects is None:
        return Decision(acts=False, text="выдана, а есть ли объект, узнать не удалось: отпирать вслепую нельзя")
    if not objects:
        text = "выдана, объекта не видно: будет создан новый; если прежний лишь скрыт правами, их станет два"
        return Decision(acts=True, text=text)
    link = objects[0].ref.link or objects[0].ref.id
    if _any(objects, ObjectState.FINISHED):
        return Decision(acts=False, text=f"объект {link} завершён: его исход наблюдатель передаст сам")
    if _any(objects, ObjectState.OPEN):
        text = (
            f"объект {link} открыт: отпертая задача была бы взята снова, нашла бы его же и стала бы ждать дальше, а "
            "пропади он в эту минуту — был бы создан второй. Чтобы начать заново, закройте или удалите объект"
        )
        return Decision(acts=False, text=text)
    return Decision(acts=False, text=f"объект {link} отклонён: что дальше, решит диаграмма или инцидент")


def _then(objects: Sequence[Snapshot] | None) -> str:
    if objects is None:
        return "есть ли объект, узнать не удалось, его найдут по ключу или создадут"
    if not objects:
        return "объекта нет, он будет создан"
    link = objects[0].ref.link or objects[0].ref.id
    if _any(objects, ObjectState.FINISHED):
        return f"объект {link} завершён, его исход уйдёт в процесс"
    if _any(objects, ObjectState.OPEN):
        return f"объект {link} открыт, второго не будет, ждём его"
    return f"отклонённый объект {link} будет открыт заново или создан следующий"


def _any(objects: Sequence[Snapshot], state: ObjectState) -> bool:
    return any(each.state is state for each in objects)
