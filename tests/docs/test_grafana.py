"""The dashboard is one that Grafana imports, and asks for metrics and labels that exist."""

import json
import re
from itertools import combinations
from typing import Any

from exchanger.telemetry.metrics import CATALOGUE
from tests.docs.pages import ROOT

BOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/exchanger.json").read_text("utf-8"))
TARGET_LABELS = {"environment", "instance", "job"}  # of the scrape, not of the metric
WIDTH = 24


def panels() -> list[dict[str, Any]]:
    return [panel for panel in BOARD["panels"] if panel["type"] != "row"]


def expressions() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_the_board_has_the_shape_that_grafana_imports() -> None:
    assert BOARD["uid"]
    assert BOARD["title"]
    assert BOARD["schemaVersion"] >= 36
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    variables = {variable["name"]: variable["type"] for variable in BOARD["templating"]["list"]}
    assert variables == {"datasource": "datasource", "environment": "query", "system": "query"}
    for panel in panels():
        assert panel["title"]
        assert panel["description"]
        assert panel["datasource"]["uid"] == "${datasource}"
        references = [target["refId"] for target in panel["targets"]]
        assert references, panel["title"]
        assert len(set(references)) == len(references)


def test_panels_stand_in_the_grid_and_on_no_other() -> None:
    places = [panel["gridPos"] for panel in BOARD["panels"]]
    assert all(at["x"] >= 0 and at["x"] + at["w"] <= WIDTH and at["w"] > 0 and at["h"] > 0 for at in places)
    for one, two in combinations(places, 2):
        apart_x = one["x"] + one["w"] <= two["x"] or two["x"] + two["w"] <= one["x"]
        apart_y = one["y"] + one["h"] <= two["y"] or two["y"] + two["h"] <= one["y"]
        assert apart_x or apart_y, (one, two)


def test_every_metric_and_label_asked_for_exists_and_every_metric_is_shown() -> None:
    catalogue = {metric.name: set(metric.labels) for metric in CATALOGUE}
    asked: set[str] = set()
    for expression in expressions():
        (name,) = set(re.findall(r"\bexchanger_\w+", expression))
        asked.add(name)
        matched = re.findall(r"[{,]\s*(\w+)=", expression)
        grouped = [label for group in re.findall(r"by \(([\w, ]+)\)", expression) for label in group.split(", ")]
        assert {*matched, *grouped} <= catalogue[name] | TARGET_LABELS, expression
        assert 'environment="$environment"' in expression, f"{expression}: prod and dev would be one"
    assert asked == set(catalogue)


def test_a_legend_names_labels_that_the_answer_has() -> None:
    for panel in panels():
        for target in panel["targets"]:
            (name,) = set(re.findall(r"\bexchanger_\w+", target["expr"]))
            grouped = re.findall(r"by \(([\w, ]+)\)", target["expr"])
            metric = next(metric for metric in CATALOGUE if metric.name == name)
            left = set(grouped[0].split(", ")) if grouped else {*metric.labels, *TARGET_LABELS}
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= left, target
