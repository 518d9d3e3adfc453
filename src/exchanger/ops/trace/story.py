"""Рассказ о задаче из фактов: шаги по времени и последняя строка — что сейчас, что не так, что делать."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchanger.domain.event import Event, EventKind
from exchanger.domain.reconcile import EngineSays
from exchanger.domain.task import ObjectState, Snapshot
from exchanger.engine.past import LogEntry, Passed
from exchanger.ops.trace.facts import TaskFacts


@dataclass(frozen=True, slots=True)
class Step:
    """Шаг: когда, кто говорит (движок или журнал), что было."""

    at: datetime
    source: str
    what: str


@dataclass(frozen=True, slots=True)
class Story:
    """`state` — что сейчас, `trouble` — что не так (пусто — всё в порядке), `advice` — что делать."""

    steps: tuple[Step, ...]
    state: str
    trouble: str = ""
    advice: str = ""

    @property
    def line(self) -> str:
        """Всё одной строкой."""
        parts = (self.state, self.trouble, f"что делать: {self.advice}" if self.advice else "")
        return "; ".join(part for part in parts if part) + "."


_SAID = {
    EventKind.ORDERED: "заявка отправлена в очередь системы",
    EventKind.CREATED: "объект создан",
    EventKind.ADOPTED: "найден готовый объект, второй не создан",
    EventKind.MADE: "в движке отмечено «выдано»",
    EventKind.ANSWERED: "исход объекта отправлен движку",
    EventKind.SETTLED: "исход передан движку",
    EventKind.GONE: "задачи в движке больше нет",
    EventKind.FAILED: "создать не удалось",
    EventKind.INCIDENT: "поставлен инцидент",
    EventKind.DEAD_LETTER: "сообщение ушло в очередь ошибок",
    EventKind.NOTICE: "в объекте оставлено сообщение",
    EventKind.REMARK: "в объекте задано не всё",
}
_PASSED = {
    Passed.CREATED: "внешняя задача появилась",
    Passed.FAILED: "неудача",
    Passed.SUCCEEDED: "задача завершена",
    Passed.DELETED: "задача снята (отмена или BPMN-ошибка)",
}


def tell(facts: TaskFacts, now: datetime) -> Story:
    """Рассказ об одной задаче."""
    state, trouble, advice = _verdict(facts, now)
    return Story(tuple(_steps(facts)), state, trouble, advice)


def _steps(facts: TaskFacts) -> list[Step]:
    engine = [Step(entry.at, "движок", _passed(entry)) for entry in facts.log]
    heard = [Step(event.at, "журнал", _said(event)) for event in facts.events if event.kind in _SAID]
    return sorted([*engine, *heard], key=lambda step: step.at)


def _passed(entry: LogEntry) -> str:
    text = _PASSED[entry.passed]
    if entry.passed is Passed.FAILED:
        return f"{text}, попыток осталось {entry.retries}: {entry.message}"
    return text


def _said(event: Event) -> str:
    fields = event.fields
    number = f" {fields['object']}" if fields.get("object") else ""
    outcome = f" ({fields['outcome']})" if fields.get("outcome") else ""
    told = fields.get("reason") or fields.get("remark")
    reason = f": {told}" if told else ""
    return f"{_SAID[event.kind]}{number}{outcome}{reason}"


_Verdict = tuple[str, str, str]


def _verdict(facts: TaskFacts, now: datetime) -> _Verdict:
    if facts.task is None:
        return _ended(facts)
    if facts.says is EngineSays.INCIDENT:
        return (
            "стоит инцидентом",
            facts.task.error_message or "причина не записана",
            f"исправьте причину и повторите: exchanger incidents retry --task {facts.id} --reason …",
        )
    if facts.task.suspended:
        return "процесс приостановлен", "", "возобновите экземпляр в Cockpit, когда он нужен"
    if facts.says is EngineSays.MADE:
        return _made(facts)
    return _coming(facts, now)


def _ended(facts: TaskFacts) -> _Verdict:
    after = f", дальше — {' или '.join(facts.next)}" if facts.next else ""
    if facts.says is EngineSays.COMPLETED:
        return f"задача завершена{_when(facts, Passed.SUCCEEDED)}{after}", "", ""
    if facts.says is EngineSays.CANCELLED:
        still = [one for one in facts.objects or () if one.state is ObjectState.OPEN]
        left = f"её объект {still[0].ref.id} ещё открыт, наблюдатель поступит с ним по политике отмены" if still else ""
        return f"задача снята: процесс отменён или ушёл по BPMN-ошибке{_when(facts, Passed.DELETED)}", left, ""
    return (
        "задачи в движке нет, и что с ней стало, история не говорит",
        "история удалена, выключена или база движка другая",
        "сверьте адрес движка (CAMUNDA_BASE_URL) и уровень истории",
    )


def _coming(facts: TaskFacts, now: datetime) -> _Verdict:
    assert facts.task is not None
    if not facts.served:
        return (
            "ждёт выборки",
            f"тему {facts.topic} эта установка не обслуживает",
            "включите её систему в EXCHANGER_SYSTEMS или назовите тему в EXCHANGER_TOPICS",
        )
    if facts.dead_letters:
        return "заявка в очереди ошибок", facts.dead_letters[0], "exchanger dlq list --task " + facts.id
    if facts.objects:
        return f"объект {facts.objects[0].ref.id} создан, знак «выдано» вот-вот поставят", "", ""
    locked = facts.task.locked_until is not None and facts.task.locked_until > now
    until = f" до {_time(facts.task.locked_until)}" if locked and facts.task.locked_until else ""
    if facts.paused:
        return "ждёт", f"система {facts.system} на паузе", f"отпустите её: exchanger resume {facts.system} --reason …"
    if facts.task.error_message and locked:
        return f"ждёт следующей попытки{until}", facts.task.error_message, ""
    if locked:
        return f"заявка в пути к системе {facts.system}{until}; не дойдёт — её возьмут снова", "", ""
    return _waiting(facts, now)


def _waiting(facts: TaskFacts, now: datetime) -> _Verdict:
    appeared = next((entry.at for entry in facts.log if entry.passed is Passed.CREATED), None)
    if appeared is None or now - appeared < timedelta(minutes=5):
        return "ждёт выборки", "", ""
    return (
        f"ждёт выборки с {_time(appeared)}",
        "её долго никто не берёт",
        "проверьте, работает ли camunda-worker: exchanger services status, exchanger doctor",
    )


def _made(facts: TaskFacts) -> _Verdict:
    if facts.objects is None:
        return f"выдано, ждём исполнителя{_since(facts)}", "систему спросить не удалось", ""
    if not facts.objects:
        return (
            "выдано, но объекта в системе не видно",
            "его удалили, или у нашего пользователя отняли права",
            f"верните права или решите судьбу задачи: exchanger reconcile {facts.system} --dry-run",
        )
    latest = max(facts.objects, key=lambda one: (one.key.generation if one.key else 0, one.ref.id))
    where = latest.ref.link or f"{facts.system} {latest.ref.id}"
    if latest.state is ObjectState.OPEN:
        overdue = "срок вышел" if latest.overdue else ""
        after = f"; дальше — {' или '.join(facts.next)}" if facts.next else ""
        return f"ждём исполнителя{_since(facts)}: {where}{after}", overdue or _twins(facts.objects), ""
    done = "завершён" if latest.state is ObjectState.FINISHED else "отклонён исполнителем"
    paused = f"система {facts.system} на паузе" if facts.paused else ""
    return f"объект {where} {done}, исход сейчас передадут движку", paused, ""


def _twins(objects: tuple[Snapshot, ...]) -> str:
    still = [one.ref.id for one in objects if one.state is ObjectState.OPEN]
    return f"открытых объектов несколько: {', '.join(sorted(still))}" if len(still) > 1 else ""


def _since(facts: TaskFacts) -> str:
    made = [event.at for event in facts.events if event.kind in {EventKind.MADE, EventKind.CREATED, EventKind.ADOPTED}]
    appeared = [entry.at for entry in facts.log if entry.passed is Passed.CREATED]
    moments = made or appeared
    return f" с {_time(moments[-1])}" if moments else ""


def _when(facts: TaskFacts, passed: Passed) -> str:
    return next((f" {_time(entry.at)}" for entry in reversed(facts.log) if entry.passed is passed), "")


def _time(moment: datetime) -> str:
    return moment.astimezone().strftime("%d.%m.%Y %H:%M")
