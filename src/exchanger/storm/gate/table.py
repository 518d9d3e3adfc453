"""Таблица правил: код, вес, что не так, что делать. `{}` в тексте — подробность, которую нашло правило."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exchanger.storm.gate.rules import activities, data, events, flows, identity, paths
from exchanger.storm.gate.scene import Hits, Scene
from exchanger.storm.report import Severity

_ERROR, _DOUBT = Severity.ERROR, Severity.DOUBT


@dataclass(frozen=True, slots=True)
class Rule:
    """Одно правило."""

    code: str
    severity: Severity
    what: str
    remedy: str
    find: Callable[[Scene], Hits]


def _event(kind: str, code: str, remedy: str) -> Rule:
    definition = f"{kind}EventDefinition" if kind else ""
    return Rule(code, _ERROR, "Событие движок не исполнит: {}.", remedy, events.not_executable(definition))


_SET_EVENT = "задайте его в диаграмме или в правилах переноса."
_RECONVERT = "перенесите диаграмму заново: exchanger sync convert."

RULES: tuple[Rule, ...] = (
    Rule("nothing-executable", _ERROR, "В файле нет исполняемого процесса: развернётся пустое место.",
         "перенесите диаграмму: exchanger sync convert; или поставьте процессу isExecutable.",
         identity.nothing_executable),
    Rule("missing-id", _ERROR, "У элемента нет id.", "дайте ему id.", identity.missing_id),
    Rule("duplicate-id", _ERROR, "Id «{}» в документе уже занят.", "дайте элементу другой id.", identity.duplicate_id),
    Rule("duplicate-key", _ERROR, "Ключ «{}» у двух процессов файла.", _RECONVERT, identity.duplicate_key),
    Rule("bad-key", _ERROR, "Ключ процесса «{}» не годится: нужны буквы, цифры, «_», «-», «.», первой — буква или «_».",
         "переименуйте процесс.", identity.bad_key),
    Rule("too-long", _ERROR, "В базу движка не поместится: {}.", "сократите.", identity.too_long),
    Rule("no-history-ttl", _ERROR, "Не сказано, сколько дней хранить историю: движок отказывает.",
         "задайте camunda:historyTimeToLive, например 365.", identity.no_history_ttl),
    Rule("bad-history-ttl", _ERROR, "Срок хранения истории «{}» не число дней.",
         "напишите число дней или P<дней>D.", identity.bad_history_ttl),
    Rule("no-start", _ERROR, "Нет начального события: начать не с чего.", "добавьте начало.", events.no_start),
    Rule("several-starts", _ERROR, "Второе начало без события в одной области.",
         "оставьте одно или дайте началам события.", events.several_plain_starts),
    Rule("several-triggers", _ERROR, "У событийного подпроцесса больше одного начала.", "оставьте одно.",
         events.event_subprocess_starts),
    Rule("same-start", _ERROR, "Два начала ждут одного и того же: «{}».", "дайте им разные сообщения.",
         events.same_start),
    Rule("twice-awaited", _ERROR, "Сообщение «{}» на одном элементе ждут дважды.", "дайте событиям разные сообщения.",
         events.twice_awaited),
    Rule("flow-to-nothing", _ERROR, "Поток ведёт в никуда: узла «{}» нет.", "доведите стрелку до узла или удалите её.",
         flows.to_nothing),
    Rule("flow-from-nothing", _ERROR, "Поток выходит из ниоткуда: узла «{}» нет.",
         "начните стрелку с узла или удалите её.",
         flows.from_nothing),
    Rule("flow-across-scopes", _ERROR, "Поток пересекает границу подпроцесса или пула: «{}» в другой области.",
         "замените его потоком сообщений или событием.", flows.across_scopes),
    Rule("flow-into-start", _DOUBT, "Поток входит в «{}» — начало или граничное событие.",
         "ведите его в узел после события.", flows.into_start),
    Rule("flow-out-of-end", _DOUBT, "Поток выходит из конечного события «{}»: по нему никто не пойдёт.",
         "замените конец промежуточным событием.", flows.out_of_end),
    Rule("no-condition", _ERROR, "Выход шлюза «{}» без условия, и он не выход по умолчанию.",
         "задайте условие или сделайте выход выходом по умолчанию.", flows.no_condition),
    Rule("lonely-condition", _ERROR, "У единственного выхода шлюза «{}» есть условие.", "снимите условие.",
         flows.lonely_condition),
    Rule("no-exit", _ERROR, "Из шлюза нет выхода.", "проведите выход или уберите шлюз.", flows.no_exit),
    Rule("conditioned-default", _ERROR, "У выхода по умолчанию из «{}» есть условие.", "снимите одно из двух.",
         flows.conditioned_default),
    Rule("ignored-condition", _DOUBT, "У выхода по умолчанию из «{}» есть условие: движок на него не смотрит.",
         "снимите одно из двух.", flows.ignored_condition),
    Rule("foreign-default", _ERROR, "Выходом по умолчанию назван «{}», а из узла он не выходит.",
         "назовите свой выход.", flows.foreign_default),
    Rule("informal-condition", _ERROR, "Условие вида «{}»: движок знает только tFormalExpression.",
         "поставьте xsi:type tFormalExpression.", flows.informal_condition),
    Rule("plain-condition", _ERROR, "Условие «{}» — не выражение: процесс упадёт на нём.", "запишите его как ${{…}}.",
         data.plain_condition),
    Rule("bad-expression", _ERROR, "Выражение записано неверно: {}.", "исправьте запись.", data.bad_expression),
    Rule("bad-event-choice", _ERROR, "После событийного шлюза стоит не ожидание: «{}».",
         "поставьте промежуточное событие, которое ждёт.", flows.bad_event_choice),
    Rule("no-topic", _ERROR, "У внешней задачи нет темы: её никто не возьмёт.", "задайте camunda:topic.",
         activities.no_topic),
    Rule("no-implementation", _ERROR, "Не сказано, кто выполняет задачу.", _RECONVERT, activities.no_implementation),
    Rule("no-script", _ERROR, "У сценария нет языка или текста.", _RECONVERT, activities.no_script),
    Rule("no-target", _ERROR, "Не сказано, какой процесс вызывать.", "свяжите диаграммы или задайте calledElement.",
         activities.no_target),
    Rule("unknown-kind", _ERROR, "{}: движок этого не исполняет.", "замените элемент.", activities.unknown_kind),
    Rule("bad-repeat", _ERROR, "Не сказано, сколько раз повторять.", "задайте camunda:collection или loopCardinality.",
         activities.bad_repeat),
    Rule("bad-host", _ERROR, "Граничное событие висит не на элементе своей области: «{}».", "прикрепите его к задаче.",
         activities.bad_host),
    Rule("strange-host", _DOUBT, "Граничное событие не сработает: в «{}» процесс не задерживается.",
         "прикрепите его к задаче.", activities.strange_host),
    Rule("unknown-message", _ERROR, "Сообщения «{}» в документе нет.", "объявите его.", activities.unknown_message),
    Rule("lane-reference", _ERROR, "Дорожка называет узел «{}», которого нет.", _RECONVERT,
         activities.lost_lane_member),
    Rule("joined-event-subprocess", _ERROR, "Поток у событийного подпроцесса «{}»: его запускает событие.",
         "уберите поток.", activities.joined_event_subprocess),
    Rule("several-definitions", _DOUBT, "Событие ждёт сразу нескольких вещей, движок возьмёт одну: {}.",
         "разделите его.",
         events.several_definitions),
    _event("", "event-empty", _SET_EVENT),
    _event("timer", "event-timer", "задайте длительность, дату или цикл в диаграмме или в правилах переноса."),
    _event("message", "event-message", _SET_EVENT),
    _event("signal", "event-signal", _SET_EVENT),
    _event("conditional", "event-conditional", _SET_EVENT),
    _event("error", "event-error", _SET_EVENT),
    _event("escalation", "event-escalation", _SET_EVENT),
    _event("compensate", "event-compensate", _SET_EVENT),
    _event("terminate", "event-terminate", _SET_EVENT),
    _event("cancel", "event-cancel", _SET_EVENT),
    _event("link", "event-link", "дайте ссылке название и вторую половину."),
    Rule("event-silent", _DOUBT, "Движок пройдёт событие молча: {}.", _SET_EVENT, events.silent),
    Rule("bad-time", _ERROR, "Срок «{}» движок не прочтёт.",
         "напишите ISO 8601: P3D, PT2H, 2026-01-31T09:00:00, R3/PT1H.", events.bad_time),
    Rule("unserved-topic", _DOUBT, "Тему «{}» в этой установке никто не берёт: процесс здесь остановится.",
         "включите систему этой темы или исправьте тему.", activities.unserved_topic),
    Rule("unset-variable", _DOUBT, "Условие смотрит на переменную, которой диаграмма не создаёт: {}.",
         "проверьте имя; переменную может дать и запуск процесса.", data.unset_variable),
    Rule("ignored-loop", _DOUBT, "Знак цикла движок не исполняет: элемент пройдёт один раз.",
         "замените цикл шлюзом с возвратом или повторением по списку.", activities.ignored_loop),
    Rule("unreachable", _DOUBT, "До элемента не дойти от начала.", "проведите в него поток или уберите его.",
         paths.unreachable),
    Rule("dead-end", _DOUBT, "Путь здесь обрывается без конечного события.",
         "проведите поток дальше или поставьте конец.", paths.dead_end),
)  # fmt: skip
