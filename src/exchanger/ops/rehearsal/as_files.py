"""Итог репетиции для программ: JSON и JUnit XML."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lxml import etree

from exchanger.domain.variables import PlainValue
from exchanger.ops.rehearsal.as_text import ending
from exchanger.ops.rehearsal.results import Card, Play, Reach, Rehearsed, Remark, Verdict, describe

_UNWRITABLE = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def as_json(report: Rehearsed) -> str:
    """Весь итог: `{file, engine, ok, plays, flows, tasks, remarks, scenarios}`."""
    body = {
        "file": report.file,
        "engine": report.engine,
        "ok": report.ok,
        "explored": report.explored,
        "seconds": round(report.seconds, 3),
        "plays": [_play(report, play) for play in report.plays],
        "flows": [
            {"process": one.process, "id": one.id, "name": one.name, "source": one.source, "target": one.target,
             "visits": one.visits, "reach": one.reach.value}
            for one in report.flows
        ],
        "tasks": [_card(card) for card in report.cards],
        "remarks": [_remark(remark) for remark in report.remarks],
        "scenarios": [
            {"name": one.name, "ok": not one.differences, "differences": list(one.differences)}
            for one in report.verdicts
        ],
    }  # fmt: skip
    return json.dumps(body, ensure_ascii=False, indent=2, default=str) + "\n"


def _play(report: Rehearsed, play: Play) -> dict[str, object]:
    return {
        "process": play.process,
        "ended": play.ended,
        "ending": ending(report, play),
        "ends": list(play.ends),
        "steps": [
            {
                "what": describe(step.move, report.title(step.move.process, step.move.element)),
                "act": step.move.act.value,
                "element": step.move.element,
                "values": dict(step.move.values),
                "refused": step.refused,
            }
            for step in play.steps
        ],
        "path": play.path,
        "stuck": list(play.stuck),
        "tasks": [_card(card) for card in play.cards],
        "variables": dict(play.variables),
    }


def _card(card: Card) -> dict[str, object]:
    return {
        "process": card.process,
        "element": card.element,
        "name": card.name,
        "topic": card.topic,
        "system": card.system,
        "source": card.source,
        "fields": dict(card.fields),
        "refusal": card.refusal,
    }


def _remark(remark: Remark) -> dict[str, PlainValue]:
    return {
        "process": remark.process,
        "element": remark.element,
        "what": remark.what,
        "remedy": remark.remedy,
        "problem": remark.is_problem,
    }


def as_junit(report: Rehearsed) -> str:
    """JUnit XML: сценарий — проверка; в переборе проверка — каждый поток и каждое замечание-отказ."""
    suite = etree.Element("testsuite", {"name": f"rehearsal {report.file}", "time": f"{report.seconds:.3f}"})
    for verdict in report.verdicts:
        _scenario(suite, report, verdict)
    for flow in report.flows if report.explored else ():
        case = _case(suite, report, f"поток {flow.id} {flow.name}".rstrip())
        if flow.reach is Reach.OUTSIDE:
            etree.SubElement(case, "skipped", {"message": "до него доходит только присланное извне"})
        elif flow.reach is not Reach.TAKEN:
            _fail(case, "недостижим" if flow.reach is Reach.UNREACHABLE else "не пройден", flow.reach.value)
    flows = {flow.id for flow in report.flows}
    for remark in report.problems:
        if remark.element not in flows:
            _fail(_case(suite, report, remark.element or remark.process), remark.what, str(remark))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    return etree.tostring(suite, encoding="UTF-8", xml_declaration=True, pretty_print=True).decode()


def _scenario(suite: etree._Element, report: Rehearsed, verdict: Verdict) -> None:
    case = _case(suite, report, verdict.name)
    case.set("time", f"{verdict.seconds:.3f}")
    if verdict.differences:
        _fail(case, verdict.differences[0], "\n".join([*verdict.differences, *_told(report, verdict.play)]))


def _told(report: Rehearsed, play: Play | None) -> Iterator[str]:
    for step in play.steps if play is not None else ():
        yield describe(step.move, report.title(step.move.process, step.move.element))


def _case(suite: etree._Element, report: Rehearsed, name: str) -> etree._Element:
    return etree.SubElement(suite, "testcase", {"classname": report.file, "name": _clean(name)})


def _fail(case: etree._Element, message: str, text: str) -> None:
    etree.SubElement(case, "failure", {"message": _clean(message)}).text = _clean(text)


def _clean(text: str) -> str:
    return text.translate(_UNWRITABLE)
