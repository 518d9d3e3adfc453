"""The page of messages: its examples are read by the code, and no field of the models is forgotten."""

import json
from collections.abc import Callable, Iterator

import pytest
from pydantic import BaseModel

from exchanger.wire import (
    ErrorRecord,
    ErrorShape,
    Receipt,
    Response,
    decode_error,
    decode_order,
    decode_receipt,
    decode_response,
)
from exchanger.wire.direct import DirectResponse
from exchanger.wire.envelope import Envelope, ObjectModel
from exchanger.wire.order_model import ActivityInfo, OrderMetadata, OrderModel
from exchanger.wire.outcome import OutcomeModel
from tests.docs.pages import Page, page

PAGE = "docs/reference/messages.md"


def _section(title: str) -> Page:
    whole = page(PAGE)
    text = whole.text[whole.text.index(f"\n## {title}\n") + 1 :]
    return Page(whole.path, text.partition("\n## ")[0] + "\n")


def _examples(title: str) -> list[bytes]:
    return [block.text.encode() for block in _section(title).blocks if block.kind == "json"]


def _error(body: bytes) -> ErrorRecord:
    return decode_error(body, {})


@pytest.mark.parametrize(
    ("title", "decode", "kind", "count"),
    [
        ("Заявка", decode_order, object, 1),
        ("Квитанция", decode_receipt, Receipt, 1),
        ("Ответ", decode_response, Response, 2),
        ("Прямой ответ", decode_response, Response, 1),
        ("Очередь ошибок", _error, ErrorRecord, 1),
    ],
)
def test_examples_are_read_by_the_code(title: str, decode: Callable[[bytes], object], kind: type, count: int) -> None:
    examples = _examples(title)

    assert len(examples) == count
    assert all(isinstance(decode(body), kind) for body in examples)


def test_the_example_of_an_order_is_read_without_a_loss() -> None:
    order = decode_order(_examples("Заявка")[0])

    assert {name: str(variable.type) for name, variable in order.variables.items()} == {
        "startedBy": "Integer",
        "due": "Date",
        "tree": "Json",
    }
    assert order.metadata.activity_name == "Согласовать"


def test_the_example_of_a_failure_is_known_as_one() -> None:
    record = _error(_examples("Очередь ошибок")[0])

    assert (record.shape, record.source_queue) == (ErrorShape.FINAL_FAILURE, "bitrix24.queue")


def _fields(model: type[BaseModel]) -> Iterator[str]:
    for name, each in model.model_fields.items():
        yield each.alias or name


@pytest.mark.parametrize(
    ("title", "model", "prefix"),
    [
        ("Заявка", OrderModel, ""),
        ("Заявка", OrderMetadata, "metadata."),
        ("Заявка", ActivityInfo, ""),
        ("Квитанция", Envelope, ""),
        ("Квитанция", ObjectModel, "object."),
        ("Ответ", OutcomeModel, ""),
        ("Прямой ответ", DirectResponse, ""),
    ],
)
def test_no_field_of_the_models_is_forgotten(title: str, model: type[BaseModel], prefix: str) -> None:
    section = _section(title)
    named = {*section.inline, *(text.removeprefix("outcome.") for text in section.inline)}
    named |= {text.partition(".")[0] for text in section.inline}
    nested = {"outcome"} if title == "Квитанция" else set()  # it is the subject of the next section

    assert not {f"{prefix}{name}" for name in _fields(model)} - named - nested


def test_the_examples_are_json() -> None:
    blocks = [block for block in page(PAGE).blocks if block.kind == "json"]

    assert len(blocks) == 6
    assert all(isinstance(json.loads(block.text), dict) for block in blocks)
