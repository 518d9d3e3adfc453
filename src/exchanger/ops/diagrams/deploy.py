"""Развёртывание одной диаграммы: сравнить, проверить, развернуть, прочитать обратно. Силой — никогда."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from exchanger.domain.errors import OutcomeUnknown, Reject
from exchanger.engine.deployments import EngineDeployments, Package, Version
from exchanger.journal.audit import Audit, Deed
from exchanger.ops.diagrams.archive import DeployedArchive
from exchanger.ops.diagrams.deploy_package import Candidate
from exchanger.ops.diagrams.diff import Standing, compare
from exchanger.ports import Clock

Gate = Callable[[Candidate], Awaitable[tuple[str, ...]]]
"""Проверка: что запрещает развернуть; пусто — можно."""


class Outcome(StrEnum):
    """Что стало с диаграммой."""

    DEPLOYED = "deployed"
    UNCHANGED = "unchanged"
    WOULD_DEPLOY = "would_deploy"
    REFUSED = "refused"
    HELD = "held"
    FAILED = "failed"

    @property
    def good(self) -> bool:
        """Не требует человека."""
        return self not in {Outcome.REFUSED, Outcome.FAILED}


@dataclass(frozen=True, slots=True)
class Result:
    """Итог; `reasons` — почему отказано или не удалось, `version` — то, что теперь развёрнуто."""

    outcome: Outcome
    standing: Standing | None = None
    version: Version | None = None
    reasons: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Deployer:
    """Развёртывание от имени арендатора `engine`."""

    engine: EngineDeployments
    gate: Gate
    archive: DeployedArchive
    audit: Audit
    clock: Clock

    async def standing(self, candidate: Candidate) -> Standing:
        """Чем предложенное отличается от развёрнутого; только чтение."""
        return await compare(self.engine, candidate)

    async def deploy(self, candidate: Candidate, reason: str, *, dry_run: bool = False) -> Result:
        """Развернуть, если есть что и можно.

        Чужой ключ и ошибки проверки запрещают; ключа «всё равно» нет. `Reject` — движок не принял или прочитанное
        обратно не сходится; ошибки связи проходят насквозь.
        """
        standing = await self.standing(candidate)
        if standing.collisions:
            return Result(Outcome.REFUSED, standing, standing.current, standing.collisions)
        if standing.same and standing.xml is not None:
            self.archive.keep(standing.xml, self.clock.now())  # a crash may have come between the engine and this
            return Result(Outcome.UNCHANGED, standing, standing.current)
        blocking = await self.gate(candidate)
        if blocking:
            return Result(Outcome.REFUSED, standing, standing.current, blocking)
        if dry_run:
            return Result(Outcome.WOULD_DEPLOY, standing, standing.current)
        return Result(Outcome.DEPLOYED, standing, await self._put(candidate, standing, reason))

    async def _put(self, candidate: Candidate, standing: Standing, reason: str) -> Version:
        if standing.xml is not None:
            self.archive.keep(standing.xml, self.clock.now())  # whoever deployed it: there must be a way back
        self.archive.keep(candidate.xml, self.clock.now())
        details: dict[str, str | int] = {
            "diagram": candidate.info.uuid,
            "storm_version": candidate.info.version,
            "sha256": candidate.digest,
            "tenant": self.engine.tenant_id or "",
            "was": standing.current.version if standing.current else 0,
        }
        with self.audit.deed(Deed("sync deploy", candidate.key, reason, details)) as verdict:
            version = await self._sent(candidate)
            verdict.text = f"развёрнута версия {version.version}, определение {version.id}"
        return version

    async def _sent(self, candidate: Candidate) -> Version:
        package = Package(candidate.key, f"{candidate.key}.bpmn", candidate.xml)
        try:
            made = await self.engine.deploy(package)
            if not made.definitions and await self._read_back(candidate) is None:
                # The engine knows this very document of our name, but somebody's other deployment came after it.
                await self.engine.deploy(replace(package, filtering=False))
        except OutcomeUnknown:
            version = await self._read_back(candidate)
            if version is None:
                raise
            return version
        return await self._verified(candidate)

    async def _verified(self, candidate: Candidate) -> Version:
        version = await self._read_back(candidate)
        if version is None:
            raise Reject(
                f"Движок ответил «развёрнуто», но у арендатора {self.engine.tenant_id or '(без арендатора)'} последней "
                f"версией {candidate.key} стоит не то, что отправлено.",
                remedy="проверьте, не развёртывает ли эту диаграмму кто-то ещё, и повторите.",
            )
        return version

    async def _read_back(self, candidate: Candidate) -> Version | None:
        """The latest version of every key, if it is ours: right tenant, these very bytes."""
        found: dict[str, Version] = {}
        for key in candidate.keys:
            version = await self.engine.latest(key)
            if version is None or version.tenant_id != self.engine.tenant_id:
                return None
            if await self.engine.xml(version.id) != candidate.xml:
                return None
            found[key] = version
        return found.get(candidate.key)
