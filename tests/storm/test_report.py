import json

from exchanger.storm import convert
from tests.storm.source import INFO, run

NODES, FLOWS = "start s; task a; catch:timer w по готовности; end e", "s>a; a>w; w>e"


def test_the_text_says_what_where_and_what_to_do_the_heaviest_first() -> None:
    text = run(NODES, FLOWS).converted.report.text()
    assert text.startswith("Диаграмма «Договор»\n\nПотери: 1\n")
    assert (
        "w «по готовности»: Вместо события задача человеку: не сказано, когда сработать таймеру. Что делать: " in text
    )
    assert text.index("Потери") < text.index("Сомнения") < text.index("Изменения")


def test_the_json_carries_every_finding() -> None:
    report = run(NODES, FLOWS).converted.report
    body = json.loads(report.json())
    assert body["counts"]["loss"] == 1
    assert len(body["findings"]) == len(report.findings)
    assert set(body["findings"][0]) == {"severity", "element_id", "element_name", "kind", "what", "remedy"}


def test_nothing_to_say_is_said() -> None:
    once = run("start s; task a; end e", "s>a; a>e").converted
    assert convert(once.xml, diagram=INFO).report.text() == "Диаграмма «Договор»\n\nБез замечаний.\n"
