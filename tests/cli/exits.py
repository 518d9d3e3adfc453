"""The exit codes a command can give, read from its source: its function and all that it names in `exchanger.cli`."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from enum import IntEnum
from types import FunctionType
from typing import Any

from exchanger.cli import asking
from exchanger.connect import Severity
from exchanger.sandbox.demo import Ending
from tests.cli.tree import Node

BY_WORST: dict[str, type[IntEnum]] = {"doctor": Severity, "status": Severity, "systems check": Severity, "demo": Ending}
"""Commands whose code is computed: what its values are."""
FOREIGN = frozenset({"services logs"})
"""Commands that end as the program that they call."""


class Computed(Exception):
    """The code is not a constant."""


def codes_of(node: Node) -> set[int]:
    """Codes of the command's own: 0 and those of all commands (`cli/__init__`, `cli/asking`) are not told."""
    found: set[int] = set()
    for each in _exits(node.command.callback, set()):
        if each is not None:
            found.add(each)
        elif node.name in BY_WORST:
            found.update(int(value) for value in BY_WORST[node.name])
        elif node.name not in FOREIGN:
            raise Computed(node.name)
    return found - {0}


def _exits(thing: Any, seen: set[int]) -> Iterator[int | None]:
    """Constants given to `typer.Exit`; None — a computed one."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    names = vars(sys.modules[thing.__module__])
    for part in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(thing)))):
        if isinstance(part, ast.Call) and ast.unparse(part.func) == "typer.Exit":
            yield _value(part.args, names)
        elif isinstance(part, ast.Name) and _is_ours(named := names.get(part.id)):
            yield from _exits(named, seen)


def _value(arguments: list[ast.expr], names: dict[str, Any]) -> int | None:
    match arguments:
        case []:
            return 0
        case [ast.Constant(value=int(value))]:
            return value
        case [ast.Name(id=name)] if isinstance(names.get(name), int):
            return int(names[name])
    return None


def _is_ours(thing: Any) -> bool:
    if not isinstance(thing, FunctionType | type) or thing.__module__ == asking.__name__:
        return False
    return thing.__module__.startswith("exchanger.cli.")
