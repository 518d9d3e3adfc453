"""Чужие файлы, которые едут в пакете: схемы BPMN 2.0 и просмотрщик bpmn-js; лицензии — docs/reference/licences.md."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).parent
BPMN_SCHEMA = _ROOT / "bpmn_xsd" / "BPMN20.xsd"


def viewer_script() -> str:
    """Код просмотрщика bpmn-js (глобальное имя `BpmnJS`)."""
    return (_ROOT / "bpmn_js" / "navigated-viewer.js").read_text(encoding="utf-8")


def viewer_styles() -> str:
    """Стили просмотрщика bpmn-js."""
    names = ("diagram-js.css", "bpmn-js.css")
    return "\n".join((_ROOT / "bpmn_js" / name).read_text(encoding="utf-8") for name in names)


def viewer_licence() -> str:
    """Лицензия bpmn-js: она требует, чтобы знак bpmn.io был виден."""
    return (_ROOT / "bpmn_js" / "LICENSE").read_text(encoding="utf-8")
