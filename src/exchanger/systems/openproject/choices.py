"""Выбор варианта по имени или номеру: неизвестное и неоднозначное называет, из чего можно выбрать."""

from __future__ import annotations

from collections.abc import Sequence

from exchanger.domain.errors import Reject
from exchanger.systems.openproject.schema import Form, Option

_SHOWN = 20


def choose(options: Sequence[Option], wanted: str, what: str) -> Option:
    """Вариант с этим именем или номером; имя сильнее."""
    name = wanted.strip().casefold()
    found = [each for each in options if each.name.strip().casefold() == name]
    found = found or [each for each in options if each.id == wanted.strip()]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{each.name} (№{each.id})" for each in options[:_SHOWN]) or "ничего"
    problem = "неоднозначно" if found else "нет такого"
    raise Reject(f"OpenProject: {what} «{wanted}» — {problem}.", remedy=f"можно выбрать: {known}.")


def choose_type(form: Form, wanted: str, default: str, *, milestone: bool) -> Option:
    """Тип пакета: названный, иначе веха проекта (для вех), обычный установки или обычный проекта."""
    options = form.options("type")
    if wanted:
        chosen = choose(options, wanted, "тип")
    elif milestone:
        chosen = _milestone(options)
    elif default:
        chosen = choose(options, default, "тип")
    else:
        chosen = next((each for each in options if each.id == form.type_id), Option(form.type_id, "", ""))
    if milestone and not chosen.milestone:
        raise Reject(f"OpenProject: тип «{chosen.name}» — не веха.", remedy="назовите тип вехи или уберите type.")
    return chosen


def _milestone(options: Sequence[Option]) -> Option:
    found = next((each for each in options if each.milestone), None)
    if found is None:
        raise Reject(
            "OpenProject: в проекте нет типа вехи.",
            remedy="включите в проекте тип, отмеченный как веха, или назовите его.",
        )
    return found
