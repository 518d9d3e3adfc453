"""The page: self-contained, safe with hostile names, coloured, and it says what was found."""

import base64
import hashlib
import json
from pathlib import Path

from exchanger.storm import DiagramInfo, Severity, convert
from exchanger.storm.gate import Finding, Mark, Source, Tone, from_conversion, marks_of, page
from tests.storm_gate.browser import BROWSER, Looked, rendered
from tests.storm_gate.cases import GOOD

DIAGRAM = Path(__file__).parents[2] / "examples" / "storm" / "priem_na_rabotu.bpmn"
HOSTILE = "</script><script>document.title='взлом'</script><img src=x onerror=\"document.title='взлом'\"> & \u2028"


def finding(severity: Severity, element: str, what: str = "не так", name: str = "") -> Finding:
    return Finding(severity, Source.LINT, "code", what, "исправьте", element, name, "serviceTask", 7)


def data_of(text: str) -> dict[str, object]:
    return dict(json.loads(Looked(text).part("//script[@id='data']")))


def converted() -> tuple[bytes, str]:
    body = DIAGRAM.read_bytes()
    made = convert(body, diagram=DiagramInfo("0a1b2c3d-1111-4222-8333-444455556666", "Приём"))
    found = [*from_conversion(made.report), finding(Severity.ERROR, "Activity_h14rezerv")]
    return made.xml, page(made.xml, found, title="Приём", source=body, marks=None)


def test_the_page_asks_nobody_for_anything() -> None:
    _, text = converted()
    seen = Looked(text)

    policy = seen.part("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert seen.parts("//@src | //@href | //link | //iframe") == []


def test_only_the_scripts_of_the_page_may_run() -> None:
    _, text = converted()
    seen = Looked(text)
    policy = seen.part("//meta[@http-equiv='Content-Security-Policy']/@content")

    scripts = seen.parts("//script[not(@type)]")

    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_names_cannot_become_code() -> None:
    xml = GOOD.replace(
        b'<endEvent id="e"/>',
        f'<endEvent id="e"><documentation><![CDATA[{HOSTILE}]]></documentation></endEvent>'.encode(),
    )

    text = page(xml, [finding(Severity.ERROR, HOSTILE, HOSTILE, HOSTILE)], title=HOSTILE, summary=[HOSTILE])

    seen = Looked(text)
    assert len(seen.parts("//script")) == 3
    assert seen.parts("//img") == []
    assert seen.part("//h1") == HOSTILE
    data = data_of(text)
    assert data["views"] == [xml.decode()]
    assert data["marks"] == {HOSTILE: {"tone": "error", "badge": ""}}


def test_the_heaviest_finding_gives_the_colour() -> None:
    found = [finding(severity, "a") for severity in (Severity.CHANGE, Severity.ERROR, Severity.LOSS)]

    assert marks_of([*found, finding(Severity.DOUBT, "b"), finding(Severity.ERROR, "")]) == {
        "a": Mark(Tone.ERROR),
        "b": Mark(Tone.DOUBT),
    }


def test_the_marks_of_the_caller_have_their_legend_and_badges() -> None:
    text = page(GOOD, [], title="x", marks={"t": Mark(Tone.VISITED, "3×"), "s_t": Mark(Tone.UNREACHABLE)})

    legend = [each.strip() for each in Looked(text).parts("//ul[@class='legend']/li")]
    assert legend == ["пройдено: 1", "недостижимо: 1"]
    assert data_of(text)["marks"] == {
        "t": {"tone": "visited", "badge": "3×"},
        "s_t": {"tone": "unreachable", "badge": ""},
    }


def test_findings_are_listed_from_the_heaviest_with_place_and_remedy() -> None:
    text = page(GOOD, [finding(Severity.DOUBT, "b"), finding(Severity.ERROR, "t", name="Проверить")], title="x")

    first, _ = Looked(text).parts("//ol/li")
    assert (
        " ".join(first.split())
        == "ошибка serviceTask t «Проверить» строка 7 не так Что делать: исправьте правило · code"
    )
    assert Looked(text).parts("//ol/li/button/@data-element") == ["t", "b"]


def test_the_licence_and_the_mark_of_bpmn_io_are_there() -> None:
    _, text = converted()

    assert "MUST NOT be" in text
    assert "bjs-powered-by" in text


if BROWSER:

    def test_a_real_browser_draws_and_colours_the_diagram(tmp_path: Path) -> None:
        path = tmp_path / "page.html"
        path.write_text(converted()[1], encoding="utf-8")

        seen = Looked(rendered(path, "Activity_h9rabmesto"))

        focused = seen.part("//*[contains(@class, 'focused')]/@data-element-id")
        assert seen.parts("//body/@data-ready") == ["yes"]
        assert focused == "Activity_h9rabmesto"
        for tone in ("error", "lost", "doubt", "changed"):
            assert seen.parts(f"//*[contains(@class, 'djs-element') and contains(@class, 'tone-{tone}')]"), tone
        assert seen.part("//p[@id='notice']") == ""
        assert seen.parts("//a[contains(@class, 'bjs-powered-by')]")

    def test_a_real_browser_opens_the_plane_of_a_collapsed_subprocess(tmp_path: Path) -> None:
        path = tmp_path / "page.html"
        path.write_text(converted()[1], encoding="utf-8")

        seen = Looked(rendered(path, "Activity_s2podbor"))

        assert seen.parts("//*[contains(@class, 'focused')]/@data-element-id") == ["Activity_s2podbor"]

    def test_a_real_browser_runs_nothing_that_a_name_brings(tmp_path: Path) -> None:
        path = tmp_path / "page.html"
        path.write_text(page(GOOD, [finding(Severity.ERROR, "t", HOSTILE, HOSTILE)], title=HOSTILE), encoding="utf-8")

        seen = Looked(rendered(path))

        assert seen.part("//title") == HOSTILE
        assert seen.parts("//body/@data-ready") == ["yes"]
        assert "не нарисовать" in seen.part("//p[@id='notice']")  # it has no drawing, and the page says so
