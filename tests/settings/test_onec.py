from __future__ import annotations

from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.settings import SettingsError, load_settings
from exchanger.settings.lint import lint
from exchanger.systems.onec import KeyScheme, Profile
from exchanger.wiring import onec_options
from exchanger.wiring.registry import Registry

BASE = {"CAMUNDA_BASE_URL": "https://engine.example/engine-rest", "EXCHANGER_SYSTEMS": "1c"}
WHOLE = BASE | {"ONEC_WEB_SERVICE_URL": "https://1c.example", "ONEC_DATABASE": "ЕРП", "ONEC_USERNAME": "Обмен"}


def test_the_address_is_the_web_server_and_the_publication(tmp_path: Path) -> None:
    options = onec_options(load_settings(WHOLE | {"ONEC_PASSWORD": "п"}, tmp_path).onec)
    assert options.base == "https://1c.example/%D0%95%D0%A0%D0%9F"
    assert (options.username, options.password, options.profile) == ("Обмен", "п", Profile.ODATA)


def test_the_password_may_lie_in_a_file_and_is_shown_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("тайна-базы\n")
    settings = load_settings(WHOLE | {"ONEC_PASSWORD_FILE": str(secret)}, tmp_path)
    options = onec_options(settings.onec)
    assert options.password == "тайна-базы"
    assert "тайна-базы" not in f"{settings!r} {options!r}"


def test_tls_is_verified_unless_a_person_says_otherwise_and_is_warned(tmp_path: Path) -> None:
    careless = load_settings(WHOLE | {"ONEC_VERIFY_TLS": "false"}, tmp_path)
    assert load_settings(WHOLE, tmp_path).onec.verify_tls
    assert [line for line in careless.warnings if "ONEC_VERIFY_TLS" in line]


def test_the_service_of_the_extension_keeps_the_key_whatever_the_scheme(tmp_path: Path) -> None:
    given = WHOLE | {"ONEC_PROFILE": "service", "ONEC_KEY": "none"}
    assert onec_options(load_settings(given, tmp_path).onec).keyed is KeyScheme.REF


@pytest.mark.parametrize("name", ["ONEC_WEB_SERVICE_URL", "ONEC_USERNAME"])
def test_what_1c_cannot_do_without_is_named(tmp_path: Path, name: str) -> None:
    given = {key: value for key, value in WHOLE.items() if key != name}
    with pytest.raises(ConfigError, match=name):
        onec_options(load_settings(given, tmp_path).onec)
    assert name in [fault.name for fault in lint(given, tmp_path).faults]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"ONEC_KEY": "marker"}, "ONEC_KEY_FIELD"),
        ({"ONEC_QUARANTINE": "100000"}, "ONEC_QUARANTINE"),
        ({"ONEC_CONCURRENCY": "5"}, "ONEC_CONCURRENCY"),
    ],
)
def test_settings_that_could_double_or_block_are_refused(tmp_path: Path, wrong: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings(WHOLE | wrong, tmp_path)


def test_1c_is_a_system_like_the_others() -> None:
    plugin = Registry.installed().load("1c")
    assert {
        "1c",
        "1c_create_task",
        "1c_create_document",
        "1c_update_document",
        "1c_create_counterparty",
        "1c_sync_data",
    } == (
        plugin.topics  # type: ignore[union-attr]
    )
