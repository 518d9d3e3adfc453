"""Запись файла .env так, чтобы он читался обратно тем же."""

import re

_PLAIN = re.compile(r"[A-Za-z0-9_./:@,+%=&?~-]+")


def line(name: str, value: str) -> str:
    """Строка `ИМЯ=значение`; значение с пробелами и знаками — в одинарных кавычках."""
    if _PLAIN.fullmatch(value):
        return f"{name}={value}"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{escaped}'"
