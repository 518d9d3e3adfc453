"""Every documented variable of existing installations is effective under each of its names, or says why it is not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from exchanger.settings import load_settings
from exchanger.settings._accepted import ACCEPTED
from exchanger.settings._read import GROUPS
from exchanger.settings._var import fields

BASE = {
    "CAMUNDA_BASE_URL": "https://engine.example/engine-rest",
    "CAMUNDA_AUTH_USERNAME": "u",
    "CAMUNDA_AUTH_PASSWORD": "p",
}
MS = timedelta(milliseconds=1)
S = timedelta(seconds=1)

# documented name, name that was effective, value, where it is seen, expected
EFFECTIVE: list[tuple[str, str | None, str, str, Any]] = [
    ("LOG_LEVEL", "WORKER_LOG_LEVEL", "DEBUG", "log.level", "DEBUG"),
    ("RETRY_ATTEMPTS", None, "7", "retry.attempts", 7),
    ("RETRY_DELAY", None, "9", "retry.delay", 9 * S),
    ("HEARTBEAT_INTERVAL", None, "7", "bitrix.poll_interval", 7 * S),
    ("MONITOR_LOG_INTERVAL", None, "77", "log.statistics_interval", 77 * S),
    ("RABBITMQ_HOST", None, "mq.example", "broker.host", "mq.example"),
    ("RABBITMQ_PORT", None, "5673", "broker.port", 5673),
    ("RABBITMQ_USERNAME", None, "exchanger", "broker.username", "exchanger"),
    ("RABBITMQ_PASSWORD", None, "pass-1", "broker.password", SecretStr("pass-1")),
    ("RABBITMQ_VIRTUAL_HOST", None, "/prod", "broker.virtual_host", "/prod"),
    ("RABBITMQ_HEARTBEAT", None, "20", "broker.heartbeat", 20 * S),
    ("RABBITMQ_BLOCKED_TIMEOUT", "RABBITMQ_BLOCKED_CONNECTION_TIMEOUT", "33", "broker.blocked_timeout", 33 * S),
    ("RABBITMQ_TASKS_EXCHANGE", "RABBITMQ_TASKS_EXCHANGE_NAME", "t", "broker.tasks_exchange", "t"),
    ("RABBITMQ_TASKS_EXCHANGE_TYPE", None, "direct", "broker.tasks_exchange_type", "direct"),
    ("RABBITMQ_ALTERNATE_EXCHANGE", "RABBITMQ_ALTERNATE_EXCHANGE_NAME", "a", "broker.alternate_exchange", "a"),
    ("RABBITMQ_ALTERNATE_EXCHANGE_TYPE", None, "topic", "broker.alternate_exchange_type", "topic"),
    ("RABBITMQ_RESPONSES_EXCHANGE", "RABBITMQ_RESPONSES_EXCHANGE_NAME", "r", "broker.responses_exchange", "r"),
    ("RABBITMQ_RESPONSES_EXCHANGE_TYPE", None, "topic", "broker.responses_exchange_type", "topic"),
    ("RABBITMQ_RESPONSES_QUEUE", "RABBITMQ_RESPONSES_QUEUE_NAME", "q", "broker.responses_queue", "q"),
    ("CAMUNDA_BASE_URL", None, "https://x.example/engine-rest", "engine.rest_url", "https://x.example/engine-rest"),
    ("CAMUNDA_WORKER_ID", None, "w", "engine.worker_id", "w"),
    ("CAMUNDA_MAX_TASKS", None, "3", "engine.max_tasks", 3),
    ("CAMUNDA_LOCK_DURATION", None, "86400000", "engine.lock_duration", timedelta(days=1)),
    ("CAMUNDA_ASYNC_TIMEOUT", "CAMUNDA_ASYNC_RESPONSE_TIMEOUT", "6000", "engine.poll", 6 * S),
    ("CAMUNDA_HTTP_TIMEOUT", "CAMUNDA_HTTP_TIMEOUT_MILLIS", "12345", "engine.http_timeout", 12345 * MS),
    ("CAMUNDA_TIMEOUT_DELTA", "CAMUNDA_TIMEOUT_DELTA_MILLIS", "2500", "engine.poll_margin", 2500 * MS),
    ("CAMUNDA_TENANT_ID", None, "imenaProd", "engine.tenant_id", "imenaProd"),
    ("CAMUNDA_AUTH_ENABLED", None, "false", "engine.auth_enabled", False),
    ("CAMUNDA_AUTH_USERNAME", None, "demo", "engine.auth_username", "demo"),
    ("CAMUNDA_AUTH_PASSWORD", None, "pass-2", "engine.auth_password", SecretStr("pass-2")),
    ("BPMN_CACHE_TTL_HOURS", None, "2", "diagrams.ttl", timedelta(hours=2)),
    ("BPMN_CACHE_MAX_SIZE", None, "5", "diagrams.max_size", 5),
    ("OPENPROJECT_API_URL", None, "https://op.example", "openproject.url", "https://op.example/"),
    ("OPENPROJECT_API_KEY", None, "pass-3", "openproject.api_key", SecretStr("pass-3")),
    ("OPENPROJECT_DEFAULT_PROJECT_ID", None, "42", "openproject.default_project", "42"),
    (
        "BITRIX_WEBHOOK_URL",
        None,
        "https://p.example/rest/1/code1234/",
        "bitrix.webhook_url",
        SecretStr("https://p.example/rest/1/code1234/"),
    ),
    ("EMAIL_SMTP_HOST", None, "mail.example", "email.host", "mail.example"),
    ("EMAIL_SMTP_PORT", None, "465", "email.port", 465),
    ("EMAIL_SMTP_USERNAME", "EMAIL_USERNAME", "bot", "email.username", "bot"),
    ("EMAIL_SMTP_PASSWORD", "EMAIL_PASSWORD", "pass-5", "email.password", SecretStr("pass-5")),
    ("TELEGRAM_BOT_TOKEN", None, "1:abcdef", "telegram.token", SecretStr("1:abcdef")),
    ("TELEGRAM_CHAT_ID", None, "-100", "telegram.chat", "-100"),
    ("YANDEX_DISK_TOKEN", None, "y0-token", "disk.token", SecretStr("y0-token")),
    ("YANDEX_DISK_FOLDER", None, "/Договоры", "disk.folder", "/Договоры"),
    ("BITRIX_DEFAULT_RESPONSIBLE_ID", None, "4", "bitrix.default_responsible_id", 4),
    ("BITRIX_MAX_DESCRIPTION_LENGTH", None, "500", "bitrix.max_description_length", 500),
    ("BITRIX_DEFAULT_PRIORITY", None, "2", "bitrix.default_priority", 2),
    ("BITRIX_REQUEST_TIMEOUT", None, "66", "bitrix.request_timeout", 66 * S),
    ("STORMBPMN_BASE_URL", None, "https://s.example/", "storm.base_url", "https://s.example/"),
    ("STORMBPMN_API_VERSION", None, "v2", "storm.api_version", "v2"),
    ("STORMBPMN_BEARER_TOKEN", None, "tok-1", "storm.bearer_token", SecretStr("tok-1")),
    ("STORMBPMN_DEFAULT_PAGE_SIZE", None, "50", "storm.page_size", 50),
    ("STORMBPMN_DEFAULT_SORT", None, "name,asc", "storm.sort", "name,asc"),
    ("STORMBPMN_DEFAULT_VIEW", None, "PERSONAL", "storm.view", "PERSONAL"),
    ("STORMBPMN_TIMEOUT", None, "11", "storm.timeout", 11 * S),
    ("STORMBPMN_RETRY_ATTEMPTS", None, "4", "storm.retry_attempts", 4),
    ("STORMBPMN_RETRY_DELAY", None, "2", "storm.retry_delay", 2 * S),
    ("SYNC_ENABLED", "SYNC_SYNC_ENABLED", "true", "sync.enabled", True),
    ("SYNC_INTERVAL", "SYNC_SYNC_INTERVAL", "60", "sync.interval", 60 * S),
    ("SYNC_ONLY_TEAM_DIAGRAMS", "SYNC_SYNC_ONLY_TEAM_DIAGRAMS", "false", "sync.only_team_diagrams", False),
    ("SYNC_ONLY_PUBLIC", "SYNC_SYNC_ONLY_PUBLIC", "true", "sync.only_public", True),
    ("SYNC_DIAGRAM_TYPES", None, "BPMN,EPC", "sync.diagram_types", ("BPMN", "EPC")),
    ("SYNC_STATUSES", None, "DONE", "sync.statuses", ("DONE",)),
    ("SYNC_EXCLUDE_DIAGRAM_IDS", None, "a,b", "sync.exclude", ("a", "b")),
    ("SYNC_INCLUDE_ONLY_DIAGRAM_IDS", None, "c", "sync.include_only", ("c",)),
    ("ENABLE_METRICS", None, "true", "metrics.listen_on", 8080),
    ("METRICS_PORT", None, "9090", "metrics.port", 9090),
]
NAMED = [(name, *case[2:]) for case in EFFECTIVE for name in case[:2] if name]
LOST = [
    "CAMUNDA_FETCH_INTERVAL",
    "CAMUNDA_INCLUDE_EXT_PROPS",
    "CAMUNDA_INCLUDE_EXTENSION_PROPERTIES",
    "CAMUNDA_DESERIALIZE_VALUES",
    "CAMUNDA_SORTING",
    "CAMUNDA_DEBUG",
    "CAMUNDA_IS_DEBUG",
    "DEBUG_SAVE_RESPONSE_MESSAGES",
    "CAMUNDA_DEBUG_SAVE_RESPONSE_MESSAGES",
    "CAMUNDA_SLEEP_SECONDS",
    "CAMUNDA_LOCK_EXTENSION_INTERVAL",
    "CAMUNDA_MAX_TASK_LIFETIME",
    "RESPONSE_HANDLER_ENABLED",
    "RESPONSE_PROCESSING_INTERVAL",
    "MAX_MESSAGES_PER_BATCH",
    "MESSAGE_PROCESSING_TIMEOUT",
    "BITRIX_ROLES_IBLOCK_ID",
    "BITRIX_ROLES_CACHE_TTL",
    "BITRIX_ROLES_MAPPING_FILE",
    "SYNC_BATCH_SIZE",
    "SYNC_MAX_WORKERS",
    "MAX_ERROR_COUNT",
    "ERROR_COOLDOWN",
    "1C_WEB_SERVICE_URL",
    "1C_WEB_SERVICE_USERNAME",
    "1C_WEB_SERVICE_PASSWORD",
    "1C_WEB_SERVICE_DATABASE",
    "TASK_TRACKER_CHECK_INTERVAL",
    "TASK_TRACKER_MAX_CHECK_ATTEMPTS",
    "TASK_TRACKER_TASK_TIMEOUT",
]


@pytest.mark.parametrize("layer", ["file", "environment"])
@pytest.mark.parametrize(("name", "text", "where", "expected"), NAMED, ids=[case[0] for case in NAMED])
def test_f_documented_setting_is_effective_under_each_of_its_names(
    name: str, text: str, where: str, expected: object, layer: str, tmp_path: Path
) -> None:
    given = {**BASE, name: text}
    if layer == "file":
        (tmp_path / ".env.prod").write_text("".join(f"{key}={value}\n" for key, value in given.items()))

    settings = load_settings({} if layer == "file" else given, tmp_path)

    group, attribute = where.split(".")
    found = getattr(getattr(settings, group), attribute)
    assert (str(found) if isinstance(expected, str) else found) == expected


@pytest.mark.parametrize("name", LOST)
def test_setting_that_lost_its_meaning_is_accepted_and_says_why(name: str, tmp_path: Path) -> None:
    settings = load_settings({**BASE, name: "v4lue-x"}, tmp_path)

    item = next(item for item in settings.values if item.name == name)
    assert item.note.startswith("не действует: ")
    assert item.origin == "окружение"
    assert (item.value_masked == "***") == name.endswith(("PASSWORD", "TOKEN", "API_KEY"))


def test_no_name_means_two_things() -> None:
    names = [name for group in GROUPS for item in fields(group) for name in item.var.names] + list(ACCEPTED)

    assert len(names) == len(set(names))


def test_every_variable_is_described_and_has_its_default_or_says_what_absence_means() -> None:
    for group in GROUPS:
        for item in fields(group):
            assert item.info.description, item.var.name


def test_secret_default_is_never_a_company_password(tmp_path: Path) -> None:
    settings = load_settings({"CAMUNDA_BASE_URL": BASE["CAMUNDA_BASE_URL"]}, tmp_path)

    assert settings.engine.auth_password is None
    assert settings.bitrix.webhook_url is None
    assert settings.broker.password.get_secret_value() == "guest"  # RabbitMQ's own factory value, loopback only
