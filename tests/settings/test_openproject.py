from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.settings import OpenProjectSettings, load_settings
from exchanger.systems.openproject.settings import ApiKey, KeyScheme, OAuthClient
from exchanger.wiring import openproject_options

BASE = {
    "CAMUNDA_BASE_URL": "https://engine.example/engine-rest",
    "OPENPROJECT_API_URL": "https://op.example/tasks",
    "OPENPROJECT_DEFAULT_PROJECT_ID": "main",
}


def read(tmp_path: Path, **given: str) -> OpenProjectSettings:
    return load_settings({**BASE, **given}, tmp_path).openproject


def test_the_key_signs_in_unless_an_app_is_named(tmp_path: Path) -> None:
    by_key = openproject_options(read(tmp_path, OPENPROJECT_API_KEY="k", OPENPROJECT_API_KEY_SCHEME="basic"))
    assert by_key.login == ApiKey("k", KeyScheme.BASIC)

    app = {"OPENPROJECT_OAUTH_CLIENT_ID": "a", "OPENPROJECT_OAUTH_CLIENT_SECRET": "s"}
    assert openproject_options(read(tmp_path, OPENPROJECT_API_KEY="k", **app)).login == OAuthClient("a", "s")


def test_the_default_project_is_the_first_of_those_searched(tmp_path: Path) -> None:
    options = openproject_options(read(tmp_path, OPENPROJECT_API_KEY="k", OPENPROJECT_PROJECTS="other, main, third"))
    assert options.projects == ("main", "other", "third")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "OPENPROJECT_API_KEY"),
        ({"OPENPROJECT_OAUTH_CLIENT_ID": "a"}, "OPENPROJECT_OAUTH_CLIENT_SECRET"),
        ({"OPENPROJECT_API_KEY": "k", "OPENPROJECT_DEFAULT_PROJECT_ID": ""}, "OPENPROJECT_DEFAULT_PROJECT_ID"),
        ({"OPENPROJECT_API_KEY": "k", "OPENPROJECT_API_URL": ""}, "OPENPROJECT_API_URL"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, given: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        openproject_options(read(tmp_path, **given))


def test_refused_statuses_are_compared_without_case(tmp_path: Path) -> None:
    given = {"OPENPROJECT_API_KEY": "k", "OPENPROJECT_REFUSED_STATUSES": "On Hold, 14"}
    assert openproject_options(read(tmp_path, **given)).refused_statuses == {"on hold", "14"}
