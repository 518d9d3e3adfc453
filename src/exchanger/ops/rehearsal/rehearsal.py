"""Репетиция одного файла: развернуть, сыграть, подвести итог, убрать за собой."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from exchanger.connect import OpenSystem
from exchanger.ops.rehearsal.cards import Cards
from exchanger.ops.rehearsal.desk import Desk, open_desk
from exchanger.ops.rehearsal.explore import ONE, USUAL, Explored, HabitualMoves, Limits, explore, reaches
from exchanger.ops.rehearsal.prepare import Prepared
from exchanger.ops.rehearsal.remarks import remarks_of
from exchanger.ops.rehearsal.results import Play, Rehearsed, Verdict
from exchanger.ops.rehearsal.scenario import Scenario
from exchanger.ops.rehearsal.stage import ANY, Assumed, Begin, Stage, StartAgain
from exchanger.ops.rehearsal.trial import judge
from exchanger.ports import Clock


class Rehearsal:
    """Развёрнутый файл; открывается `open_rehearsal`."""

    def __init__(self, desk: Desk, prepared: Prepared, cards: Cards, clock: Clock, engine: str) -> None:
        self._desk = desk
        self._prepared = prepared
        self._cards = cards
        self._clock = clock
        self._engine = engine

    async def explore(self, limits: Limits = USUAL, begin: Begin = ANY) -> Rehearsed:
        """Перебрать ответы каждого процесса файла (или одного); переменные запуска — одни на все проигрыши."""
        began, assumed = self._clock.monotonic(), Assumed(allowed=True)
        stage = self._stage(assumed, once=True)
        walked = [
            await explore(stage, self._prepared.charts[one.process], one, limits, self._clock)
            for one in self._chosen(begin)
        ]
        return self._report(walked, assumed, began, explored=True)

    async def once(self, begin: Begin = ANY) -> Rehearsed:
        """Один проигрыш каждого процесса обычными ответами."""
        began, assumed, walked = self._clock.monotonic(), Assumed(allowed=True), []
        stage = self._stage(assumed, once=False)
        for one in self._chosen(begin):
            play = await self._one(stage, one)
            walked.append(Explored(one.process, (play,), frozenset(), exhausted=False))
        return self._report(walked, assumed, began, explored=False)

    async def run(self, scenarios: Iterable[Scenario]) -> Rehearsed:
        """Сыграть сценарии; переменных, которых в них нет, репетиция не придумывает."""
        began = self._clock.monotonic()
        stage = self._stage(Assumed(allowed=False), once=False)
        verdicts = [await judge(stage, self._prepared, scenario, self._clock) for scenario in scenarios]
        return self._report([], Assumed(allowed=False), began, explored=False, verdicts=verdicts)

    async def _one(self, stage: Stage, begin: Begin) -> Play:
        while True:
            try:
                return await stage.play(begin, HabitualMoves(), steps=ONE.steps)
            except StartAgain:
                continue

    def _stage(self, assumed: Assumed, *, once: bool) -> Stage:
        return Stage(self._desk, self._prepared, self._cards, once=once, assumed=assumed)

    def _chosen(self, begin: Begin) -> list[Begin]:
        keys = (begin.process,) if begin.process else self._prepared.main
        return [replace(begin, process=key) for key in keys]

    def _report(
        self,
        walked: Sequence[Explored],
        assumed: Assumed,
        began: float,
        *,
        explored: bool,
        verdicts: Sequence[Verdict] = (),
    ) -> Rehearsed:
        plays = [play for one in walked for play in one.plays]
        plays += [verdict.play for verdict in verdicts if verdict.play is not None]
        by_process = {one.process: one for one in walked} if explored else {}
        charts = self._prepared.charts
        flows = [flow for key in self._prepared.main for flow in reaches(charts[key], by_process.get(key), plays)]
        titles = {(key, node.id): node.title for key, one in charts.items() for node in one.chart.nodes.values()}
        return Rehearsed(
            file=self._prepared.file,
            engine=self._engine,
            explored=explored,
            plays=tuple(plays),
            flows=tuple(flows),
            remarks=tuple(remarks_of(self._prepared, walked, flows, assumed, explored=explored)),
            verdicts=tuple(verdicts),
            titles=titles,
            seconds=self._clock.monotonic() - began,
        )


@asynccontextmanager
async def open_rehearsal(
    prepared: Prepared, engine_url: str, clock: Clock, systems: Sequence[OpenSystem] = ()
) -> AsyncIterator[Rehearsal]:
    """Развернуть файл в движок по адресу; `Reject` — движок его не принял. На выходе в движке ничего нашего нет.

    Сначала разворачивается файл как есть — так, как его получила бы эксплуатация, — потом копия с отметками.
    """
    async with open_desk(engine_url, clock) as desk:
        await desk.deploy(prepared.file, prepared.original)
        await desk.deploy(prepared.file, prepared.copies)
        cards = Cards(systems, prepared.metadata)
        yield Rehearsal(desk, prepared, cards, clock, await desk.admin.version())
