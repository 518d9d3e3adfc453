"""Единственное место, где из текстов убираются тайны: им пользуются все приёмники журнала и все тексты ошибок."""

import json
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "***"

_SLASH = r"(?:\\*/|%2F)"  # JSON escapes it, and a repr of JSON once more
_KEYS = (
    r"access_token|refresh_token|application_token|client_secret|webhook_secret|api[_-]?key|apikey|x-api-key"
    r"|bearer_token|bot_token|auth_token|password|passwd|pwd|secret|token|sessid"
)
# A value is a quoted string (spaces allowed inside) or everything up to a separator of a URL, JSON or a log line.
_VALUE = r"""(?:b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)*'|[^\s"'&,;)}\]]+)"""
_HEADER = r"""authorization["']?\s*[:=,]\s*(?:b(?=["']))?+["']?+"""
_SCHEME = r"(?:basic|bearer|digest|apikey|token)\s+"

_PATTERNS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # Bitrix24 incoming webhook: the code is the whole authority of its owner (bitrix24.md).
    (
        re.compile(rf"""({_SLASH}rest{_SLASH}(?:api{_SLASH})?\d+{_SLASH})(?!\*)[^/\\\s"'?#&%<>]+""", re.IGNORECASE),
        rf"\1{MASK}",
    ),
    # amqp://user:password@host, https://user:password@host; up to the last @ of the authority
    (re.compile(r"""([a-z][a-z0-9+.\-]*://[^\s/:@"']*:)[^\s/"']+@""", re.IGNORECASE), rf"\1{MASK}@"),
    (re.compile(r"(%3A%2F%2F[^\s/:@%]*%3A)[^\s/@]+?%40", re.IGNORECASE), rf"\1{MASK}%40"),
    # The header as it is printed: "Authorization: Basic x", {'Authorization': 'x'}, (b'Authorization', b'Basic x')
    (re.compile(rf"({_HEADER}{_SCHEME})[^\s\"',)]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(rf"({_HEADER})(?!{_SCHEME})[^\s\"',)]+", re.IGNORECASE), rf"\1{MASK}"),
    # The scheme alone; an ordinary word after it ("basic auth") is left in peace.
    (
        re.compile(r"\b(basic|bearer)\s+(?![a-z]+(?![\w+/=.~\-]))(?!\*)[A-Za-z0-9+/=._~\-]{6,}", re.IGNORECASE),
        rf"\1 {MASK}",
    ),
    # key=value, "key": "value", key='value', auth[key]=value, auth%5Bkey%5D=value
    (
        re.compile(rf"""((?<![A-Za-z])(?:{_KEYS})(?:\]|%5D)?["']?\s*(?:=|:|%3D)\s*){_VALUE}""", re.IGNORECASE),
        rf"\1{MASK}",
    ),
    (re.compile(rf"""((?<![A-Za-z])auth(?:=|%3D|["']\s*:\s*)){_VALUE}""", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"(/bot)\d+:[\w\-]+"), rf"\1{MASK}"),  # Telegram: the token is a part of the path
    # pydantic repeats the refused input, which may be a person's data or a whole body
    (re.compile(r"input_value=.*?(, input_type=|$)", re.DOTALL), rf"input_value={MASK}\1"),
)
_SECRET_KEY: Final = re.compile(rf"(?:^|_|-)(?:{_KEYS}|auth|authorization)$", re.IGNORECASE)
# Factory passwords of the parts: masking them would hide the user names "demo" and "guest" in every line.
_FACTORY: Final = frozenset({"guest", "demo", "admin"})
_SHORTEST: Final = 4
_ANYWHERE: Final = 8  # from this length on a value is masked even inside a longer word


class _Known:
    """Точные значения тайн, известные из настроек."""

    def __init__(self) -> None:
        self.values: set[str] = set()
        self.pattern: re.Pattern[str] | None = None

    def add(self, values: Iterable[str]) -> None:
        fresh = {value for value in values if len(value) >= _SHORTEST and value not in _FACTORY}
        if fresh <= self.values:
            return
        self.values = self.values | fresh
        longest_first = sorted(self.values, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(_exact, longest_first)))


def _exact(value: str) -> str:
    escaped = re.escape(value)
    return escaped if len(value) >= _ANYWHERE else rf"(?<!\w){escaped}(?!\w)"


_known = _Known()


def register_secret(value: str) -> None:
    """Запомнить точное значение тайны: с этого мига оно не выйдет ни в одном написании (как есть, в URL, в JSON)."""
    _known.add({value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], repr(value)[1:-1]})


def is_secret_name(name: str) -> bool:
    """Говорит ли имя поля, что его значение — тайна."""
    return _SECRET_KEY.search(name) is not None


def redact(text: str) -> str:
    """Текст без тайн: адреса вебхуков, пароли в URL, заголовки входа, токены и зарегистрированные значения."""
    if _known.pattern is not None:
        text = _known.pattern.sub(MASK, text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def error_text(error: BaseException) -> str:
    """Имя и текст ошибки без тайн, в одну строку: для журнала, сообщений шины и движка."""
    text = " ".join(str(error).split())
    return redact(f"{type(error).__name__}: {text}" if text else type(error).__name__)
