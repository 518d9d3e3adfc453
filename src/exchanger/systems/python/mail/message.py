"""Письмо из параметров: заголовки, тело, вложения."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from exchanger.domain.errors import Reject
from exchanger.domain.key import Key
from exchanger.domain.task import Order
from exchanger.systems.python.content import content_of
from exchanger.systems.python.mail.letter import Attachment, Letter

# A Message-ID longer than the usual 78 characters would be folded right after its name, which some servers mistake.
_POLICY = SMTP.clone(max_line_length=250)


def message_id(key: Key, sender: str) -> str:
    """Message-ID из ключа: двоеточия в нём не допускаются, домен — отправителя."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "exchanger.invalid"
    return f"<{str(key).replace(':', '.')}@{domain}>"


def build(letter: Letter, sender: str, key: Key, order: Order) -> EmailMessage:
    """Собрать письмо; `Reject` — вложения нет или оно негодно."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = ", ".join(letter.to)
    if letter.cc:
        message["Cc"] = ", ".join(letter.cc)
    if letter.reply_to:
        message["Reply-To"] = letter.reply_to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id(key, sender)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        _attach(message, attachment, order)
    return message


def _attach(message: EmailMessage, attachment: Attachment, order: Order) -> None:
    kind = mimetypes.guess_type(attachment.name)[0] or "application/octet-stream"
    main, _, sub = kind.partition("/")
    message.add_attachment(_content(attachment, order), maintype=main, subtype=sub, filename=attachment.name)


def _content(attachment: Attachment, order: Order) -> bytes:
    if attachment.variable is not None:
        return content_of(order, attachment.variable)
    if attachment.text is not None:
        return attachment.text.encode()
    try:
        return base64.b64decode(attachment.base64 or "", validate=True)
    except binascii.Error:
        raise Reject(f"Вложение «{attachment.name}»: base64 не разобрано.") from None
