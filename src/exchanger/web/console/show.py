"""Страницы из шаблонов: всё экранируется, из каждого текста вычищаются тайны, ничего не берётся снаружи."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from exchanger.connect import Severity
from exchanger.domain.task import ObjectState
from exchanger.engine.survey import TaskState
from exchanger.ops.dead_letter import age
from exchanger.ops.trace import tell
from exchanger.telemetry.redact import redact
from exchanger.web.console.way import way

LONGEST = 2000
"""Знаков одного текста: длинная причина не должна занять страницу."""

_OBJECTS = {ObjectState.OPEN: "открыт", ObjectState.FINISHED: "завершён", ObjectState.REFUSED: "отклонён"}
_TONES = {Severity.OK: "ok", Severity.WARNING: "warn", Severity.ERROR: "bad"}
_CONDITIONS = {"up": "ok", "degraded": "warn", "starting": "warn", "down": "bad"}
_IN_WORDS = {"up": "работает", "degraded": "с помехой", "starting": "запускается", "down": "не работает"}


class Show:
    """Шаблоны одной установки."""

    def __init__(self, environment: str, *, with_entry: bool) -> None:
        self._jinja = Environment(
            loader=PackageLoader("exchanger.web.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_clean,
        )
        self._jinja.globals |= {
            "environment": environment, "with_entry": with_entry, "age": age, "moment": moment, "tell": tell,
            "way": way, "tones": _TONES, "conditions": _CONDITIONS, "objects": _OBJECTS, "is_link": is_link,
            "in_words": _IN_WORDS, "since": since, "states": tuple(TaskState),
        }  # fmt: skip

    def page(self, name: str, **values: object) -> str:
        """Страница HTML."""
        return self._jinja.get_template(f"{name}.html.j2").render(**values)


def styles() -> str:
    """Лист стилей."""
    return (files("exchanger.web.console") / "templates" / "console.css").read_text("utf-8")


def moment(at: datetime | None) -> str:
    """Время этой машины."""
    return "—" if at is None else at.astimezone().strftime("%d.%m.%Y %H:%M:%S")


def since(written: str) -> str:
    """Время из страницы здоровья; что временем не читается, показывается как есть."""
    try:
        return moment(datetime.fromisoformat(written))
    except ValueError:  # a stranger's page
        return written


def is_link(text: str) -> bool:
    """Адрес, который можно сделать ссылкой: прочие схемы исполнились бы в браузере."""
    return text.startswith(("https://", "http://"))


def _clean(value: object) -> object:
    """What a template prints: text without secrets and of a bounded length."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    clean = redact(value)
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]}…"
