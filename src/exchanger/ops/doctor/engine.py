"""Движок: доступен ли, пускает ли, свой ли арендатор, верны ли часы, версия, индекс, инциденты."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from exchanger.domain.errors import ExchangerError, Reject, SystemPaused
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.engine.survey import TaskState, TopicCounts
from exchanger.ops.doctor.engine_rights import examine_rights
from exchanger.ops.doctor.finding import Code, Diagnosis, failed, fine, warning
from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.wiring import engine_connection

INDEX_FROM = 50_000
"""Запертых задач, с которых без индекса по LOCK_EXP_TIME_ выборка заметно медленнее (миллион — 50 мс на запрос)."""

INDEX = "CREATE INDEX EXCH_LOCK_EXP ON ACT_RU_EXT_TASK(LOCK_EXP_TIME_)"

_SKEW = timedelta(seconds=30)
_VERSION = re.compile(r"(\d+)\.(\d+)")
_OLDEST = (7, 20)
_OPERATON = 1


async def examine_engine(settings: Settings, clock: Clock) -> list[Diagnosis]:
    """Находки о движке; не отвечает или не пускает — одна."""
    connection = engine_connection(settings.engine)
    async with RestEngine(connection, clock) as engine:
        try:
            version = await engine.admin.version()
        except ExchangerError as cause:
            return [_unmet(cause)]
        found = [*_version(version), *_skew(engine.now(), clock.now())]
        try:
            counts = await engine.survey.topics()
            found += [*_counts(counts, engine.worker_id)]
        except ExchangerError as cause:
            found.append(failed(Code.ENGINE_RIGHTS, cause, "дайте READ на process instance и process definition."))
    found += await examine_rights(connection, clock)
    return [*found, *await _tenant(connection, clock)]


def _unmet(cause: ExchangerError) -> Diagnosis:
    if isinstance(cause, SystemPaused):
        return failed(Code.ENGINE_DENIED, cause)
    if isinstance(cause, Reject):
        return failed(Code.ENGINE_ADDRESS, cause, "проверьте CAMUNDA_BASE_URL: нужен корень REST, обычно /engine-rest.")
    return failed(Code.ENGINE_UNREACHABLE, cause, "проверьте CAMUNDA_BASE_URL, сеть и сам движок.")


def _version(version: str) -> Iterator[Diagnosis]:
    found = _VERSION.match(version)
    numbers = (int(found[1]), int(found[2])) if found else (0, 0)
    if numbers >= _OLDEST or numbers[0] == _OPERATON:
        yield fine(f"Версия {version}.")
    else:
        what = f"Версия {version}: с такой Exchanger не проверялся."
        yield warning(Code.ENGINE_VERSION, what, "проверено на Camunda 7.24 и Operaton 1; обновите движок.")


def _skew(engine: datetime | None, here: datetime) -> Iterator[Diagnosis]:
    skew = abs(engine - here) if engine is not None else timedelta()
    if skew > _SKEW:
        what = f"Часы движка и этой машины расходятся на {round(skew.total_seconds())} с."
        yield warning(Code.ENGINE_CLOCK, what, "включите синхронизацию времени на обеих машинах.")


def _counts(counts: TopicCounts, worker: str) -> Iterator[Diagnosis]:
    total = Counter[TaskState]()
    for states in counts.values():
        total.update(states)
    ours, others = total[TaskState.OURS], total[TaskState.OTHERS]
    yield fine(f"За работником {worker} числится задач: {ours}; ждёт: {total[TaskState.WAITING]}.")
    if incidents := total[TaskState.INCIDENT]:
        what = f"Задач с инцидентом: {incidents}."
        yield warning(Code.ENGINE_INCIDENTS, what, "exchanger incidents list: у каждого сказано, что делать.")
    if others:
        what = f"Задач держит другой работник: {others}; если темы общие, он забирает их у нас."
        yield warning(Code.FOREIGN_WORKER, what, "остановите его или разведите арендаторов (CAMUNDA_TENANT_ID).")
    yield from _index(ours + others)


def _index(locked: int) -> Iterator[Diagnosis]:
    """REST shows no indexes, so the number that makes one needful is shown instead."""
    if locked >= INDEX_FROM:
        what = f"Запертых задач {locked}: без индекса по LOCK_EXP_TIME_ каждая выборка читает их все."
        yield warning(Code.ENGINE_INDEX, what, f"в базе движка: {INDEX};")
    else:
        yield fine(
            f"Индекс по LOCK_EXP_TIME_ через REST не виден; при {locked} запертых задачах он ещё не нужен.",
            f"заранее, в базе движка: {INDEX};",
        )


async def _tenant(connection: EngineConnection, clock: Clock) -> list[Diagnosis]:
    """A tenant is only a word: one that nothing is deployed for is most likely a misspelt one."""
    everyone = dataclasses.replace(connection, tenant_id=None)
    async with RestEngine(everyone, clock) as engine:
        try:
            definitions = await engine.survey.definitions()
        except ExchangerError as cause:
            return [failed(Code.ENGINE_RIGHTS, cause, "дайте READ на process definition.")]
    deployed = {definition.tenant_id for definition in definitions}
    if connection.tenant_id is None or connection.tenant_id in deployed:
        return []
    others = ", ".join(sorted(tenant for tenant in deployed if tenant)) or "ни у одного"
    what = f"У арендатора {connection.tenant_id} не развёрнуто ничего; развёрнуто у: {others}."
    return [warning(Code.ENGINE_TENANT, what, "исправьте CAMUNDA_TENANT_ID или разверните диаграммы этому арендатору.")]
