"""Проверка перед развёртыванием: ошибки переноса."""

from __future__ import annotations

from exchanger.ops.diagrams.deploy import Gate
from exchanger.ops.diagrams.deploy_package import Candidate
from exchanger.settings import Settings


def gate_of(_settings: Settings) -> Gate:
    """Проверка по настройкам установки."""

    async def check(candidate: Candidate) -> tuple[str, ...]:
        return tuple(str(error) for error in candidate.converted.report.errors)

    return check
