"""Замечания по итогам проигрышей."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from exchanger.ops.rehearsal.explore import Explored
from exchanger.ops.rehearsal.planner import Act, Move
from exchanger.ops.rehearsal.prepare import Prepared
from exchanger.ops.rehearsal.results import FlowReach, Play, Reach, Remark, describe
from exchanger.ops.rehearsal.stage import Assumed

_FROM_OUTSIDE = {Act.MESSAGE: "Сообщение", Act.SIGNAL: "Сигнал", Act.CONDITION: "Условие"}


def remarks_of(
    prepared: Prepared,
    walked: Sequence[Explored],
    flows: Iterable[FlowReach],
    assumed: Assumed,
    *,
    explored: bool,
) -> list[Remark]:
    """Все замечания: сначала то, с чем репетиция не удалась."""
    found = [*prepared.remarks, *_assumed(prepared, assumed)]
    for one in walked:
        found += [*_of_plays(prepared, one.plays), *not_made(one.plays), *_of_process(prepared, one, explored=explored)]
    if explored:
        found += [*_of_flows(prepared, flows), *_obscure(prepared)]
    return sorted(dict.fromkeys(found), key=lambda remark: not remark.is_problem)


def _assumed(prepared: Prepared, assumed: Assumed) -> Iterator[Remark]:
    for name in sorted(assumed.values):
        value = assumed.values[name].value
        yield Remark(
            prepared.main[0],
            "",
            f"Переменную {name} диаграмма читает, а задаёт её не она: репетиция подставила {value!r}.",
            "передавайте её при запуске или задайте в сценарии (start.variables).",
        )


def _of_plays(prepared: Prepared, plays: Iterable[Play]) -> Iterator[Remark]:
    refused: dict[tuple[str, str, str], list[Move]] = {}
    for play in plays:
        last = _last(prepared, play)
        for step in play.steps:
            if step.refused:
                refused.setdefault((step.move.process, step.move.element, step.refused), []).append(step.move)
            elif step.move.act in _FROM_OUTSIDE:
                yield _from_outside(prepared, step.move)
        if play.broken:
            yield Remark(play.process, "", f"Процесс сломался после хода «{last}»: {play.broken}", is_problem=True)
        if play.stuck:
            why = "; ".join(play.stuck)
            yield Remark(play.process, _place(play), f"Процесс стоит после хода «{last}»: {why}.", is_problem=True)
        if play.cut:
            yield Remark(play.process, "", f"Проигрыш {play.cut}: процесс не кончается сам.")
    for (process, element, text), moves in refused.items():
        kinds = len(set(moves))
        more = f" (и ещё {kinds - 1} таких)" if kinds > 1 else ""
        said = f"{_said(prepared, moves[0])}{more} — движок отказал: {text}"
        yield Remark(process, element, said, is_problem=True)


def not_made(plays: Iterable[Play]) -> Iterator[Remark]:
    """Одно замечание на причину: одного и того же часто не хватает всем задачам диаграммы."""
    named: dict[tuple[str, str, str], dict[str, str]] = {}
    for card in (card for play in plays for card in play.cards if card.refusal):
        named.setdefault((card.process, card.system, card.refusal), {})[card.element] = card.name
    for (process, system, refusal), tasks in named.items():
        names = ", ".join(f"«{name}»" for name in tasks.values())
        which = f"Задачу {names}" if len(tasks) == 1 else f"Задачи {names}"
        yield Remark(process, next(iter(tasks)), f"{which} система {system} не поставила бы: {refusal}")


def _of_process(prepared: Prepared, one: Explored, *, explored: bool) -> Iterator[Remark]:
    chart = prepared.chart(one.process)
    if not chart.starts():
        yield Remark(one.process, "", "У процесса нет начала: запустить его нельзя.", is_problem=True)
        return
    if one.bound:
        yield Remark(
            one.process,
            "",
            f"Перебор прерван пределом ({one.bound}): о непройденных потоках ничего не доказано.",
            "увеличьте предел (--plays, --seconds) или проверьте сценарием.",
            is_problem=True,
        )
    if one.plays and not any(play.ended for play in one.plays) and not any(play.stuck for play in one.plays):
        how = "ни одним перебранным путём" if explored else "этим путём"
        yield Remark(one.process, "", f"Процесс не доходит до конца {how}.", is_problem=True)


def _of_flows(prepared: Prepared, flows: Iterable[FlowReach]) -> Iterator[Remark]:
    for flow in flows:
        chart = prepared.chart(flow.process)
        name = f"«{flow.name}» " if flow.name else ""
        shown = f"Поток {name}{flow.id} из {chart.title(flow.source)} в {chart.title(flow.target)}"
        if flow.reach is Reach.UNREACHABLE:
            said = f"{shown} недостижим: никакими ответами до него не дойти."
            yield Remark(flow.process, flow.id, said, "исправьте условия или уберите поток.", is_problem=True)
        elif flow.reach is Reach.OUTSIDE:
            said = f"{shown} не пройден: до него доходит только то, что присылают извне."
            yield Remark(flow.process, flow.id, said, "уберите --no-outside или напишите сценарий.")
        elif flow.reach is Reach.UNKNOWN:
            said = f"{shown} не пройден, и недостижимость его не доказана."
            yield Remark(flow.process, flow.id, said, "проверьте его сценарием.", is_problem=True)


def _obscure(prepared: Prepared) -> Iterator[Remark]:
    for key in prepared.main:
        for flow in prepared.charts[key].obscure:
            said = f"Условие потока {flow.id} репетиция не разбирает: {flow.condition}"
            yield Remark(key, flow.id, said, "проверьте его сценарием.")


def _from_outside(prepared: Prepared, move: Move) -> Remark:
    node = prepared.chart(move.process).nodes[move.element]
    what = f"{_FROM_OUTSIDE[move.act]} «{node.event_name}»" if node.event_name else _FROM_OUTSIDE[move.act]
    return Remark(move.process, move.element, f"{what} для {node.title} послала репетиция: процесс ждёт этого извне.")


def _last(prepared: Prepared, play: Play) -> str:
    return _said(prepared, play.steps[-1].move) if play.steps else "запуск"


def _place(play: Play) -> str:
    return next((visit.element for visit in reversed(play.visits) if not visit.finished), "")


def _said(prepared: Prepared, move: Move) -> str:
    return describe(move, prepared.chart(move.process).title(move.element))
