"""Кто играет: сотрудники портала, которые отвечают по сценарию, каждый со своей скоростью."""

from __future__ import annotations

from collections.abc import Callable

from exchanger.sandbox.bitrix24 import People, Portal, Question
from exchanger.sandbox.demo.ledger import Ledger
from exchanger.sandbox.demo.options import DemoOptions
from exchanger.sandbox.demo.scenario import pace, refusals
from exchanger.sandbox.demo.verdict import NO, YES

Cast = Callable[[Portal, Ledger, DemoOptions], People]


def usual_cast(portal: Portal, ledger: Ledger, options: DemoOptions) -> People:
    """Сколько раз договор вернут, решает его номер; запущенный человеком соглашают сразу."""

    def answer(question: Question) -> str:
        track = ledger.track(str(question.task.user_fields.get("UF_PROCESS_INSTANCE_ID") or ""))
        times = 0 if track.number is None else refusals(track.number)
        return NO if question.asked_before < times else YES

    return People(portal, policy=answer, pace=pace(options.speed))
