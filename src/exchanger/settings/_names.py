"""Известные имена и ближайшее верное к написанному с ошибкой."""

import difflib
from collections.abc import Iterator, Mapping
from functools import cache

from exchanger.settings._accepted import ACCEPTED
from exchanger.settings._faults import Fault
from exchanger.settings._read import GROUPS
from exchanger.settings._sources import EnvFile
from exchanger.settings._var import Field, fields

_PREFIXES = (
    "CAMUNDA_", "RABBITMQ_", "BITRIX_", "OPENPROJECT_", "ONEC_", "EXCHANGER_", "STORMBPMN_", "SYNC_", "BPMN_",
    "RETRY_", "LOG_",
)  # fmt: skip
_CLOSE = 0.85  # below it RABBITMQ_NODENAME, the broker's own, would pass for RABBITMQ_USERNAME
_FOREIGN = "EXCHANGER_TEST_"  # of our own test suite


def every_field() -> Iterator[Field]:
    """Все поля всех групп."""
    for group in GROUPS:
        yield from fields(group)


@cache
def known() -> frozenset[str]:
    """Все принимаемые имена, вместе с `*_FILE` для тайн."""
    names = {name for item in every_field() for name in item.var.names}
    files = {f"{name}_FILE" for item in every_field() if item.var.secret for name in item.var.names}
    accepted_files = {f"{name}_FILE" for name, accepted in ACCEPTED.items() if accepted.secret}
    return frozenset(names | files | accepted_files | set(ACCEPTED))


def nearest(name: str) -> str | None:
    """Ближайшее верное имя, если оно достаточно похоже."""
    found = difflib.get_close_matches(name.upper(), sorted(known()), n=1, cutoff=_CLOSE)
    return found[0] if found else None


def misspelt(file: EnvFile, environ: Mapping[str, str]) -> Iterator[Fault]:
    """Неизвестные имена: в файле — все наши и похожие на наши, в окружении — только похожие (там живут и чужие)."""
    for name in file.values:
        right = nearest(name)
        if name not in known() and (right or name.startswith(_PREFIXES)):
            yield _fault(name, f"в файле {file.name}", right)
    for name in environ:
        if name not in known() and name.startswith(_PREFIXES) and not name.startswith(_FOREIGN):
            right = nearest(name)
            if right:
                yield _fault(name, "в окружении", right)


def _fault(name: str, where: str, right: str | None) -> Fault:
    return Fault(name, "", f"неизвестное имя {where}, значение не действует", f"возможно, {right}" if right else "")
