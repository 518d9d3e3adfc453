"""What a condition distinguishes is read, and what is not understood is said so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanger.ops.rehearsal.conditions import OTHER, choices, read_condition


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('${execution.getVariable("a-b") == "ok"}', {"a-b": ("ok",)}),
        ("${score > 5}", {"score": (6, 5, 4)}),
        ("#{!approved}", {"approved": (True, False)}),
        ("${not approved}", {"approved": (True, False)}),
        ("${city != 'Пермь'}", {"city": ("Пермь", OTHER)}),
        ("${!(city == 'Пермь')}", {"city": ("Пермь", OTHER)}),
        ("${x.equals('y')}", {"x": ("y",)}),
        ("${empty list}", {"list": (OTHER, None)}),
        ("${a == 'x' and b != null}", {"a": ("x",), "b": (OTHER, None)}),
        ("${amount >= 1.5 or urgent}", {"amount": (2.5, 1.5, 0.5), "urgent": (True, False)}),
    ],
)
def test_values_are_those_that_the_condition_tells_apart(text: str, values: dict[str, tuple[object, ...]]) -> None:
    condition = read_condition(text)
    assert condition.understood
    found = {
        name: choices([atom for atom in condition.atoms if atom.variable == name], otherwise=False)
        for name in condition.variables
    }
    assert found == values


@pytest.mark.parametrize(
    "text",
    ['${customer.prop("age").numberValue() >= 21}', "${a == b}", "${bean.decide(x)}", "${a + 1 > 2}", "yes", "${f(x)}"],
)
def test_what_is_not_understood_is_not_called_understood(text: str) -> None:
    assert not read_condition(text).understood


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    read_condition("${" + text + "}")
    read_condition(text)


def test_a_default_flow_needs_an_answer_that_no_condition_names() -> None:
    atoms = read_condition("${answer == 'да'}").atoms
    assert choices(atoms, otherwise=True) == ("да", OTHER)
