"""What the import of the predecessor's file keeps, changes and drops; what it wrote loads to the same settings."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanger.settings import Settings, load_settings
from exchanger.settings._write import line
from exchanger.settings.importing import Fate, Imported, Verdict, import_env

URL = "CAMUNDA_BASE_URL=https://engine.example/engine-rest\n"


def imported(text: str, folder: Path) -> Imported:
    path = folder / "OLD.env"
    path.write_text(text, "utf-8")
    return import_env(path)


def verdict(result: Imported, name: str) -> Verdict:
    return next(item for item in result.verdicts if item.name == name)


def loaded(text: str, folder: Path) -> Settings:
    (folder / ".env.prod").write_text(text, "utf-8")
    return load_settings({}, folder)


def test_what_works_what_changed_and_what_is_dead(tmp_path: Path) -> None:
    result = imported(
        URL + "CAMUNDA_MAX_TASKS=10\nCAMUNDA_HTTP_TIMEOUT_MILLIS=20000\nCAMUNDA_TIMEOUT_DELTA=3000\n"
        "RABBITMQ_HEARTBEAT=600\nHEARTBEAT_INTERVAL=5\nCAMUNDA_ASYNC_TIMEOUT=30000\n"
        "MAX_ERROR_COUNT=10\nTELEGRAM_BOT_TOKEN=tele-token-1\nCAMUNDA_WORKERID=w\nEXCHANGER_ENV=dev\n",
        tmp_path,
    )

    assert verdict(result, "CAMUNDA_MAX_TASKS").fate is Fate.WORKS
    assert verdict(result, "CAMUNDA_HTTP_TIMEOUT_MILLIS").note == "теперь CAMUNDA_HTTP_TIMEOUT"
    assert "теперь действует" in verdict(result, "CAMUNDA_TIMEOUT_DELTA").note
    assert "уменьшено до 30" in verdict(result, "RABBITMQ_HEARTBEAT").note
    assert verdict(result, "HEARTBEAT_INTERVAL").note == "теперь BITRIX_POLL_INTERVAL"
    assert "теперь CAMUNDA_POLL" in verdict(result, "CAMUNDA_ASYNC_TIMEOUT").note
    assert verdict(result, "MAX_ERROR_COUNT").fate is Fate.DEAD
    assert verdict(result, "TELEGRAM_BOT_TOKEN").value == "***"
    assert verdict(result, "CAMUNDA_WORKERID") == Verdict(
        Fate.UNKNOWN, "CAMUNDA_WORKERID", "", "возможно, CAMUNDA_WORKER_ID"
    )
    assert verdict(result, "EXCHANGER_ENV").fate is Fate.DEAD
    assert result.faults == ()
    assert result.values == {
        "CAMUNDA_BASE_URL": "https://engine.example/engine-rest",
        "CAMUNDA_MAX_TASKS": "10",
        "CAMUNDA_POLL": "10000",
        "CAMUNDA_TIMEOUT_DELTA": "3000",
        "CAMUNDA_HTTP_TIMEOUT": "20000",
        "RABBITMQ_HEARTBEAT": "30",
        "BITRIX_POLL_INTERVAL": "5",
        "TELEGRAM_BOT_TOKEN": "tele-token-1",
        "BITRIX_DONE_STATUSES": "4,5",
    }


def test_b9_finished_statuses_of_the_predecessor_are_kept_and_said(tmp_path: Path) -> None:
    result = imported(URL, tmp_path)

    assert loaded(result.text(), tmp_path).bitrix.done_statuses == (4, 5)
    assert verdict(result, "BITRIX_DONE_STATUSES").fate is Fate.CHANGED
    own = imported(URL + "BITRIX_DONE_STATUSES=5\n", tmp_path)
    assert loaded(own.text(), tmp_path).bitrix.done_statuses == (5,)


def test_metrics_page_that_never_was_does_not_appear_on_a_busy_port(tmp_path: Path) -> None:
    result = imported(URL + "ENABLE_METRICS=true\nMETRICS_PORT=8080\n", tmp_path)

    assert loaded(result.text(), tmp_path).metrics.listen_on is None
    assert any("EXCHANGER_HEALTH_PORT" in item.note for item in result.verdicts)


def test_both_names_given_keeps_the_documented_and_says_it(tmp_path: Path) -> None:
    result = imported(URL + "CAMUNDA_HTTP_TIMEOUT=20000\nCAMUNDA_HTTP_TIMEOUT_MILLIS=40000\n", tmp_path)

    assert result.values["CAMUNDA_HTTP_TIMEOUT"] == "20000"
    assert verdict(result, "CAMUNDA_HTTP_TIMEOUT_MILLIS").note == "то же, что CAMUNDA_HTTP_TIMEOUT: действует она"


def test_wrong_values_are_all_named(tmp_path: Path) -> None:
    result = imported("CAMUNDA_MAX_TASKS=x\nCAMUNDA_AUTH_USERNAME=demo\nRABBITMQ_PORT=y\n", tmp_path)

    assert {"CAMUNDA_BASE_URL", "CAMUNDA_MAX_TASKS", "RABBITMQ_PORT"} <= {fault.name for fault in result.faults}


def test_missing_file_is_said(tmp_path: Path) -> None:
    result = import_env(tmp_path / "nowhere.env")

    assert "такого файла нет" in str(result.faults[0])
    assert result.values == {}


NUMBERS = {
    "CAMUNDA_MAX_TASKS": st.integers(1, 1000),
    "CAMUNDA_ASYNC_TIMEOUT": st.integers(0, 60_000),
    "CAMUNDA_ASYNC_RESPONSE_TIMEOUT": st.integers(0, 60_000),
    "CAMUNDA_HTTP_TIMEOUT_MILLIS": st.integers(1000, 100_000),
    "CAMUNDA_TIMEOUT_DELTA": st.integers(1000, 9000),
    "RABBITMQ_HEARTBEAT": st.integers(5, 600),
    "RABBITMQ_BLOCKED_CONNECTION_TIMEOUT": st.integers(1, 900),
    "HEARTBEAT_INTERVAL": st.integers(1, 100),
    "RETRY_DELAY": st.integers(0, 100),
    "BPMN_CACHE_TTL_HOURS": st.integers(1, 100),
}
# Anything that a person may put between quotes; control characters aren't typed into a file of settings.
TEXT = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1).filter(
    lambda text: text.strip() == text
)
TEXTS = {
    "RABBITMQ_PASSWORD": TEXT,
    "RABBITMQ_USERNAME": TEXT,
    "CAMUNDA_TENANT_ID": TEXT,
    "RABBITMQ_RESPONSES_QUEUE_NAME": TEXT,
}
OLD = st.fixed_dictionaries({"BITRIX_DONE_STATUSES": st.sampled_from(["5", "4,5"])}, optional={**NUMBERS, **TEXTS})


@given(OLD)
def test_imported_file_loads_to_what_the_old_one_meant(old: dict[str, object]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        text = URL + "".join(f"{line(key, str(value))}\n" for key, value in old.items())

        before, after = loaded(text, folder), loaded(imported(text, folder).text(), folder)

        for group in ("engine", "diagrams", "broker", "bitrix", "retry", "metrics"):
            assert getattr(before, group) == getattr(after, group)


@pytest.mark.parametrize(
    "value", ["a", "a b", "it's", 'quo"te', "back\\slash", "#hash", "$HOME ${HOME}", "p@ss:w/d", "ы"]
)
def test_written_value_reads_back_the_same(value: str, tmp_path: Path) -> None:
    settings = loaded(URL + line("RABBITMQ_PASSWORD", value) + "\n", tmp_path)

    assert settings.broker.password.get_secret_value() == value
