"""Служба camunda-sync: диаграммы StormBPMN по расписанию."""

from __future__ import annotations

from contextlib import AsyncExitStack

from exchanger.cli.serving import stop_on_signals, until_stopped
from exchanger.ops.diagrams.run_service import SyncService
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.health import Health
from exchanger.telemetry.log import log
from exchanger.web.health import serve


async def serve_diagrams(settings: Settings) -> None:
    """Переносить диаграммы раз в SYNC_INTERVAL, пока не остановят; страница здоровья — как у других служб."""
    stop, health = stop_on_signals(), Health()
    service = SyncService(settings, SystemClock(), health)
    async with AsyncExitStack() as stack:
        if (port := settings.metrics.listen_on) is not None:
            address = await stack.enter_async_context(serve(health, port))
            log.info("страница здоровья открыта", health=f"{address}/health/ready")
        log.info("службы запущены", services="camunda-sync", enabled=settings.sync.enabled)
        await until_stopped([service.run()], service.state, stop)
    log.info("остановлено")
