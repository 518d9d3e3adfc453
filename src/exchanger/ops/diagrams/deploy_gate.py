"""Проверка перед развёртыванием: перенос, схема, правила, встроенный движок. Что запрещает — запрещает."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from exchanger.domain.errors import ConfigError
from exchanger.ops.diagrams.deploy import Gate
from exchanger.ops.diagrams.deploy_package import Candidate
from exchanger.ops.diagrams.gate import check, known_of
from exchanger.ops.diagrams.gate_engine import NoEngine, Trial, open_trial
from exchanger.settings import Settings
from exchanger.storm.gate import Known
from exchanger.telemetry.log import log

_OFF = "Встроенным движком не проверено: SYNC_EMBEDDED_ENGINE=false."


@asynccontextmanager
async def open_gate(settings: Settings) -> AsyncIterator[Gate]:
    """Проверка по настройкам; встроенный движок запускается при первой пробе и останавливается с блоком."""
    known = await _known(settings)
    async with AsyncExitStack() as stack:
        trial: Trial = NoEngine(_OFF)
        if settings.sync.embedded_engine:
            trial = await stack.enter_async_context(open_trial())

        async def gate(candidate: Candidate) -> tuple[str, ...]:
            conversion = candidate.converted.report
            report = await check(candidate.xml, name=candidate.name, trial=trial, known=known, conversion=conversion)
            return tuple(str(each) for each in report.blocking)

        yield gate


async def _known(settings: Settings) -> Known:
    """A machine that only carries diagrams may have no portal: then nobody here knows which topics are served."""
    try:
        return known_of(settings)
    except ConfigError as error:
        log.warning("какие темы обслуживаются, неизвестно: это правило проверки не действует", reason=str(error))
        return Known()
