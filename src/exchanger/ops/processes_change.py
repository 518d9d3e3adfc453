"""Процесс своего арендатора: что о нём известно, запустить, отменить экземпляры, удалить. Чужое не трогается."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from exchanger.domain.errors import Reject
from exchanger.domain.variables import Variables
from exchanger.engine.admin import Instance
from exchanger.engine.client import RestEngine
from exchanger.engine.deployments import Version
from exchanger.journal.audit import Audit, Deed
from exchanger.ops.audit import audit_of
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.wiring import engine_connection

Tell = Callable[[str, str], None]
"""Рассказ о каждом: что это и что с ним стало."""


@dataclass(frozen=True, slots=True)
class Info:
    """Процесс: версии, новые вперёд, и сколько экземпляров у каждой."""

    versions: tuple[Version, ...]
    running: Mapping[str, int]

    @property
    def instances(self) -> int:
        """Незавершённых экземпляров всех версий."""
        return sum(self.running.values())


@dataclass(frozen=True, slots=True)
class Start:
    """Что запустить: версия определения, переменные, business key."""

    version: Version
    variables: Variables
    business_key: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Какие экземпляры отобрать; пустое не ограничивает."""

    ids: frozenset[str] = frozenset()
    version: int | None = None
    business_key: str = ""


@dataclass(frozen=True, slots=True)
class Removal:
    """Развёртывание и что с ним будет: `shared` — в нём и другие определения, поэтому удаляются только версии."""

    deployment_id: str
    versions: tuple[Version, ...]
    shared: tuple[str, ...]


class ProcessChanges:
    """Изменения от имени одного арендатора (None — без арендатора)."""

    def __init__(self, engine: RestEngine, audit: Audit) -> None:
        self._engine = engine
        self._audit = audit

    async def info(self, key: str) -> Info:
        """Версии и экземпляры; `Reject` — у нашего арендатора такого процесса нет."""
        versions = await self._engine.deployments.versions(key)
        if not versions:
            tenant = self._engine.deployments.tenant_id
            whose = f"у арендатора «{tenant}»" if tenant is not None else "без арендатора"
            raise Reject(
                f"Процесса «{key}» {whose} нет.",
                remedy="ключи: exchanger processes list; арендатор: CAMUNDA_TENANT_ID.",
            )
        return Info(tuple(versions), await self._engine.deployments.running(key))

    async def planned(self, key: str, number: int | None, variables: Variables, business_key: str | None) -> Start:
        """Выбрать версию: `number` или последнюю; ничего не меняет."""
        versions = (await self.info(key)).versions
        chosen = next((each for each in versions if number in {None, each.version}), None)
        if chosen is None:
            known = ", ".join(str(each.version) for each in versions)
            raise Reject(f"Версии {number} у процесса «{key}» нет; есть: {known}.")
        return Start(chosen, variables, business_key)

    async def start(self, start: Start, reason: str) -> str:
        """Запустить; возвращает id экземпляра. Значения переменных в запись действий не попадают."""
        version = start.version
        details: dict[str, str | int] = {
            "version": version.version,
            "business_key": start.business_key or "",
            "variables": ", ".join(start.variables),
        }
        with self._audit.deed(Deed("processes start", f"процесс {version.key}", reason, details)) as verdict:
            instance = await self._engine.admin.start_version(version.id, start.variables, start.business_key)
            verdict.text = f"экземпляр {instance}"
        return instance

    async def chosen(self, key: str, wanted: Wanted) -> list[Instance]:
        """Отобранные незавершённые экземпляры; `Reject` — названный не наш, не этого процесса или уже завершён."""
        numbers = {each.id: each.version for each in (await self.info(key)).versions}
        found = [each async for each in self._engine.admin.instances(key)]
        strangers = wanted.ids - {each.id for each in found}
        if strangers:
            raise Reject(
                f"Не экземпляры процесса «{key}» нашего арендатора или уже завершены: {', '.join(sorted(strangers))}.",
                remedy=f"экземпляры: exchanger processes instances {key}.",
            )
        return [
            each
            for each in found
            if (not wanted.ids or each.id in wanted.ids)
            and wanted.version in {None, numbers.get(each.definition_id)}
            and wanted.business_key in {"", each.business_key}
        ]

    async def stop(self, instances: Sequence[Instance], key: str, reason: str, tell: Tell) -> int:
        """Отменить ровно эти экземпляры; возвращает, сколько отменено. Сбой движка прерывает обход."""
        stopped = 0
        for each in instances:
            details = {"process": key, "business_key": each.business_key or ""}
            with self._audit.deed(Deed("processes stop", f"экземпляр {each.id}", reason, details)) as verdict:
                done = await self._engine.admin.delete(each.id)
                verdict.text = "отменён" if done else "уже завершён"
            stopped += done
            tell(each.id, verdict.text)
        return stopped

    async def removals(self, key: str) -> list[Removal]:
        """Что удалит `delete`; `Reject` — у процесса есть экземпляры."""
        info = await self.info(key)
        if info.instances:
            raise Reject(
                f"У процесса «{key}» экземпляров: {info.instances}. Пока они есть, удалять нечего.",
                remedy=f"дождитесь их конца или отмените: exchanger processes stop {key} --reason …",
            )
        plan = []
        for deployment in dict.fromkeys(each.deployment_id for each in info.versions):
            ours = tuple(each for each in info.versions if each.deployment_id == deployment)
            inside = await self._engine.admin.definitions_of(deployment)
            plan.append(Removal(deployment, ours, tuple(other for _, other in inside if other != key)))
        return plan

    async def delete(self, plan: Sequence[Removal], key: str, reason: str, tell: Tell) -> None:
        """Удалить; появившийся тем временем экземпляр движок защитит сам (`Reject`). История остаётся."""
        for each in plan:
            numbers = ", ".join(str(version.version) for version in each.versions)
            details = {"versions": numbers, "deployment": each.deployment_id}
            with self._audit.deed(Deed("processes delete", f"процесс {key}", reason, details)) as verdict:
                verdict.text = await self._remove(each)
            tell(f"версии {numbers}", verdict.text)

    async def _remove(self, removal: Removal) -> str:
        if not removal.shared:
            await self._engine.admin.delete_deployment(removal.deployment_id)
            return "удалены вместе с развёртыванием"
        for version in removal.versions:
            await self._engine.admin.delete_definition(version.id)
        return f"удалены; развёртывание {removal.deployment_id} осталось: в нём {', '.join(removal.shared)}"


@asynccontextmanager
async def open_changes(settings: Settings) -> AsyncIterator[ProcessChanges]:
    """Изменения процессов установки."""
    async with RestEngine(engine_connection(settings.engine), SystemClock()) as engine:
        yield ProcessChanges(engine, audit_of(settings))
