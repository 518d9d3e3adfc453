"""Where a value comes from, which one wins, and what is said about it."""

from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.settings import Settings, SettingsError, SettingValue, load_settings
from exchanger.telemetry.redact import redact

URL = "https://engine.example/engine-rest"


def value(settings: Settings, name: str) -> SettingValue:
    return next(item for item in settings.values if item.name == name)


def test_environment_prod_is_the_default_and_dev_is_chosen(tmp_path: Path) -> None:
    (tmp_path / ".env.prod").write_text(f"CAMUNDA_BASE_URL={URL}\nCAMUNDA_TENANT_ID=imenaProd\n")
    (tmp_path / ".env.dev").write_text(f"CAMUNDA_BASE_URL={URL}\nCAMUNDA_TENANT_ID=imenaDev\n")

    prod, dev = load_settings({}, tmp_path), load_settings({"EXCHANGER_ENV": "DEV"}, tmp_path)

    assert (prod.installation.environment, prod.installation.name, prod.engine.tenant_id) == (
        "prod",
        "prod",
        "imenaProd",
    )
    assert (dev.installation.environment, dev.installation.name, dev.engine.tenant_id) == ("dev", "dev", "imenaDev")
    assert value(dev, "CAMUNDA_TENANT_ID").origin == "файл .env.dev"


def test_any_other_environment_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="EXCHANGER_ENV=test: допустимо: 'prod' или 'dev'"):
        load_settings({"EXCHANGER_ENV": "test", "CAMUNDA_BASE_URL": URL}, tmp_path)


def test_home_beats_the_working_directory(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".env.prod").write_text(f"CAMUNDA_BASE_URL={URL}\n")
    (tmp_path / ".env.prod").write_text("CAMUNDA_BASE_URL=https://wrong.example\n")

    settings = load_settings({"EXCHANGER_HOME": str(home)}, tmp_path)

    assert settings.engine.rest_url == URL
    assert settings.logs_directory == home / "logs"


def test_missing_file_is_fine_when_the_environment_is_enough(tmp_path: Path) -> None:
    settings = load_settings({"CAMUNDA_BASE_URL": URL}, tmp_path)

    assert settings.engine.rest_url == URL
    assert any(".env.prod нет" in line for line in settings.warnings)
    assert not settings.broker.configured
    assert any("шина в памяти" in line for line in settings.warnings)


def test_environment_beats_the_file_and_the_difference_is_reported(tmp_path: Path) -> None:
    (tmp_path / ".env.prod").write_text(
        "CAMUNDA_BASE_URL=https://old.example\nCAMUNDA_MAX_TASKS=7\n"
        "CAMUNDA_AUTH_USERNAME=u\nCAMUNDA_AUTH_PASSWORD=file-secret-1\n"
    )

    settings = load_settings(
        {"CAMUNDA_BASE_URL": URL, "CAMUNDA_MAX_TASKS": "7", "CAMUNDA_AUTH_PASSWORD": "env-secret-2"}, tmp_path
    )

    assert settings.engine.rest_url == URL
    assert settings.engine.auth_password is not None
    assert settings.engine.auth_password.get_secret_value() == "env-secret-2"
    differing = [line for line in settings.warnings if "не действует" in line]
    assert [line.split(":")[0] for line in differing] == ["CAMUNDA_BASE_URL", "CAMUNDA_AUTH_PASSWORD"]
    assert "(файл .env.prod)" in differing[0]
    assert "secret" not in "".join(settings.warnings)


def test_documented_name_beats_the_old_one_and_it_is_reported(tmp_path: Path) -> None:
    settings = load_settings(
        {"CAMUNDA_BASE_URL": URL, "CAMUNDA_HTTP_TIMEOUT": "20000", "CAMUNDA_HTTP_TIMEOUT_MILLIS": "40000"}, tmp_path
    )

    assert settings.engine.http_timeout.total_seconds() == 20
    assert any("не действует 40000 (окружение, под именем CAMUNDA_HTTP_TIMEOUT_MILLIS)" in w for w in settings.warnings)


def test_secret_comes_from_its_file_or_from_systemd(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("from-a-file\n")
    (tmp_path / "rabbitmq_password").write_text("from-systemd")
    environ = {
        "CAMUNDA_BASE_URL": URL,
        "CAMUNDA_AUTH_USERNAME": "u",
        "CAMUNDA_AUTH_PASSWORD_FILE": str(tmp_path / "pw"),
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }

    settings = load_settings(environ, tmp_path)

    assert settings.engine.auth_password is not None
    assert settings.engine.auth_password.get_secret_value() == "from-a-file"
    assert settings.broker.password.get_secret_value() == "from-systemd"
    assert value(settings, "CAMUNDA_AUTH_PASSWORD").origin == "файл тайны CAMUNDA_AUTH_PASSWORD_FILE"
    assert value(settings, "RABBITMQ_PASSWORD").origin.startswith("systemd credential")
    assert redact("x from-a-file from-systemd") == "x *** ***"  # known to the redactor from now on


def test_secret_file_named_in_the_env_file_works_and_a_missing_one_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / ".env.prod").write_text(
        f"CAMUNDA_BASE_URL={URL}\nSTORMBPMN_BEARER_TOKEN_FILE={tmp_path / 'token'}\nRABBITMQ_PASSWORD_FILE=/nowhere/x\n"
    )
    (tmp_path / "token").write_text("storm-token-1")

    with pytest.raises(SettingsError) as caught:
        load_settings({}, tmp_path)

    assert [fault.name for fault in caught.value.faults] == ["RABBITMQ_PASSWORD_FILE"]
    assert "тайна не читается" in str(caught.value)


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    environ = {
        "CAMUNDA_MAX_TASKS": "x",
        "RABBITMQ_PORT": "0",
        "LOG_LEVEL": "loud",
        "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1",
        "BITRIX_DONE_STATUSES": "4,x",
        "CAMUNDA_HTTP_TIMEOUT": "1s",
        "ENABLE_METRICS": "ja",
        "EXCHANGER_INSTALLATION": "Большое имя",
        "EXCHANGER_TOPICS": "topic",
    }

    with pytest.raises(SettingsError) as caught:
        load_settings(environ, tmp_path)

    assert {fault.name for fault in caught.value.faults} == {*environ, "CAMUNDA_BASE_URL"}
    assert "RABBITMQ_PORT=0: должно быть не меньше 1" in str(caught.value)
    assert "CAMUNDA_HTTP_TIMEOUT=1s: нужно число (мс)" in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"CAMUNDA_LEASE": "1800000", "CAMUNDA_LOCK_DURATION": "7199999"}, "не меньше четырёх CAMUNDA_LEASE"),
        ({"CAMUNDA_AUTH_TOKEN": "tok", "CAMUNDA_AUTH_USERNAME": "u", "CAMUNDA_AUTH_PASSWORD": "p"}, "оставьте одно"),
        ({"CAMUNDA_AUTH_USERNAME": "u"}, "только вместе"),
        (
            {"CAMUNDA_BASE_URL": "https://u:pass@x.example"},
            r"u:\*\*\*@x\.example: учётные данные в адресе не принимаются",
        ),
        ({"BITRIX_QUARANTINE": "901"}, "карантин дольше половины аренды"),
    ],
)
def test_values_that_contradict_each_other_are_refused(environ: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        load_settings({"CAMUNDA_BASE_URL": URL, **environ}, tmp_path)


def test_too_long_poll_and_heartbeat_are_capped_with_the_reason(tmp_path: Path) -> None:
    environ = {"CAMUNDA_BASE_URL": URL, "CAMUNDA_ASYNC_TIMEOUT": "30000", "RABBITMQ_HEARTBEAT": "600"}

    settings = load_settings(environ, tmp_path)

    assert settings.engine.poll.total_seconds() == 10
    assert settings.engine.poll_deadline.total_seconds() == 15
    assert settings.broker.heartbeat.total_seconds() == 30
    assert "было 30000, уменьшено до 10000" in value(settings, "CAMUNDA_POLL").note
    assert "3×(heartbeat+1)" in value(settings, "RABBITMQ_HEARTBEAT").note


@pytest.mark.parametrize("name", ["CAMUNDA", "RABBITMQ", "BITRIX"])
def test_unverified_tls_is_explicit_per_system_and_warned_about(name: str, tmp_path: Path) -> None:
    environ = {"CAMUNDA_BASE_URL": URL, "RABBITMQ_HOST": "mq"}
    safe = load_settings(environ, tmp_path)
    loose = load_settings({**environ, f"{name}_VERIFY_TLS": "false"}, tmp_path)

    assert (safe.engine.verify_tls, safe.broker.verify_tls, safe.bitrix.verify_tls) == (True, True, True)
    assert [loose.engine.verify_tls, loose.broker.verify_tls, loose.bitrix.verify_tls].count(False) == 1
    assert any(f"{name}_VERIFY_TLS=false" in line for line in loose.warnings)
    assert not any("VERIFY_TLS" in line for line in safe.warnings)


def test_broken_line_of_the_file_is_named_without_its_content(tmp_path: Path) -> None:
    (tmp_path / ".env.prod").write_text(f"CAMUNDA_BASE_URL={URL}\nRABBITMQ_PASSWORD='half-secret\n")

    with pytest.raises(ConfigError, match=r"\.env\.prod, строка 2: строка не разбирается") as caught:
        load_settings({}, tmp_path)

    assert "half-secret" not in str(caught.value)


def test_file_in_a_foreign_encoding_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / ".env.prod").write_bytes("# Камунда\n".encode("cp1251"))

    with pytest.raises(ConfigError, match="не в кодировке UTF-8"):
        load_settings({"CAMUNDA_BASE_URL": URL}, tmp_path)


@pytest.mark.parametrize(
    ("given", "rest"),
    [
        ("https://engine.example", "https://engine.example/engine-rest"),
        ("https://engine.example/", "https://engine.example/engine-rest"),
        ("https://engine.example/engine-rest/", "https://engine.example/engine-rest"),
        ("http://engine.example:8080/camunda/rest", "http://engine.example:8080/camunda/rest"),
    ],
)
def test_engine_address_works_with_and_without_its_path(given: str, rest: str, tmp_path: Path) -> None:
    assert load_settings({"CAMUNDA_BASE_URL": given}, tmp_path).engine.rest_url == rest


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"RABBITMQ_HOST": "mq"}, "amqp://guest:guest@mq:5672/%2F"),
        ({"RABBITMQ_HOST": "mq", "RABBITMQ_TLS": "true"}, "amqps://guest:guest@mq:5671/%2F"),
        (
            {"RABBITMQ_HOST": "::1", "RABBITMQ_VIRTUAL_HOST": "/prod", "RABBITMQ_USERNAME": "a@b"},
            "amqp://a%40b:guest@[::1]:5672/%2Fprod",
        ),
        ({"RABBITMQ_URL": "amqps://u:p@mq/v", "RABBITMQ_HOST": "other"}, "amqps://u:p@mq/v"),
    ],
)
def test_broker_address_is_made_of_its_parts_or_given_whole(environ: dict[str, str], url: str, tmp_path: Path) -> None:
    broker = load_settings({"CAMUNDA_BASE_URL": URL, **environ}, tmp_path).broker

    assert broker.configured
    assert broker.amqp_url().get_secret_value() == url
    assert broker.encrypted == url.startswith("amqps")


@pytest.mark.parametrize("text", ["a=bitrix24, b_c = 1c", '{"a": "bitrix24", "b_c": "1c"}'])
def test_extra_topics_are_a_list_or_json(text: str, tmp_path: Path) -> None:
    settings = load_settings({"CAMUNDA_BASE_URL": URL, "EXCHANGER_TOPICS": text}, tmp_path)

    assert settings.installation.topics == {"a": "bitrix24", "b_c": "1c"}


def test_webhook_and_broker_addresses_are_shown_without_their_secret(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "CAMUNDA_BASE_URL": URL,
            "BITRIX_WEBHOOK_URL": "https://portal.example/rest/17/webhookcode1",
            "BITRIX_NEXT_WEBHOOK_URL": "https://portal.example/rest/17/webhookcode2/",
            "RABBITMQ_URL": "amqp://exchanger:broker-pass@mq:5672/%2Fprod",
        },
        tmp_path,
    )

    assert settings.bitrix.webhook() == "https://portal.example/rest/17/webhookcode1/"
    assert value(settings, "BITRIX_WEBHOOK_URL").value_masked == "https://portal.example/rest/17/***"
    assert value(settings, "RABBITMQ_URL").value_masked == "amqp://exchanger:***@mq:5672/%2Fprod"
    assert value(settings, "BITRIX_NEXT_WEBHOOK_URL").value_masked == "https://portal.example/rest/17/***/"
    for secret in ("webhookcode1", "webhookcode2", "broker-pass"):
        assert secret not in repr(settings)
        assert redact(f"code {secret}") == "code ***"


def test_missing_webhook_is_a_clear_error_where_it_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="BITRIX_WEBHOOK_URL не задан"):
        load_settings({"CAMUNDA_BASE_URL": URL}, tmp_path).bitrix.webhook()
