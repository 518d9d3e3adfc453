"""Возврат к прежней версии: документ из архива развёртывается снова, проход его не перекрывает."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.domain.errors import OutcomeUnknown, Reject
from exchanger.ops.diagrams.deploy import Deployer, Outcome, Result
from exchanger.ops.diagrams.deploy_package import Candidate, ready
from exchanger.ops.diagrams.run_holds import Hold, Holds
from exchanger.storm.files import Archived, BodyArchive


@dataclass(frozen=True, slots=True)
class Rollback:
    """Возврат одной среды; `bodies` — архив тел StormBPMN: по нему узнаётся, что откладывать."""

    deployer: Deployer
    bodies: BodyArchive
    holds: Holds

    def versions(self, diagram_id: str) -> list[Archived]:
        """К чему можно вернуться, по порядку первого развёртывания."""
        return self.deployer.archive.versions(diagram_id)

    def candidate(self, diagram_id: str, digest: str) -> Candidate:
        """Документ из архива по началу SHA-256; `Reject` — такого нет."""
        found = ready(self.deployer.archive.document(diagram_id, digest))
        if found.key not in found.keys:
            raise Reject(f"В документе {found.digest} нет процесса {found.key}.", remedy="возьмите другой документ.")
        return found

    async def back(self, candidate: Candidate, reason: str, *, dry_run: bool = False) -> Result:
        """Развернуть прежний документ через те же проверки; отложить то тело, которое сейчас в StormBPMN.

        Откладывается раньше развёртывания: проход, идущий рядом, уже не перекроет возвращённого.
        """
        if dry_run:
            return await self.deployer.deploy(candidate, reason, dry_run=True)
        before = self.holds.of(candidate.info.uuid)
        body = self._latest_body(candidate.info.uuid)
        if body:
            self.holds.put(candidate.info.uuid, Hold(body, self.deployer.clock.now().isoformat(), reason))
        refused = True
        try:
            result = await self.deployer.deploy(candidate, f"возврат: {reason}")
            refused = result.outcome is Outcome.REFUSED
        except OutcomeUnknown:
            refused = False  # it may well have been deployed
            raise
        finally:
            if refused and before is None:
                self.holds.lift(candidate.info.uuid)
        return result

    def _latest_body(self, diagram_id: str) -> str:
        """Of all that was fetched, the last in the list: what StormBPMN has now as far as we know."""
        found = [each for each in self.bodies.entries() if each.diagram.lower() == diagram_id.lower()]
        return max(found, key=lambda each: (each.updated or "", each.at)).sha256 if found else ""
