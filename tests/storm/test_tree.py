"""Whatever is given as a diagram, the answer is a diagram or one clear sentence."""

import time

import pytest

from exchanger.domain.errors import Reject
from exchanger.storm.tree import SIZE_LIMIT, parse, serialise
from tests.storm.source import document, process

_LEVELS = b"".join(
    b'<!ENTITY %c "%s">' % (level, b"".join(b"&%c;" % (level - 1) for _ in range(10)))
    for level in range(ord("b"), ord("j"))
)
BOMB = (
    b'<!DOCTYPE lolz [<!ENTITY a "lol">' + _LEVELS + b"]>"
    b'<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" %s>&i;</bpmn:definitions>'
)
EXTERNAL = b"""<!DOCTYPE d [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">&secret;</bpmn:definitions>"""
REMOTE = b"""<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd">
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"/>"""
_END = b"</bpmn:definitions>"
GOOD = document(process("start s; task a; end e", "s>a; a>e"))


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        (BOMB % b"", "DOCTYPE|разобрать"),
        (BOMB % b'name="&i;"', "DOCTYPE|разобрать"),
        (EXTERNAL, "DOCTYPE"),
        (REMOTE, "DOCTYPE"),
        (GOOD[: len(GOOD) // 2], "разобрать"),
        (b"not xml at all", "разобрать"),
        (b"\x89PNG\r\n\x1a\n", "разобрать"),
        (b"", "пуста"),
        (b" \n ", "пуста"),
        (b"<html/>", "не BPMN"),
        (b'{"diagram": {}}', "разобрать"),
        (GOOD.replace(_END, b"<x>" * 250 + b"</x>" * 250 + _END), "Вложенность|разобрать"),
        (GOOD.replace(_END, b"<x>" * 5000), "разобрать"),
    ],
    ids=[
        "bomb", "bomb in attribute", "external entity", "remote dtd", "truncated", "text", "picture", "nothing",
        "blank", "html", "json", "deep", "very deep",
    ],
)  # fmt: skip
def test_hostile_input_is_refused_quickly_and_in_words(xml: bytes, says: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Reject, match=says) as refused:
        parse(xml)
    assert time.monotonic() - begun < 2
    assert refused.value.remedy
    assert "root:" not in str(refused.value)


def test_fifty_megabytes_are_not_even_parsed() -> None:
    begun = time.monotonic()
    with pytest.raises(Reject, match="больше 10 МБ"):
        parse(b"<a>" + b" " * (5 * SIZE_LIMIT))
    assert time.monotonic() - begun < 1


def test_the_declared_encoding_is_read_and_utf_8_written() -> None:
    xml = '<?xml version="1.0" encoding="windows-1251"?>' + document(process("task a Согласовать")).decode()
    written = serialise(parse(xml.encode("windows-1251")))
    assert written.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    assert "Согласовать".encode() in written


def test_a_default_namespace_and_taken_prefixes_survive() -> None:
    xml = (
        GOOD.replace(b"bpmn:", b"")
        .replace(b"xmlns:bpmn=", b"xmlns=")
        .replace(b"<definitions ", b'<definitions xmlns:dc="urn:other" ')
    )
    once = serialise(parse(xml))
    assert b'xmlns:dc="urn:other"' in once
    assert b'xmlns:dc_exchanger="http://www.omg.org/spec/DD/20100524/DC"' in once
    assert serialise(parse(once)) == once
