"""Брокер: вход, права, версия, тревоги, топология, потребители, очереди ошибок. Ничего не создаёт."""

from __future__ import annotations

from collections.abc import Iterator

from exchanger.bus.rabbitmq.inspection import Finding as Inspected
from exchanger.bus.rabbitmq.inspection import Verdict, inspect
from exchanger.bus.rabbitmq.session import Session, open_session
from exchanger.bus.topology import Topology
from exchanger.domain.errors import ExchangerError, Retry
from exchanger.ops.doctor.broker_rights import examine_rights, is_alarmed
from exchanger.ops.doctor.finding import Code, Diagnosis, error, failed, fine, warning
from exchanger.ops.pause import open_switchboard
from exchanger.roles.pause import Scope
from exchanger.settings import Settings
from exchanger.wire.names import DEFAULT_QUEUE, ERRORS_QUEUE, queue_of, sent_queue_of
from exchanger.wiring import broker_connection, layout_of

QUORUM_SINCE = (3, 8)
STRICT_SINCE = (4, 0)


async def examine_broker(settings: Settings) -> list[Diagnosis]:
    """Находки о брокере; не отвечает — одна."""
    if not settings.broker.configured:
        text = "RabbitMQ не настроен: работает шина в памяти одного процесса."
        none = warning(Code.BROKER_NONE, text, "для отдельных служб задайте RABBITMQ_HOST или RABBITMQ_URL.")
        return [none, *await _paused(settings)]
    layout = layout_of(settings)
    try:
        async with open_session(broker_connection(settings.broker), "самопроверка") as session:
            found = [*examine_version(version_of(session), settings.broker.queue_type)]
            found += await examine_rights(session, layout, settings)
            if not is_alarmed(found):
                found += [*await _topology(session, layout, settings), *await _paused(settings)]
            return found
    except ExchangerError as cause:
        return [failed(Code.BROKER_UNREACHABLE, cause, "проверьте адрес и порт (RABBITMQ_HOST), сеть и сам брокер.")]


def version_of(session: Session) -> str:
    """Версия из приветствия брокера; «» — он её не назвал."""
    transport = session.connection.transport
    said = None if transport is None else transport.connection.server_properties.get("version")
    return said.decode("ascii", "replace") if isinstance(said, bytes) else str(said or "")


def examine_version(version: str, queue_type: str) -> Iterator[Diagnosis]:
    """Что из версии следует."""
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if not numbers:
        yield warning(Code.BROKER_VERSION, "Брокер не назвал версии: RabbitMQ ли это?", "нужен RabbitMQ 3.8 или новее.")
    elif numbers < QUORUM_SINCE:
        what = f"RabbitMQ {version} не знает кворумных очередей: сообщения не переживут отказа узла."
        yield error(Code.BROKER_VERSION, what, "обновите брокер до 3.13 или 4.")
    elif numbers < STRICT_SINCE:
        yield fine(f"RabbitMQ {version}: числа возвратов сам не ограничивает, сообщения до 128 МиБ (мы шлём до 16).")
    else:
        yield fine(
            f"RabbitMQ {version}: сам теряет сообщение после 20 возвратов (наши очереди — после 1000000), "
            "сообщения до 16 МиБ, зеркал нет."
        )
    if queue_type == "classic":
        what = "RABBITMQ_QUEUE_TYPE=classic: новые очереди живут на одном узле и теряются вместе с ним."
        yield warning(Code.QUEUE_CLASSIC, what, "quorum; имеющиеся переделает exchanger topology migrate.")


async def _topology(session: Session, layout: Topology, settings: Settings) -> list[Diagnosis]:
    found = await inspect(session, layout)
    depths = {one.object.removeprefix("очередь "): one.state for one in found if one.state is not None}
    queues = [
        *(name for system in settings.installation.systems for name in (queue_of(system), sent_queue_of(system))),
        settings.broker.responses_queue,
    ]
    waiting = [
        error(
            Code.NO_CONSUMERS,
            f"В очереди {name} ждёт сообщений: {state.messages}, и её никто не читает.",
            "запустите службы: exchanger services start (или exchanger run).",
        )
        for name in queues
        if (state := depths.get(name)) is not None and state.messages and not state.consumers
    ]
    letters = {name: state.messages for name, state in depths.items() if state.messages}
    return [*_differences(found), *waiting, *_letters(letters)]


def _differences(found: list[Inspected]) -> Iterator[Diagnosis]:
    missing = [one.object for one in found if one.verdict is Verdict.MISSING]
    for one in found:
        if one.verdict is Verdict.DIFFERS:
            what = f"{one.object} отличается от ожидаемого: {one.note}."
            yield warning(Code.TOPOLOGY_DIFFERS, what, "exchanger topology diff; очередь — exchanger topology migrate.")
    if len(missing) == len(found):
        yield fine("Объектов Exchanger в брокере ещё нет: их создаст первый запуск служб.")
    elif missing:
        yield warning(Code.TOPOLOGY_MISSING, f"В брокере нет: {', '.join(missing)}.", "exchanger topology apply.")
    elif all(one.is_fine for one in found):
        yield fine(
            f"Топология: {len(found)} объектов, как ожидалось.", "привязки — exchanger topology diff --management"
        )


def _letters(letters: dict[str, int]) -> Iterator[Diagnosis]:
    if count := letters.get(ERRORS_QUEUE):
        what = f"В очереди ошибок лежит сообщений: {count}."
        yield warning(Code.DEAD_LETTERS, what, "разберите: exchanger dlq list, exchanger dlq redrive.")
    if count := letters.get(DEFAULT_QUEUE):
        what = f"Заявок без системы в {DEFAULT_QUEUE}: {count}."
        yield warning(
            Code.UNROUTED, what, "дайте их темам систему (EXCHANGER_TOPICS); содержимое — exchanger queues peek."
        )


async def _paused(settings: Settings) -> list[Diagnosis]:
    try:
        async with open_switchboard(settings) as board:
            standing = await board.look()
    except Retry as cause:
        return [failed(Code.BROKER_RIGHTS, cause, "дайте право write на amq.default: знаки оператора не видны.")]
    return [
        warning(
            Code.SYSTEM_PAUSED,
            f"Система {one.system} остановлена оператором: {one.scope.value}.",
            f"отпустить: exchanger resume {one.system} --reason …",
        )
        for one in standing
        if one.scope is not Scope.NOTHING
    ]
