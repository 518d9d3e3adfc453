"""The page of metrics: what is read now, and nothing for what is not known."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from exchanger.domain.event import EventKind
from exchanger.telemetry.metrics import CATALOGUE, Metrics, Reading, SystemReading, Watching

WATCHING = Watching(open=7, missing=2, oldest=61.5, circuit_open=True, brake_on=False)
FULL = Reading(
    version="1.2.3",
    environment="prod",
    ready=True,
    parts={"движок": True, 'система "b"': False},
    engine_silence=0.25,
    bus_up=True,
    systems=(
        SystemReading("bitrix24", 120, 2.0, 48, paused=True, watching=WATCHING),
        SystemReading("desk", 0, 5.0, 10, paused=False),
    ),
    events={("bitrix24", EventKind.CREATED): 3},
    depths={"bitrix24.queue": 4},
    dead_letters=1,
)
EMPTY = Reading("1", "dev", ready=False, parts={}, engine_silence=None, bus_up=False, systems=(), events={})


def samples(reading: Reading) -> dict[tuple[str, tuple[str, ...]], float]:
    text = Metrics(lambda: reading).text().decode()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_metric_of_the_catalogue_is_on_the_page_of_a_working_installation() -> None:
    assert {name for name, _ in samples(FULL)} == {metric.name for metric in CATALOGUE}


def test_the_numbers_are_those_of_the_moment() -> None:
    seen = samples(FULL)

    assert seen["exchanger_open_obligations", ("bitrix24",)] == 7
    assert seen["exchanger_missing_objects", ("bitrix24",)] == 2
    assert seen["exchanger_oldest_obligation_seconds", ("bitrix24",)] == 61.5
    assert seen["exchanger_circuit_open", ("bitrix24",)] == 1
    assert seen["exchanger_brake_on", ("bitrix24",)] == 0
    assert seen["exchanger_paused", ("bitrix24",)] == 1
    assert seen["exchanger_requests_total", ("bitrix24",)] == 120
    assert seen["exchanger_events_total", ("created", "bitrix24")] == 3
    assert seen["exchanger_queue_messages", ("bitrix24.queue",)] == 4
    assert seen["exchanger_build_info", ("prod", "1.2.3")] == 1
    assert seen["exchanger_part_up", ('система "b"',)] == 0


def test_a_system_whose_duty_another_process_keeps_has_no_numbers_of_the_watch() -> None:
    seen = samples(FULL)

    assert seen["exchanger_on_duty", ("desk",)] == 0
    assert ("exchanger_open_obligations", ("desk",)) not in seen
    assert ("exchanger_circuit_open", ("desk",)) not in seen


def test_what_is_not_known_is_not_shown_as_a_zero() -> None:
    names = {name for name, _ in samples(EMPTY)}

    assert names == {"exchanger_build_info", "exchanger_ready", "exchanger_bus_up"}
