"""A message of any release is read by this one: queues outlive an upgrade, and services of two releases meet in it."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from exchanger.bus import events
from exchanger.ops.pause_note import read_note, write_note
from exchanger.wire import (
    ErrorShape,
    Receipt,
    Response,
    decode_error,
    decode_order,
    decode_receipt,
    decode_response,
    encode_order,
    encode_receipt,
    encode_response,
)
from exchanger.wire.predecessor import is_old_envelope, is_old_order
from tests.wire.released_forms import bodies, forms, read, releases
from tests.wire.samples import GOLDEN, NOW

FORMS = forms()
SOURCES = Path(__file__).parents[2] / "src" / "exchanger"
EVERY_FILE = [path for release in releases() for path in bodies(release)]
_NO_WRITERS = {"message"}
"""`wire/order_form.message` puts a form of any writer in its envelope."""


def _order_again(body: bytes) -> bytes:
    return encode_order(decode_order(body), worker_id="universal-worker", now=NOW).body


def _response_again(body: bytes) -> bytes:
    found = decode_response(body)
    assert isinstance(found, Response)
    return encode_response(found, now=NOW).body


def _note_again(body: bytes) -> bytes:
    note = read_note(body.decode())
    assert note is not None
    return write_note(note).encode()


AGAIN: dict[str, Callable[[bytes], bytes]] = {
    "order": _order_again,
    "receipt": lambda body: encode_receipt(decode_receipt(body)).body,
    "response": _response_again,
    "event": lambda body: events.encode(events.decode(body)),
    "pause_note": _note_again,
}
"""How a kind is read and written again: what was in it is still there."""


@pytest.mark.parametrize("name", FORMS)
def test_a_message_is_written_byte_for_byte_as_the_newest_release_wrote_it(name: str) -> None:
    body, headers = read(releases()[-1] / f"{name}.json")

    assert FORMS[name].body == body
    assert dict(FORMS[name].headers) == headers


@pytest.mark.parametrize("path", EVERY_FILE, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_message_of_any_release_is_read_and_nothing_of_it_is_lost(path: Path) -> None:
    body, headers = read(path)
    again = next((again for name, again in AGAIN.items() if path.stem.startswith(name)), None)

    if again is not None:
        assert _lost(json.loads(body), json.loads(again(body))) == []
    else:
        _read_only(path.stem, body, headers)


def _read_only(name: str, body: bytes, headers: dict[str, Any]) -> None:
    """Kinds that nobody writes again."""
    record = decode_error(body, headers)
    if name == "final_failure":
        assert (record.shape, record.kind) == (ErrorShape.FINAL_FAILURE, "RETRY_LIMIT_EXCEEDED")
        assert (record.reason, record.details, record.source_queue) == ("Нет группы", "HTTP 400", "bitrix24.queue")
    elif name == "dead_letter":
        assert (record.shape, record.task_id, record.kind) == (ErrorShape.DEAD_LETTER, "t-1", "json_parse_error")
        assert (record.original, record.at) == (b"{bad", NOW)
        assert record.reason == "не JSON Что делать: спросите автора"
    elif name == "old_order":
        assert is_old_order(json.loads(body))
        assert decode_order(body).variables["amount"].value == 107
    else:
        assert name == "old_receipt"
        assert is_old_envelope(json.loads(body))
        assert decode_receipt(body).ref.id == "555"


def _lost(old: Any, new: Any, where: str = "") -> list[str]:
    """Paths of the old form that the new one lacks or says otherwise."""
    if isinstance(old, dict) and isinstance(new, dict):
        gone = [f"{where}.{name}" for name in old if name not in new]
        return gone + [
            each for name in old.keys() & new.keys() for each in _lost(old[name], new[name], f"{where}.{name}")
        ]
    return [] if old == new else [where]


def test_every_kind_of_message_that_the_code_writes_has_its_file() -> None:
    written = {form.writer.__name__ for form in FORMS.values()}

    assert set(_writers()) - _NO_WRITERS == written - {"encode", "write_note"}
    assert {path.stem for path in bodies(releases()[-1])} == set(FORMS)


def _writers() -> Iterator[str]:
    """Public functions that make a message, and the predecessor's forms, which are dictionaries."""
    for path in [*(SOURCES / "wire").glob("*.py"), *(SOURCES / "bus").glob("*.py")]:
        for part in ast.parse(path.read_text("utf-8")).body:
            if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                returns = ast.unparse(part.returns) if part.returns else ""
                old = path.name == "predecessor.py" and returns.startswith("dict")
                if returns == "Message" or old:
                    yield part.name
            elif isinstance(part, ast.ClassDef) and path.name == "predecessor.py":
                yield part.name


PREDECESSORS: dict[str, Callable[[bytes], Any]] = {
    "order": decode_order,
    "receipt": decode_receipt,
    "response": decode_response,
    "direct": decode_response,
    "error": lambda body: decode_error(body, {}),
}


@pytest.mark.parametrize("path", sorted((GOLDEN / "predecessor").glob("*.json")), ids=lambda path: path.stem)
def test_every_form_of_the_predecessor_is_read(path: Path) -> None:
    body = path.read_bytes()
    kind = path.stem.partition("_")[0]
    found = PREDECESSORS[kind](body)

    if kind == "error":
        assert found.shape in {ErrorShape(letter) for letter in "abcd"}
    else:
        assert isinstance(found, Receipt | Response) or found.task.id.startswith("bae97aa5")
