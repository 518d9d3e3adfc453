"""Parameters are found where a designer put them, and all that is wrong is said at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import AliasChoices, BaseModel, Field

from exchanger.connect import bind
from exchanger.domain.errors import Reject
from exchanger.domain.task import Metadata
from exchanger.domain.variables import PlainValue, Variable, VariableType
from tests.connect.orders import order


class Letter(BaseModel):
    to: list[str]
    subject: str = Field("", validation_alias="emailSubject")
    attempts: int = 1
    urgent: bool = False
    headers: dict[str, str] = Field(default_factory=dict)
    chat: Annotated[str | None, Field(validation_alias=AliasChoices("chatId", "chat_id"))] = None


def test_the_element_comes_before_the_process() -> None:
    # Given all three places, each with its own value
    metadata = Metadata(input_parameters={"to": "${who}"}, extension_properties={"to": "b@x", "attempts": "2"})
    # When they are bound: the engine has evaluated the input parameter into a local variable
    letter = bind(Letter, order({"to": "a@x", "attempts": 9, "urgent": True}, metadata))
    # Then input parameter, extension property and process variable win in this order
    assert (letter.to, letter.attempts, letter.urgent) == (["a@x"], 2, True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@x, b@x;c@x", ["a@x", "b@x", "c@x"]),
        ('["a@x", "b@x"]', ["a@x", "b@x"]),
        (["a@x"], ["a@x"]),
        ({"value": "a@x", "type": "String"}, ["a@x"]),
    ],
)
def test_a_list_is_read_from_json_commas_and_lists(value: PlainValue, expected: list[str]) -> None:
    assert bind(Letter, order({"to": value})).to == expected


def test_texts_become_what_the_field_needs_and_numbers_become_texts() -> None:
    metadata = Metadata(extension_properties={"attempts": "3", "urgent": "true", "headers": '{"X": "1"}'})
    letter = bind(Letter, order({"to": "a@x", "emailSubject": 107, "chat_id": Decimal(-1001)}, metadata))
    assert (letter.subject, letter.attempts, letter.urgent) == ("107", 3, True)
    assert (letter.headers, letter.chat) == ({"X": "1"}, "-1001")


def test_a_java_list_of_an_input_parameter_is_read_from_the_diagram() -> None:
    serialised = Variable(VariableType.OBJECT, "rO0ABXNy", {"objectTypeName": "java.util.ArrayList"})
    metadata = Metadata(input_parameters={"to": ["a@x", "b@x"]})
    assert bind(Letter, order({"to": serialised}, metadata)).to == ["a@x", "b@x"]


def test_an_empty_text_is_no_value() -> None:
    assert bind(Letter, order({"to": "a@x"}, Metadata(extension_properties={"to": "  "}))).to == ["a@x"]


def test_all_faults_are_said_at_once_with_their_places_and_without_their_values() -> None:
    metadata = Metadata(extension_properties={"attempts": "secret"}, activity_name="Письмо")
    with pytest.raises(Reject) as caught:
        bind(Letter, order({"urgent": "maybe"}, metadata))
    message = str(caught.value)
    assert "«to»: не задано" in message
    assert "«attempts» (свойство расширения attempts): нужно целое число" in message
    assert "«urgent» (переменная urgent): нужно true или false" in message
    assert "Письмо" in message
    assert "Что делать" in message
    assert "secret" not in message
