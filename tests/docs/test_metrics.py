"""The written table of metrics and the rules of alerts name exactly what the page shows."""

import re

from exchanger.telemetry.metrics import CATALOGUE
from tests.docs.pages import ROOT, page

RULES = ROOT / "deploy/prometheus/exchanger.rules.yml"
ENVIRONMENT = "environment"  # a label of the target, given in the example of the page


def test_the_table_is_the_catalogue() -> None:
    rows = [line for line in page("docs/reference/metrics.md").text.splitlines() if line.startswith("| `exchanger_")]

    assert rows == [
        f"| `{each.name}` | {each.kind} | {', '.join(f'`{label}`' for label in each.labels) or '—'} | {each.help} |"
        for each in CATALOGUE
    ]


def test_an_alert_asks_for_metrics_and_labels_that_exist() -> None:
    catalogue = {each.name: each for each in CATALOGUE}
    expressions = re.findall(r"expr: (.+)", RULES.read_text("utf-8"))

    assert len(expressions) > 10
    for expression in expressions:
        names = re.findall(r"\bexchanger_\w+", expression)
        assert names or expression.startswith("up{"), expression
        assert all(name in catalogue for name in names), expression
        grouped = [label for group in re.findall(r"by \(([\w, ]+)\)", expression) for label in group.split(", ")]
        assert not grouped or ENVIRONMENT in grouped, f"{expression}: prod and dev of one server would be one"
        labels = {*grouped} - {ENVIRONMENT} | {*re.findall(r"exchanger_\w+\{(\w+)=", expression)}
        assert all(label in catalogue[names[0]].labels for label in labels), expression


def test_every_alert_says_what_happened_and_what_to_do() -> None:
    text = RULES.read_text("utf-8")
    counts = {
        word: len(re.findall(rf"^\s+(?:- )?{word}: ", text, re.MULTILINE)) for word in ("alert", "summary", "remedy")
    }

    assert len(set(counts.values())) == 1, counts
