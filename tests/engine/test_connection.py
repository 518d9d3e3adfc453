import base64

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.engine.connection import Basic, Bearer, EngineConnection


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ("http://host:8080", "http://host:8080/engine-rest"),
        ("http://host:8080/", "http://host:8080/engine-rest"),
        ("https://host/engine-rest", "https://host/engine-rest"),
        ("https://host/engine-rest/", "https://host/engine-rest"),
        ("https://host/engine-rest/engine/second", "https://host/engine-rest/engine/second"),
        ("https://host/camunda/api?x=1", "https://host/camunda/api"),
        ("https://user:p%40ss@host:1", "https://host:1/engine-rest"),
    ],
)
def test_the_address_works_with_and_without_its_usual_path(given: str, root: str) -> None:
    assert EngineConnection(given, "w").root == root


@pytest.mark.parametrize("given", ["", "host:8080", "ftp://host", "http:///engine-rest"])
def test_an_address_that_is_none_is_an_error_of_the_settings(given: str) -> None:
    with pytest.raises(ConfigError, match="CAMUNDA_BASE_URL"):
        _ = EngineConnection(given, "w").root


def test_credentials_come_from_the_settings_or_from_the_address() -> None:
    in_address = EngineConnection("http://u:p%40ss@host", "w")

    assert in_address.authorization == "Basic " + base64.b64encode(b"u:p@ss").decode()
    assert EngineConnection("http://u:p@host", "w", auth=Bearer("t")).authorization == "Bearer t"
    assert EngineConnection("http://host", "w").authorization is None


def test_no_secret_is_shown_by_repr() -> None:
    shown = repr(EngineConnection("http://u:secret@host", "w", auth=Basic("u", "secret"))) + repr(Bearer("secret"))

    assert "secret" not in shown
