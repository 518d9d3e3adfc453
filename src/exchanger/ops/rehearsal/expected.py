"""Чем проигрыш отличается от ожидаемого в сценарии."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exchanger.ops.rehearsal.chart import Chart
from exchanger.ops.rehearsal.results import Play
from exchanger.ops.rehearsal.scenario import Expect


def differences(play: Play, expect: Expect, chart: Chart) -> Iterator[str]:
    """По строке на расхождение; ничего — всё как написано."""
    if play.broken:
        yield f"процесс сломался: {play.broken}"
    if play.cut:
        yield f"процесс {play.cut}"
    yield from _stuck(play, expect, chart)
    yield from _path(play.path, expect.path, chart)
    visited = {visit.element for visit in play.visits}
    for name in expect.visited:
        if not _ids(chart, name) & visited:
            yield f"не пройден «{name}»; пройдено: {_shown(play.path, chart)}"
    for name in expect.avoided:
        if _ids(chart, name) & visited:
            yield f"пройден «{name}», а не должен был"
    yield from _end(play, expect, chart)
    yield from _variables(play, expect)
    yield from _tasks(play, expect, chart)


def _stuck(play: Play, expect: Expect, chart: Chart) -> Iterator[str]:
    if not expect.stuck:
        if play.stuck:
            yield f"процесс стоит: {'; '.join(play.stuck)}"
        return
    waiting = {visit.element for visit in play.visits if not visit.finished}
    if not play.stuck or not _ids(chart, expect.stuck) & waiting:
        actual = f"стоит: {'; '.join(play.stuck)}" if play.stuck else "не стоит"
        yield f"процесс должен был встать в «{expect.stuck}», а {actual}"


def _path(path: Sequence[str], expected: Sequence[str], chart: Chart) -> Iterator[str]:
    rest, done = list(path), "начала"
    for name in expected:
        ids = _ids(chart, name)
        index = next((number for number, element in enumerate(rest) if element in ids), None)
        if index is None:
            passed, whole = _shown(rest, chart), _shown(path, chart)
            yield f"путь: после {done} ожидался «{name}», а пройдено: {passed}; весь путь: {whole}"
            return
        rest, done = rest[index + 1 :], f"«{name}»"


def _end(play: Play, expect: Expect, chart: Chart) -> Iterator[str]:
    ids = [_ids(chart, name) for name in expect.end]
    if expect.end and not (all(one & set(play.ends) for one in ids) and set(play.ends) <= set().union(*ids)):
        wanted = ", ".join(f"«{name}»" for name in expect.end)
        yield f"конец: ожидался {wanted}, а получился {_shown(play.ends, chart)}"


def _variables(play: Play, expect: Expect) -> Iterator[str]:
    for name, value in expect.variables.items():
        actual = play.variables.get(name)
        if actual != value or type(actual) is not type(value):
            yield f"переменная {name}: ожидалось {value!r}, получилось {actual!r}"


def _tasks(play: Play, expect: Expect, chart: Chart) -> Iterator[str]:
    for name, fields in expect.tasks.items():
        cards = [card for card in play.cards if card.element in _ids(chart, name)]
        if not cards:
            yield f"задача «{name}» не поставлена"
        for field, value in fields.items():
            seen = [card.refusal or card.fields.get(field) for card in cards]
            if cards and value not in seen:
                yield f"задача «{name}»: поле {field}: ожидалось {value!r}, получилось {seen[0]!r}"


def _ids(chart: Chart, name: str) -> set[str]:
    return {node.id for node in chart.named(name)}


def _shown(elements: Sequence[str], chart: Chart) -> str:
    return " → ".join(chart.nodes[one].name or one if one in chart.nodes else one for one in elements) or "ничего"
