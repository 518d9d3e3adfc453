import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

SECRETS = ("engine-secret-1", "broker-secret-2", "hook-secret-3", "storm-secret-4", "future-secret-5")
ENV = """\
CAMUNDA_BASE_URL=https://engine.example/engine-rest
CAMUNDA_TENANT_ID=imenaProd
CAMUNDA_AUTH_USERNAME=exchanger
CAMUNDA_AUTH_PASSWORD=engine-secret-1
CAMUNDA_HTTP_TIMEOUT_MILLIS=20000
RABBITMQ_HOST=mq
RABBITMQ_PASSWORD=broker-secret-2
BITRIX_WEBHOOK_URL=https://portal.example/rest/1/hook-secret-3/
STORMBPMN_BEARER_TOKEN=storm-secret-4
CAMUNDA_FETCH_INTERVAL=5000
TELEGRAM_BOT_TOKEN=future-secret-5
"""


def exchanger(folder: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONUTF8": "1", **environ}
    command = [sys.executable, "-c", "from exchanger.cli import main; main()", *args]
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".env.prod").write_text(ENV)
    return tmp_path


def test_show_prints_each_value_with_its_origin(home: Path) -> None:
    done = exchanger(home, "config", "show", CAMUNDA_MAX_TASKS="3")

    assert done.returncode == 0, done.stderr
    assert "CAMUNDA_MAX_TASKS = 3  [окружение]" in done.stdout
    assert "CAMUNDA_TENANT_ID = imenaProd  [файл .env.prod]" in done.stdout
    assert "CAMUNDA_HTTP_TIMEOUT = 20000  [файл .env.prod, под именем CAMUNDA_HTTP_TIMEOUT_MILLIS]" in done.stdout
    assert "CAMUNDA_WORKER_ID = universal-worker  [по умолчанию]" in done.stdout
    assert "BITRIX_WEBHOOK_URL = https://portal.example/rest/1/***/" in done.stdout
    assert "CAMUNDA_FETCH_INTERVAL = 5000  [файл .env.prod]  ! не действует" in done.stdout
    assert "TELEGRAM_BOT_TOKEN = ***  [файл .env.prod]" in done.stdout


def test_show_gives_the_same_as_json(home: Path) -> None:
    content = json.loads(exchanger(home, "config", "show", "--json").stdout)

    values = {item["name"]: item for item in content["values"]}
    assert content["environment"] == "prod"
    assert values["CAMUNDA_AUTH_PASSWORD"] == {
        "name": "CAMUNDA_AUTH_PASSWORD",
        "value_masked": "***",
        "origin": "файл .env.prod",
        "note": "",
    }
    assert content["faults"] == []


def test_g_no_command_prints_a_secret(home: Path) -> None:
    (home / ".env.dev").write_text(ENV + "CAMUNDA_MAX_TASKS=x\n")
    wrong = {
        "CAMUNDA_AUTH_TOKEN": "engine-secret-1",
        "BITRIX_WEBHOOK_URL": "portal/rest/x/hook-secret-3",
        "RABBITMQ_URL": "x:broker-secret-2",
    }
    runs = [
        exchanger(home, "config", "show", **wrong),
        exchanger(home, "config", "show", "--json", **wrong),
        exchanger(home, "config", "lint", **wrong),
        exchanger(home, "config", "lint", EXCHANGER_ENV="dev"),
        exchanger(home, "config", "import", ".env.prod"),
        exchanger(home, "config", "import", ".env.prod", "-o", "new.env"),
    ]

    printed = "".join(run.stdout + run.stderr for run in runs)
    assert "***" in printed
    assert "Traceback" not in printed
    assert [secret for secret in SECRETS if secret in printed] == []


def test_lint_says_all_and_exits_1(home: Path) -> None:
    (home / ".env.dev").write_text(ENV + "CAMUNDA_MAX_TASK=1\n")

    done = exchanger(home, "config", "lint")

    assert done.returncode == 1
    for text in (
        "возможно, CAMUNDA_MAX_TASKS",
        "CAMUNDA_TENANT_ID",
        "CAMUNDA_WORKER_ID",
        "RABBITMQ_VIRTUAL_HOST",
        "один портал",
    ):
        assert text in done.stdout
    assert "Ошибок: 5" in done.stdout


def test_lint_of_good_settings_exits_0(home: Path) -> None:
    done = exchanger(home, "config", "lint")

    assert done.returncode == 0, done.stdout
    assert "Ошибок: 0" in done.stdout


def test_import_writes_a_private_file_once_and_it_works(home: Path) -> None:
    new = home / "other"
    new.mkdir()

    done = exchanger(home, "config", "import", ".env.prod", "-o", "other/.env.prod")
    again = exchanger(home, "config", "import", ".env.prod", "-o", "other/.env.prod")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "BITRIX_DONE_STATUSES=4,5" in done.stdout
    assert stat.S_IMODE((new / ".env.prod").stat().st_mode) == 0o600
    assert exchanger(new, "config", "lint").returncode == 0
    assert again.returncode == 2
    assert "уже есть" in again.stderr


def test_import_of_nothing_is_said(home: Path) -> None:
    done = exchanger(home, "config", "import", "nowhere.env")

    assert done.returncode == 1
    assert "такого файла нет" in done.stdout


def test_example_prints_the_committed_file(home: Path) -> None:
    root = Path(__file__).parents[2]

    assert exchanger(home, "config", "example").stdout == (root / "config.env.example").read_text("utf-8")


def test_version_and_help(home: Path) -> None:
    assert exchanger(home, "--version").stdout.strip().count(".") == 2
    assert "Настройки" in exchanger(home, "--help").stdout


def test_expected_error_is_a_clear_text_and_code_2(home: Path) -> None:
    script = "import exchanger.cli as c; from exchanger.domain.errors import ConfigError\n"
    script += "def bad(): raise ConfigError('Плохо password=engine-secret-1.', remedy='Исправьте.')\n"
    script += "c.app.command('bad')(bad); c.main()"

    done = subprocess.run(
        [sys.executable, "-c", script, "bad"], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 2
    assert done.stderr == "Плохо password=*** Что делать: Исправьте.\n"


def test_g_unexpected_error_is_printed_without_secrets_and_locals(home: Path) -> None:
    script = "import exchanger.cli as c\ndef bad():\n    hidden = 'local-secret-6'\n"
    script += "    raise ValueError('https://p/rest/1/hook-secret-3/')\nc.app.command('bad')(bad); c.main()"

    done = subprocess.run(
        [sys.executable, "-c", script, "bad"], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert "ValueError: https://p/rest/1/***/" in done.stderr
    assert "hook-secret-3" not in done.stderr
    assert "local-secret-6" not in done.stderr
