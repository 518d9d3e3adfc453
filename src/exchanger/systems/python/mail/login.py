"""Вход на сервер SMTP: и с именем или паролем не из ASCII, которых smtplib не умеет."""

from __future__ import annotations

import base64
import smtplib

_WELCOME = 235
_PLAIN = "PLAIN"


class Unwritable(smtplib.SMTPException):
    """Имя или пароль не текст: в UTF-8 их не записать."""


def login(session: smtplib.SMTP, username: str, password: str) -> None:
    """Войти; `SMTPAuthenticationError` — отвергнуто, `SMTPNotSupportedError` — сервер такого входа не предлагает.

    `Unwritable` — имя или пароль испорчены.
    """
    if (username + password).isascii():
        session.login(username, password)
        return
    try:
        secret = f"\0{username}\0{password}".encode()  # RFC 4616: UTF-8
    except UnicodeEncodeError:
        raise Unwritable from None  # its text would repeat the password
    session.ehlo_or_helo_if_needed()
    if _PLAIN not in str(session.esmtp_features.get("auth", "")).upper().split():
        raise smtplib.SMTPNotSupportedError
    answer = base64.b64encode(secret).decode()
    code, said = session.docmd("AUTH", f"{_PLAIN} {answer}")
    if code != _WELCOME:
        raise smtplib.SMTPAuthenticationError(code, said)
