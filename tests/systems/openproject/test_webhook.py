"""The signature of an event is proved over the raw body."""

from __future__ import annotations

import pytest

from exchanger.sandbox.openproject.webhooks import sign
from exchanger.systems.openproject.webhook import genuine

BODY = '{"action":"work_package:updated","work_package":{"subject":"Договор"}}'.encode()


def test_a_body_signed_with_our_secret_is_genuine() -> None:
    assert genuine(BODY, sign("secret", BODY), "secret")
    assert (
        sign("key", b"The quick brown fox jumps over the lazy dog") == "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"
    )


@pytest.mark.parametrize(
    "signature",
    [None, "", "sha1=", sign("other", BODY), sign("secret", BODY + b" "), sign("secret", BODY)[5:], "sha1=подпись"],
)
def test_anything_else_is_not(signature: str | None) -> None:
    assert not genuine(BODY, signature, "secret")


def test_without_a_secret_nothing_is_believed() -> None:
    assert not genuine(BODY, sign("", BODY), "")
