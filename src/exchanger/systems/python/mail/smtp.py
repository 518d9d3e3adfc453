"""Отправка через SMTP: о каждой неудаче известно, ушло письмо или точно нет."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import parseaddr

from exchanger.connect import Finding, Limiter, Severity
from exchanger.connect.threads import in_thread
from exchanger.domain.errors import BusinessError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.systems.python.mail.login import Unwritable, login
from exchanger.systems.python.mail.settings import Encryption, MailOptions

REFUSED = "EMAIL_REFUSED"
"""Код BPMN-ошибки: сервер не принял получателей."""

_DONE = 250
_FORWARDED = 251
_PERMANENT = 500


class Smtp:
    """Сервер SMTP. На каждое письмо своя связь: процессы шлют редко, а долгую сервер обрывает молча."""

    def __init__(self, options: MailOptions, limiter: Limiter) -> None:
        self.options = options
        self._limiter = limiter

    async def send(self, message: EmailMessage, recipients: Sequence[str]) -> None:
        """Отправить всем или никому.

        `SystemPaused` — нет связи, шифрования или входа; `Retry`, `Reject`, `BusinessError` — отказ до приёма письма;
        `OutcomeUnknown` — связь оборвалась, пока сервер его принимал.
        """
        async with self._limiter.slot():
            await in_thread(lambda: self._send(message.as_bytes(), recipients), "smtp")

    async def check(self) -> list[Finding]:
        """Связь и вход, без писем."""
        try:
            await in_thread(self._greet, "smtp-check")
        except SystemPaused as error:
            return [Finding(Severity.ERROR, f"почта: {error}", error.remedy)]
        return [Finding(Severity.OK, f"почта: {self.options.host} отвечает, вход выполнен")]

    def _greet(self) -> None:
        with self._session():
            pass

    def _send(self, body: bytes, recipients: Sequence[str]) -> None:
        with self._session() as session:
            try:
                self._envelope(session, recipients)
            except (smtplib.SMTPException, OSError) as error:
                raise Retry(f"Сервер SMTP прервал связь до письма ({type(error).__name__}).") from None
            _data(session, body)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection with encryption and login; closed politely, but a failing goodbye changes nothing."""
        session: smtplib.SMTP | None = None
        try:
            session = self._connect()
            session.ehlo_or_helo_if_needed()
            if self.options.encryption is Encryption.STARTTLS:
                session.starttls(context=self._tls)
            if self.options.username:
                login(session, self.options.username, self.options.password)
        except (smtplib.SMTPException, OSError) as error:
            if session is not None:
                session.close()
            raise self._paused(error) from None
        try:
            yield session
        finally:
            with suppress(smtplib.SMTPException, OSError):
                session.quit()
            session.close()

    def _connect(self) -> smtplib.SMTP:
        options = self.options
        if options.encryption is Encryption.TLS:
            return smtplib.SMTP_SSL(options.host, options.port, timeout=options.timeout, context=self._tls)
        return smtplib.SMTP(options.host, options.port, timeout=options.timeout)

    @property
    def _tls(self) -> ssl.SSLContext:
        return self.options.tls or ssl.create_default_context()

    def _paused(self, error: Exception) -> SystemPaused:
        where = f"{self.options.host}:{self.options.port}"
        if isinstance(error, smtplib.SMTPAuthenticationError):
            what, remedy = f"вход отвергнут (код {error.smtp_code})", "проверьте EMAIL_SMTP_USERNAME и пароль"
        elif isinstance(error, smtplib.SMTPNotSupportedError):
            what, remedy = "сервер не предлагает шифрования или входа", "проверьте EMAIL_SMTP_TLS и порт"
        elif isinstance(error, Unwritable):
            what, remedy = "имя или пароль не в UTF-8", "задайте EMAIL_SMTP_USERNAME и EMAIL_SMTP_PASSWORD в UTF-8"
        else:
            what, remedy = f"нет связи ({type(error).__name__})", "проверьте EMAIL_SMTP_HOST, порт, сертификат и сеть"
        return SystemPaused(f"Почта {where}: {what}.", remedy=f"{remedy}; работа продолжится сама.")

    def _envelope(self, session: smtplib.SMTP, recipients: Sequence[str]) -> None:
        _expect(session.mail(parseaddr(self.options.sender)[1])[0], "отправителя")
        codes = [session.rcpt(address)[0] for address in recipients]
        refused = [code for code in codes if code not in {_DONE, _FORWARDED}]
        if any(code < _PERMANENT for code in refused):
            raise Retry(f"Сервер SMTP пока не принимает получателей (коды {_said(refused)}).")
        if refused:
            raise BusinessError(
                REFUSED,
                f"Сервер SMTP не принял получателей: {len(refused)} из {len(codes)} (коды {_said(refused)}); "
                "письмо не отправлено никому.",
            )


def _data(session: smtplib.SMTP, body: bytes) -> None:
    try:
        code, _ = session.data(body)
    except smtplib.SMTPDataError as error:  # the command itself was refused: not a byte has gone
        code = error.smtp_code
    except (smtplib.SMTPException, OSError) as error:
        raise OutcomeUnknown(f"связь с сервером SMTP оборвалась при передаче письма: {type(error).__name__}") from None
    _expect(code, "письмо")


def _expect(code: int, what: str) -> None:
    if code == _DONE:
        return
    if code < _PERMANENT:
        raise Retry(f"Сервер SMTP пока не принимает {what} (код {code}).")
    raise Reject(f"Сервер SMTP не принял {what} (код {code}).")


def _said(codes: Sequence[int]) -> str:
    return ", ".join(str(code) for code in sorted(set(codes)))
