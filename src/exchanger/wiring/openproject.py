"""OpenProject по настройкам."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from exchanger.connect import Hook, Plugin, Quality, plugin
from exchanger.domain.policy import CancelPolicy
from exchanger.settings import OpenProjectSettings, Settings, ssl_context
from exchanger.systems import openproject
from exchanger.systems.openproject.settings import ApiKey, KeyScheme, OAuthClient, OpenProjectOptions
from exchanger.systems.openproject.webhook import hook


def openproject_options(settings: OpenProjectSettings) -> OpenProjectOptions:
    """Экземпляр OpenProject по настройкам."""
    app = settings.oauth()
    return OpenProjectOptions(
        url=settings.address(),
        login=OAuthClient(*app) if app else ApiKey(settings.key(), KeyScheme(settings.key_scheme)),
        projects=settings.searched,
        key_field=settings.key_field,
        refused_statuses=frozenset(name.casefold() for name in settings.refused_statuses),
        default_type=settings.default_type,
        default_assignee=settings.default_assignee,
        notify=settings.notify,
        validate=settings.validate_first,
        timeout=settings.request_timeout.total_seconds(),
        requests_per_second=settings.requests_per_second,
        burst=settings.burst,
        quarantine=settings.quarantine,
        tls=ssl_context(settings.ca_file, verify=settings.verify_tls),
        link_base=str(settings.link_base) if settings.link_base else None,
        hears=bool(settings.event_secret()),
    )


def _door(settings: Settings) -> Hook | None:
    secret = settings.group(OpenProjectSettings).event_secret()
    return hook(secret) if secret else None


PLUGIN: Plugin = dataclasses.replace(
    plugin(
        openproject.SYSTEM,
        OpenProjectSettings,
        openproject_options,
        quality=Quality.read(Path(openproject.__file__).with_name("quality.toml")),
        poll=lambda settings: settings.poll_interval,
        cancel=lambda settings: CancelPolicy(settings.cancel_policy),
    ),
    hook=_door,
)
