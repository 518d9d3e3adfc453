"""Метрики Prometheus: каталог имён и страница, которая при каждом чтении спрашивает о настоящем.

Общего на процесс реестра нет: у каждой собранной установки свой.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from exchanger.domain.event import EventKind

Family = CounterMetricFamily | GaugeMetricFamily
Labelled = Iterable[tuple[tuple[str, ...], float]]
"""Значения меток и число."""


class Kind(StrEnum):
    """Вид метрики."""

    GAUGE = "gauge"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Metric:
    """Метрика каталога; имя счётчика — с `_total`."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()

    def family(self, values: Labelled) -> Family:
        """Метрика со значениями."""
        kind = CounterMetricFamily if self.kind is Kind.COUNTER else GaugeMetricFamily
        family = kind(self.name, self.help, labels=self.labels)
        for labels, value in values:
            family.add_metric(labels, value)
        return family


_SYSTEM = ("system",)
BUILD = Metric("exchanger_build_info", Kind.GAUGE, "Версия и среда; всегда 1", ("version", "environment"))
READY = Metric("exchanger_ready", Kind.GAUGE, "1 — все части работают (то же, что /health/ready)")
PART_UP = Metric("exchanger_part_up", Kind.GAUGE, "1 — часть работает, 0 — нет или ещё не начала", ("part",))
ENGINE_SILENCE = Metric("exchanger_engine_silence_seconds", Kind.GAUGE, "Секунд с последнего ответа движка")
BUS_UP = Metric("exchanger_bus_up", Kind.GAUGE, "1 — связь с шиной есть")
ON_DUTY = Metric("exchanger_on_duty", Kind.GAUGE, "1 — вахту системы несёт этот процесс", _SYSTEM)
OPEN = Metric("exchanger_open_obligations", Kind.GAUGE, "Открытых обязательств", _SYSTEM)
OLDEST = Metric("exchanger_oldest_obligation_seconds", Kind.GAUGE, "Возраст самого давнего обязательства", _SYSTEM)
MISSING = Metric("exchanger_missing_objects", Kind.GAUGE, "Обязательств, чьего объекта не видно", _SYSTEM)
CIRCUIT = Metric("exchanger_circuit_open", Kind.GAUGE, "1 — система отказывает или остановлена целиком", _SYSTEM)
BRAKE = Metric("exchanger_brake_on", Kind.GAUGE, "1 — тормоз держит: пропало слишком много", _SYSTEM)
PAUSED = Metric("exchanger_paused", Kind.GAUGE, "1 — систему остановил оператор", _SYSTEM)
REQUESTS = Metric("exchanger_requests_total", Kind.COUNTER, "Запросов к системе под её пределом", _SYSTEM)
LEFT = Metric("exchanger_requests_left", Kind.GAUGE, "Запросов, которые уйдут без ожидания предела", _SYSTEM)
LIMIT = Metric("exchanger_requests_per_second_limit", Kind.GAUGE, "Предел запросов к системе в секунду", _SYSTEM)
EVENTS = Metric("exchanger_events_total", Kind.COUNTER, "Событий с задачами в этом процессе", ("system", "kind"))
QUEUE = Metric("exchanger_queue_messages", Kind.GAUGE, "Сообщений ждёт в очереди", ("queue",))
DEAD = Metric("exchanger_dead_letters", Kind.GAUGE, "Сообщений в очереди ошибок")

CATALOGUE = (
    BUILD, READY, PART_UP, ENGINE_SILENCE, BUS_UP, ON_DUTY, OPEN, OLDEST, MISSING, CIRCUIT, BRAKE, PAUSED, REQUESTS,
    LEFT, LIMIT, EVENTS, QUEUE, DEAD,
)  # fmt: skip
"""Все метрики; `docs/reference/metrics.md` называет те же."""


@dataclass(frozen=True, slots=True)
class Watching:
    """Что видит вахта: открыто, не видно объектов, возраст давнего (секунды), автомат, тормоз."""

    open: int
    missing: int
    oldest: float | None
    circuit_open: bool
    brake_on: bool


@dataclass(frozen=True, slots=True)
class SystemReading:
    """Система в этом процессе; `watching` — None, когда вахту несёт другой."""

    name: str
    requests: int
    limit: float
    left: int
    paused: bool
    watching: Watching | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Установка сейчас; `depths` — глубины очередей, которые удалось узнать."""

    version: str
    environment: str
    ready: bool
    parts: Mapping[str, bool]
    engine_silence: float | None
    bus_up: bool
    systems: tuple[SystemReading, ...]
    events: Mapping[tuple[str, EventKind], int]
    depths: Mapping[str, int] = field(default_factory=dict)
    dead_letters: int | None = None


class Metrics(Collector):
    """Страница метрик: `look` читает настоящее."""

    def __init__(self, look: Callable[[], Reading]) -> None:
        self._look = look
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        """Текст страницы."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Family]:
        """Каждая метрика каталога; без значений — только её описание."""
        values = values_of(self._look())
        for metric in CATALOGUE:
            yield metric.family(values.get(metric, ()))

    @staticmethod
    def describe() -> Iterator[Family]:
        """Имена для реестра: без этого он прочитал бы установку ещё до её запуска."""
        return (metric.family(()) for metric in CATALOGUE)


def values_of(reading: Reading) -> dict[Metric, Labelled]:
    """Значения всех метрик."""
    return {
        BUILD: [((reading.version, reading.environment), 1)],
        READY: [((), reading.ready)],
        PART_UP: [((part,), up) for part, up in reading.parts.items()],
        ENGINE_SILENCE: [] if reading.engine_silence is None else [((), reading.engine_silence)],
        BUS_UP: [((), reading.bus_up)],
        EVENTS: [((system, kind.value), count) for (system, kind), count in sorted(reading.events.items())],
        QUEUE: [((queue,), depth) for queue, depth in reading.depths.items()],
        DEAD: [] if reading.dead_letters is None else [((), reading.dead_letters)],
        **_of_systems(reading.systems),
    }


def _of_systems(systems: Iterable[SystemReading]) -> dict[Metric, Labelled]:
    watched = [(each.name, each.watching) for each in systems if each.watching is not None]
    return {
        ON_DUTY: [((each.name,), each.watching is not None) for each in systems],
        PAUSED: [((each.name,), each.paused) for each in systems],
        REQUESTS: [((each.name,), each.requests) for each in systems],
        LIMIT: [((each.name,), each.limit) for each in systems],
        LEFT: [((each.name,), each.left) for each in systems],
        OPEN: [((name,), seen.open) for name, seen in watched],
        MISSING: [((name,), seen.missing) for name, seen in watched],
        OLDEST: [((name,), seen.oldest) for name, seen in watched if seen.oldest is not None],
        CIRCUIT: [((name,), seen.circuit_open) for name, seen in watched],
        BRAKE: [((name,), seen.brake_on) for name, seen in watched],
    }
