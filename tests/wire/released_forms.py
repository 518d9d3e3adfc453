"""What each writer of messages writes now; `python -m tests.wire.released_forms 0.2.0` begins a release's folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exchanger.bus import events
from exchanger.bus.dead_letter import dead_letter
from exchanger.domain.errors import DeadLetter
from exchanger.domain.event import Event, EventKind
from exchanger.ops.pause_note import Note, write_note
from exchanger.ports import Delivery, Message
from exchanger.wire import encode_order, encode_receipt, encode_response, final_failure
from exchanger.wire.json_body import dump
from exchanger.wire.predecessor import OldOrder, old_receipt
from tests.wire.samples import NOW, ORDER, RECEIPT, RESPONSES, VARIABLES

FOLDER = Path(__file__).parent / "released"
_HEADERS = ".headers.json"


@dataclass(frozen=True, slots=True)
class Form:
    """A message as it lies in a queue; `writer` is the function that wrote it."""

    writer: Callable[..., Any]
    body: bytes
    headers: Mapping[str, Any] = field(default_factory=dict)


def _message(writer: Callable[..., Any], written: Message) -> Form:
    return Form(writer, written.body, written.headers)


def _dead_letter() -> Message:
    delivery = Delivery(Message(b"{bad", "t-1", {"task_id": "t-1"}), "bitrix24.queue", "exchange", "bitrix24.key")
    return dead_letter(delivery, DeadLetter("json_parse_error", "не JSON", remedy="спросите автора"), NOW)


def _failure() -> Message:
    return final_failure(ORDER, cause="Нет группы", details="HTTP 400", source_queue="bitrix24.queue", at=NOW)


def _event(kind: EventKind) -> Form:
    fields: dict[str, str | int | float | bool | None] = {"object": "555", "seconds": 1.5, "count": 2, "found": True}
    return Form(events.encode, events.encode(Event(kind, NOW, "bitrix24", "t-1", "p-1", fields)))


def forms() -> dict[str, Form]:
    """Every kind of message by the name of its file."""
    old_order = OldOrder(ORDER, VARIABLES, "universal-worker").form(NOW)
    old_row = {"id": "555", "title": "Согласовать", "status": "2"}
    return {
        "order": _message(encode_order, encode_order(ORDER, worker_id="universal-worker", now=NOW)),
        "receipt": _message(encode_receipt, encode_receipt(RECEIPT)),
        **{name: _message(encode_response, encode_response(told, now=NOW)) for name, told in RESPONSES.items()},
        "final_failure": _message(final_failure, _failure()),
        "dead_letter": _message(dead_letter, _dead_letter()),
        **{f"event_{kind}": _event(kind) for kind in EventKind},
        "pause_note": Form(write_note, write_note(Note("ivan@host", NOW, "на портале обновление")).encode()),
        "old_order": Form(OldOrder, dump(old_order)),
        "old_receipt": Form(old_receipt, dump(old_receipt(old_order, old_row, queue="bitrix24.queue", now=NOW))),
    }


def releases() -> list[Path]:
    """Folders of the releases, oldest first."""
    found = (path for path in FOLDER.iterdir() if path.is_dir())
    return sorted(found, key=lambda path: tuple(int(part) for part in path.name.split(".")))


def read(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Body and headers of a file."""
    headers = path.with_name(path.stem + _HEADERS)
    return path.read_bytes(), json.loads(headers.read_text("utf-8")) if headers.exists() else {}


def bodies(release: Path) -> list[Path]:
    return sorted(path for path in release.glob("*.json") if not path.name.endswith(_HEADERS))


def write(release: Path) -> None:
    """Add what is missing; a file that is there is never written over."""
    release.mkdir(exist_ok=True)
    for name, form in forms().items():
        path = release / f"{name}.json"
        if not path.exists():
            path.write_bytes(form.body)
            if form.headers:
                text = json.dumps(form.headers, ensure_ascii=False, indent=1, sort_keys=True)
                path.with_name(name + _HEADERS).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write(FOLDER / sys.argv[1])
