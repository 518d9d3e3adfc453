import ssl
from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.settings import ssl_context


def test_certificate_and_name_are_verified_by_default() -> None:
    context = ssl_context(None, verify=True)

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_verification_is_off_only_when_asked() -> None:
    context = ssl_context(None, verify=False)

    assert context.verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize("text", [None, "не сертификат"])
def test_bad_authority_file_is_a_clear_error(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ConfigError, match=r"ca\.pem не читается"):
        ssl_context(path, verify=True)
