"""Реестр систем: встроенные и поставленные отдельно находят одним путём, через entry points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

from exchanger.connect import GROUP, Plugin
from exchanger.domain.errors import ConfigError
from exchanger.domain.routing import TOPICS, Routing
from exchanger.telemetry.redact import redact

BUILT_IN = tuple(
    EntryPoint(name, f"exchanger.wiring.{module}:PLUGIN", GROUP)
    for name, module in {
        "bitrix24": "bitrix24",
        "openproject": "openproject",
        "1c": "onec",
        "python-services": "python",
    }.items()
)
"""Встроенные системы: от метаданных установки пакета не зависят."""

_NAMES = frozenset(point.name for point in BUILT_IN)


@dataclass(frozen=True, slots=True)
class Broken:
    """Система, которую нельзя обслуживать, и почему."""

    name: str
    why: str
    remedy: str = "исправьте или переустановите пакет системы; остальные системы работают."


@dataclass(frozen=True, slots=True)
class Registry:
    """Известные входы систем; модули загружаются, только когда о системе спросили."""

    points: Mapping[str, tuple[EntryPoint, ...]] = field(default_factory=dict)

    @classmethod
    def installed(cls) -> Registry:
        """Встроенные и установленные в этом окружении."""
        found: dict[str, tuple[EntryPoint, ...]] = {}
        for point in (*BUILT_IN, *sorted(entry_points(group=GROUP), key=lambda each: each.value)):
            if point.value not in {known.value for known in found.get(point.name, ())}:
                found[point.name] = (*found.get(point.name, ()), point)
        return cls(found)

    @property
    def names(self) -> tuple[str, ...]:
        """Имена всех известных систем."""
        return tuple(self.points)

    def load(self, name: str) -> Plugin | Broken:
        """Вход системы; сломанный и спорный — `Broken`; `ConfigError` — такой системы нет."""
        if name not in self.points:
            raise ConfigError(
                f"Системы {name} этой версии неизвестны.",
                remedy=f"Исправьте EXCHANGER_SYSTEMS; известны: {', '.join(sorted(self.points))}.",
            )
        first, *others = self.points[name]
        if others and not is_built_in(name):
            places = ", ".join(point.value for point in (first, *others))
            return Broken(name, f"имя {name} объявили несколько пакетов: {places}.", "оставьте один из них.")
        return _loaded(first)

    def clashes(self, names: Iterable[str]) -> Iterator[Broken]:
        """Чужие входы под именем встроенной системы: встроенная работает, они — нет."""
        for name in names:
            if name in _NAMES and len(self.points[name]) > 1:
                places = ", ".join(point.value for point in self.points[name][1:])
                yield Broken(places, f"имя {name} принадлежит встроенной системе, она и работает; эта не загружена.")

    def enabled(self, names: Iterable[str], configured: Mapping[str, str]) -> tuple[list[Plugin], list[Broken]]:
        """Включённые системы и те, которые обслуживать нельзя; встроенная негодной не бывает."""
        unknown = [name for name in names if name not in self.points]
        if unknown:
            raise ConfigError(
                f"Системы {', '.join(unknown)} этой версии неизвестны.",
                remedy=f"Исправьте EXCHANGER_SYSTEMS; известны: {', '.join(sorted(self.points))}.",
            )
        good: list[Plugin] = []
        broken: list[Broken] = list(self.clashes(names))
        for name in sorted(names, key=lambda each: not is_built_in(each)):  # a plug-in yields to what was there first
            loaded = self.load(name)
            fault = loaded if isinstance(loaded, Broken) else _taken(loaded, good, configured)
            if fault is not None:
                broken.append(fault)
            elif isinstance(loaded, Plugin):
                good.append(loaded)
        order = list(names)
        return sorted(good, key=lambda each: order.index(each.name)), broken


def is_built_in(name: str) -> bool:
    """Поставляется ли система с Exchanger."""
    return name in _NAMES


def _loaded(point: EntryPoint) -> Plugin | Broken:
    try:
        found = point.load()
    except Exception as error:  # noqa: BLE001 - somebody else's module may raise anything; it stops only its own system
        return Broken(point.name, f"{point.value} не загрузился: {redact(f'{type(error).__name__}: {error}')}")
    if not isinstance(found, Plugin):
        return Broken(point.name, f"{point.value} — это {type(found).__name__}, а нужен exchanger.connect.Plugin.")
    if found.name != point.name:
        return Broken(point.name, f"{point.value} называет себя «{found.name}», а entry point — «{point.name}».")
    return found


def _taken(plugin: Plugin, others: Iterable[Plugin], configured: Mapping[str, str]) -> Broken | None:
    """A topic that two systems declare belongs to whom a person has given it; undecided, it is nobody's new one."""
    routing = Routing(configured)
    decided = {**TOPICS, **configured}
    for other in others:
        for topic in sorted(plugin.topics & other.topics):
            if topic not in decided:
                why = f"тему {topic} объявляет и система {other.name}."
                return Broken(plugin.name, why, f"решите: EXCHANGER_TOPICS {topic}={plugin.name} или {other.name}.")
    foreign = sorted(topic for topic in plugin.topics if decided.get(topic, plugin.name) != plugin.name)
    if foreign and set(foreign) == plugin.topics and not is_built_in(plugin.name):
        owners = ", ".join(sorted({routing.system(topic) for topic in foreign}))
        why = f"все её темы ({', '.join(foreign)}) принадлежат другим: {owners}."
        return Broken(plugin.name, why, f"дайте ей тему: EXCHANGER_TOPICS {foreign[0]}={plugin.name}.")
    return None
