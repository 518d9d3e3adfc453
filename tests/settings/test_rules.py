"""The settings of the diff reach it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.domain.policy import CancelPolicy, Locks
from exchanger.domain.reconcile import Rules
from exchanger.settings import load_settings
from exchanger.wiring import rules_of

BASE = {"CAMUNDA_BASE_URL": "http://engine.example/engine-rest", "CAMUNDA_AUTH_ENABLED": "false"}


def rules(tmp_path: Path, system: str, **environ: str) -> Rules:
    return rules_of(load_settings({**BASE, "EXCHANGER_HOME": str(tmp_path), **environ}), system)


def test_nothing_set_is_a_comment_and_an_incident_waits(tmp_path: Path) -> None:
    assert rules(tmp_path, "bitrix24") == Rules(Locks(), CancelPolicy.COMMENT, answer_clears_incident=False)


@pytest.mark.parametrize("policy", list(CancelPolicy))
def test_each_system_has_its_own_policy(tmp_path: Path, policy: CancelPolicy) -> None:
    environ = {"BITRIX_CANCEL_POLICY": policy.value, "OPENPROJECT_CANCEL_POLICY": "leave"}
    assert rules(tmp_path, "bitrix24", **environ).cancel is policy
    assert rules(tmp_path, "openproject", **environ).cancel is CancelPolicy.LEAVE


def test_a_policy_that_a_system_cannot_keep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        rules(tmp_path, "openproject", OPENPROJECT_CANCEL_POLICY="delete")


def test_the_long_lock_of_the_installation_decides_when_it_is_renewed(tmp_path: Path) -> None:
    set_ = rules(
        tmp_path, "bitrix24", CAMUNDA_LOCK_DURATION=str(20 * 86_400_000), EXCHANGER_ANSWER_CLEARS_INCIDENT="true"
    )
    assert set_.locks.long == timedelta(days=20)
    assert set_.locks.renew_below < timedelta(days=20)
    assert set_.answer_clears_incident
