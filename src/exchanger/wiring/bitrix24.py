"""Bitrix24 по настройкам."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from exchanger.connect import Hook, Plugin, Quality, plugin
from exchanger.domain.policy import CancelPolicy
from exchanger.settings import BitrixSettings, Settings, ssl_context
from exchanger.systems import bitrix24
from exchanger.systems.bitrix24.hooks import hook
from exchanger.systems.bitrix24.settings import BitrixOptions


def bitrix_options(settings: BitrixSettings) -> BitrixOptions:
    """Портал Bitrix24 по настройкам."""
    return BitrixOptions(
        webhook_url=settings.webhook(),
        next_webhook_url=settings.next_webhook_url.get_secret_value() if settings.next_webhook_url else None,
        done_statuses=frozenset(settings.done_statuses),
        default_responsible_id=settings.default_responsible_id,
        default_priority=settings.default_priority,
        timeout=settings.request_timeout.total_seconds(),
        max_description_length=settings.max_description_length,
        requests_per_second=settings.requests_per_second,
        burst=settings.burst,
        operating_limit=settings.operating_limit.total_seconds(),
        poll_interval=settings.poll_interval,
        quarantine=settings.quarantine,
        tls=ssl_context(settings.ca_file, verify=settings.verify_tls),
        link_base=str(settings.link_base) if settings.link_base else None,
        time_zone=settings.portal_time_zone,
        result_grace=settings.result_grace,
    )


def _door(settings: Settings) -> Hook | None:
    tokens = settings.bitrix.tokens()
    return hook(tokens, (settings.bitrix.member_id or "").strip()) if tokens else None


PLUGIN: Plugin = dataclasses.replace(
    plugin(
        bitrix24.SYSTEM,
        BitrixSettings,
        bitrix_options,
        quality=Quality.read(Path(bitrix24.__file__).with_name("quality.toml")),
        poll=lambda settings: settings.poll_interval,
        cancel=lambda settings: CancelPolicy(settings.cancel_policy),
    ),
    hook=_door,
)
