"""1С:Предприятие по настройкам."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from exchanger.connect import OpenSystem, Plugin, Quality
from exchanger.domain.policy import CancelPolicy
from exchanger.ports import Clock
from exchanger.settings import OnecSettings, Settings, ssl_context
from exchanger.systems import onec
from exchanger.systems.onec.settings import KeyScheme, OnecOptions, Profile


def onec_options(settings: OnecSettings) -> OnecOptions:
    """База 1С по настройкам."""
    username, password = settings.login()
    return OnecOptions(
        url=settings.address(),
        username=username,
        password=password,
        profile=Profile(settings.profile),
        scheme=KeyScheme(settings.key),
        key_field=settings.key_field,
        task_set=settings.task_set,
        users_set=settings.users_set,
        counterparty_set=settings.counterparty_set,
        default_assignee=settings.default_assignee,
        refused_states=frozenset(state.casefold() for state in settings.refused_states),
        zone=settings.zone,
        sessions=settings.sessions,
        at_once=settings.concurrency,
        timeout=settings.request_timeout.total_seconds(),
        quarantine=settings.quarantine,
        tls=ssl_context(settings.ca_file, verify=settings.verify_tls),
        link_base=str(settings.link_base) if settings.link_base else None,
    )


def _open(settings: Settings, clock: Clock, topics: Iterable[str]) -> AbstractAsyncContextManager[OpenSystem]:
    """The promises of the calls depend on what the base does with our key."""
    options = onec_options(settings.onec)
    return onec.system_for(options.keyed).open(options, clock, topics)


PLUGIN = Plugin(
    onec.NAME,
    (onec.SYSTEM,),
    _open,
    Quality.read(Path(onec.__file__).with_name("quality.toml")),
    poll=lambda settings: settings.onec.poll_interval,
    cancel=lambda settings: CancelPolicy(settings.onec.cancel_policy),
)
