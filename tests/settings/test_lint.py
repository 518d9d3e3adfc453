from pathlib import Path

import pytest

from exchanger.settings.lint import lint

PROD = {
    "CAMUNDA_BASE_URL": "https://engine.example/engine-rest",
    "CAMUNDA_TENANT_ID": "imenaProd",
    "CAMUNDA_WORKER_ID": "worker-prod",
    "RABBITMQ_HOST": "mq",
    "RABBITMQ_VIRTUAL_HOST": "/prod",
    "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/code-prod/",
}
DEV = {
    **PROD,
    "CAMUNDA_TENANT_ID": "imenaDev",
    "CAMUNDA_WORKER_ID": "worker-dev",
    "RABBITMQ_VIRTUAL_HOST": "/dev",
    "BITRIX_WEBHOOK_URL": "https://dev.portal.example/rest/1/code-dev/",
}


def write(folder: Path, environment: str, values: dict[str, str]) -> None:
    (folder / f".env.{environment}").write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def test_separate_environments_have_no_fault(tmp_path: Path) -> None:
    write(tmp_path, "prod", PROD)
    write(tmp_path, "dev", DEV)

    assert lint({}, tmp_path).faults == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAMUNDA_TENANT_ID", "imenaProd"),
        ("CAMUNDA_TENANT_ID", ""),
        ("CAMUNDA_WORKER_ID", "worker-prod"),
        ("RABBITMQ_VIRTUAL_HOST", "/prod"),
        ("BITRIX_WEBHOOK_URL", "https://PORTAL.example/rest/7/other-code/"),
    ],
)
@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_what_prod_and_dev_share_is_a_fault(name: str, value: str, environment: str, tmp_path: Path) -> None:
    write(tmp_path, "prod", PROD)
    write(tmp_path, "dev", {**DEV, name: value})

    faults = lint({"EXCHANGER_ENV": environment}, tmp_path).faults

    assert [fault.name for fault in faults] == [name]
    assert "общее у .env.prod и .env.dev" in faults[0].problem
    assert "code" not in str(faults[0])


def test_same_names_on_different_engines_brokers_and_portals_are_no_fault(tmp_path: Path) -> None:
    write(tmp_path, "prod", PROD)
    other = {"CAMUNDA_BASE_URL": "https://dev-engine.example", "RABBITMQ_HOST": "mq-dev"}
    write(tmp_path, "dev", {**PROD, **other, "BITRIX_WEBHOOK_URL": DEV["BITRIX_WEBHOOK_URL"]})

    assert lint({}, tmp_path).faults == ()


def test_one_portal_with_one_installation_name_says_that_keys_collide(tmp_path: Path) -> None:
    write(tmp_path, "prod", {**PROD, "EXCHANGER_INSTALLATION": "imena"})
    same = {"EXCHANGER_INSTALLATION": "imena", "BITRIX_WEBHOOK_URL": PROD["BITRIX_WEBHOOK_URL"]}
    write(tmp_path, "dev", {**DEV, **same})

    assert {fault.name for fault in lint({}, tmp_path).faults} == {"BITRIX_WEBHOOK_URL", "EXCHANGER_INSTALLATION"}


def test_all_faults_come_at_once_with_the_nearest_right_name(tmp_path: Path) -> None:
    write(
        tmp_path,
        "prod",
        {**PROD, "CAMUNDA_MAX_TASK": "5", "RABBIT_MQ_HOST": "x", "BITRIX_NOTHING_ALIKE": "1", "PATHX": "1"},
    )
    write(tmp_path, "dev", {**DEV, "CAMUNDA_MAX_TASKS": "five", "RETRY_ATEMPTS": "3"})
    environ = {
        "CAMUNDA_TENANTID": "x",
        "RABBITMQ_NODENAME": "rabbit@x",
        "EXCHANGER_TEST_RABBITMQ_URL": "x",
        "RETRY_DELAY": "soon",
    }

    faults = {fault.name: fault for fault in lint(environ, tmp_path).faults}

    assert set(faults) == {
        "CAMUNDA_MAX_TASK",
        "RABBIT_MQ_HOST",
        "BITRIX_NOTHING_ALIKE",
        "CAMUNDA_TENANTID",
        "RETRY_DELAY",
        ".env.dev: CAMUNDA_MAX_TASKS",
        ".env.dev: RETRY_ATEMPTS",
    }
    assert faults["CAMUNDA_MAX_TASK"].remedy == "возможно, CAMUNDA_MAX_TASKS"
    assert faults["RABBIT_MQ_HOST"].remedy == "возможно, RABBITMQ_HOST"
    assert faults[".env.dev: RETRY_ATEMPTS"].remedy == "возможно, RETRY_ATTEMPTS"
    assert faults["BITRIX_NOTHING_ALIKE"].remedy == ""


def test_enabled_bitrix_without_its_webhook_is_a_fault(tmp_path: Path) -> None:
    url = {"CAMUNDA_BASE_URL": PROD["CAMUNDA_BASE_URL"]}

    assert [fault.name for fault in lint(url, tmp_path).faults] == ["BITRIX_WEBHOOK_URL"]
    assert lint({**url, "EXCHANGER_SYSTEMS": "python-services"}, tmp_path).faults == ()


def test_enabled_openproject_needs_an_address_a_project_and_one_way_to_sign_in(tmp_path: Path) -> None:
    given = {"CAMUNDA_BASE_URL": PROD["CAMUNDA_BASE_URL"], "EXCHANGER_SYSTEMS": "openproject"}
    needed = ["OPENPROJECT_API_URL", "OPENPROJECT_DEFAULT_PROJECT_ID", "OPENPROJECT_API_KEY"]
    place = {"OPENPROJECT_API_URL": "https://op.example", "OPENPROJECT_DEFAULT_PROJECT_ID": "main"}

    assert [fault.name for fault in lint(given, tmp_path).faults] == needed
    assert lint({**given, **place, "OPENPROJECT_API_KEY": "k"}, tmp_path).faults == ()
    app = {"OPENPROJECT_OAUTH_CLIENT_ID": "a", "OPENPROJECT_OAUTH_CLIENT_SECRET": "s"}
    assert lint({**given, **place, **app}, tmp_path).faults == ()


def test_a_quarantine_longer_than_half_a_lease_is_a_fault_where_openproject_is_served(tmp_path: Path) -> None:
    given = {**PROD, "CAMUNDA_LEASE": "240000"}

    assert lint(given, tmp_path).faults == ()
    names = [fault.name for fault in lint({**given, "EXCHANGER_SYSTEMS": "openproject"}, tmp_path).faults]
    assert "OPENPROJECT_QUARANTINE" in names


def test_one_project_for_both_environments_is_a_fault(tmp_path: Path) -> None:
    same = "OPENPROJECT_API_URL=https://op.example\nOPENPROJECT_DEFAULT_PROJECT_ID=main\n"
    for name in ("prod", "dev"):
        (tmp_path / f".env.{name}").write_text(same)

    faults = {fault.name: fault.problem for fault in lint(PROD, tmp_path).faults}
    assert "один проект" in faults["OPENPROJECT_DEFAULT_PROJECT_ID"]
