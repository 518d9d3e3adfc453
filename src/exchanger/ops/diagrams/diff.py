"""Предложенное рядом с развёрнутым: чем отличается, кто работает по прежней версии, не занят ли ключ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchanger.engine.deployments import EngineDeployments, Version
from exchanger.ops.diagrams.deploy_package import Candidate, diagram_of, executable_keys
from exchanger.storm.diff import Difference, difference


@dataclass(frozen=True, slots=True)
class Standing:
    """Как предложенное стоит рядом с развёрнутым; `current` None — такого процесса у арендатора ещё нет.

    `instances` — версия и сколько на ней незавершённых экземпляров: они на ней и останутся. `collisions` запрещают
    развёртывание, `notes` — нет.
    """

    key: str
    tenant: str | None
    current: Version | None = None
    xml: bytes | None = None
    difference: Difference | None = None
    instances: tuple[tuple[Version, int], ...] = ()
    collisions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Развёрнуто уже это."""
        return self.difference is not None and not self.difference.matters

    def lines(self) -> list[str]:
        """Для чтения: что изменится и что останется."""
        if self.current is None or self.difference is None:
            told = [f"у {_whose(self.tenant)} ещё не развёрнуто: будет версия 1"]
        else:
            told = [f"развёрнута версия {self.current.version} ({_whose(self.tenant)})", *self.difference.lines()]
        for version, count in self.instances:
            told.append(f"на версии {version.version} идёт экземпляров: {count}; они на ней и закончат")
        return [*told, *self.notes, *(f"НЕЛЬЗЯ: {each}" for each in self.collisions)]


async def compare(engine: EngineDeployments, candidate: Candidate) -> Standing:
    """Сравнить с движком; только чтение."""
    collisions: list[str] = []
    notes: list[str] = []
    for key in candidate.keys:
        for holder in await engine.holders(key):
            told, blocks = await _collision(engine, candidate, holder)
            (collisions if blocks else notes).extend(told)
    current = await engine.latest(candidate.key)
    if current is None:
        return Standing(candidate.key, engine.tenant_id, collisions=tuple(collisions), notes=tuple(notes))
    xml = await engine.xml(current.id)
    notes += _left_behind(xml, candidate)
    return Standing(
        candidate.key,
        engine.tenant_id,
        current,
        xml,
        difference(xml, candidate.xml),
        await running(engine, candidate.keys),
        tuple(collisions),
        tuple(notes),
    )


async def running(engine: EngineDeployments, keys: Sequence[str]) -> tuple[tuple[Version, int], ...]:
    """Версии с незавершёнными экземплярами, новые вперёд."""
    found: list[tuple[Version, int]] = []
    for key in keys:
        counts = await engine.running(key)
        if counts:
            found += [(each, counts[each.id]) for each in await engine.versions(key) if each.id in counts]
    return tuple(found)


async def _collision(engine: EngineDeployments, candidate: Candidate, holder: Version) -> tuple[list[str], bool]:
    """The same diagram with another tenant is no collision: so dev and prod share an engine. Any other owner is."""
    owner = diagram_of(await engine.xml(holder.id))
    own = candidate.info.uuid.lower()
    if owner != own:
        whose = f"диаграммой {owner}" if owner else "процессом не из StormBPMN"
        return [f"ключ {holder.key} занят {whose} у {_whose(holder.tenant_id)} (версия {holder.version})"], True
    if holder.tenant_id == engine.tenant_id:
        return [], False
    return [f"эта же диаграмма развёрнута и у {_whose(holder.tenant_id)}: её не касаемся"], False


def _left_behind(xml: bytes, candidate: Candidate) -> list[str]:
    gone = set(executable_keys(xml)) - set(candidate.keys)
    return [f"процесса {key} в новой версии нет: прежний останется в движке, запустить его ещё можно" for key in gone]


def _whose(tenant: str | None) -> str:
    return "тех, кто без арендатора" if tenant is None else f"арендатора {tenant}"
