"""Одна самодостаточная страница: диаграмма в bpmn-js, окраска, список находок; открывается из файла без сети."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from exchanger.assets import viewer_licence, viewer_script, viewer_styles
from exchanger.storm.gate.finding import Finding
from exchanger.storm.gate.marks import TITLES, TONES, Mark, marks_of

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True, slots=True)
class View:
    """Одна диаграмма страницы."""

    title: str
    xml: bytes


def page(
    xml: bytes,
    findings: Sequence[Finding],
    *,
    marks: Mapping[str, Mark] | None = None,
    title: str,
    summary: Sequence[str] = (),
    source: bytes | None = None,
) -> str:
    """Страница HTML.

    `marks` — id элемента → окраска (без него — по находкам), `summary` — строки под заголовком, `source` — исходная
    диаграмма второй закладкой: там видно и то, чего в исполняемой уже нет. Адрес `страница#id` открывает страницу на
    элементе. Названия попадают только в текст и в данные; политика страницы пускает лишь её собственные сценарии.
    """
    shown = marks_of(findings) if marks is None else marks
    views = [View("Исполняемая диаграмма", xml), *([View("Исходная диаграмма", source)] if source is not None else [])]
    viewer, own = viewer_script(), _own("page.js")
    tones = Counter(mark.tone for mark in shown.values())
    return (
        _environment()
        .from_string(_own("page.html.j2"))
        .render(
            title=title,
            summary=summary,
            findings=[(TONES[found.severity], found) for found in _ordered(findings)],
            tones=[(tone, TITLES[tone], tones[tone]) for tone in TITLES if tones[tone]],
            titles=TITLES,
            views=views,
            data=Markup(_data(views, shown)),  # noqa: S704 - JSON whose <, > and & are escaped
            scripts=[Markup(viewer), Markup(own)],  # noqa: S704 - files of this package
            styles=Markup(viewer_styles() + _own("page.css")),  # noqa: S704 - files of this package
            hashes=[_hash(viewer), _hash(own)],
            licence=viewer_licence(),
        )
    )


def _ordered(findings: Sequence[Finding]) -> list[Finding]:
    weights = list(TONES)
    return sorted(findings, key=lambda found: weights.index(found.severity))


def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _own(name: str) -> str:
    return (files("exchanger.storm.gate") / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _data(views: Sequence[View], marks: Mapping[str, Mark]) -> str:
    body = {
        "views": [view.xml.decode("utf-8", "replace") for view in views],
        "marks": {element: {"tone": mark.tone.value, "badge": mark.badge} for element, mark in marks.items()},
    }
    text = json.dumps(body, ensure_ascii=False)
    return "".join(_UNSAFE.get(sign, sign) for sign in text)
