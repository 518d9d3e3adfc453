"""Значения переменных в описании: как показать и какое из нескольких взять."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo

from exchanger.systems.bitrix24.content.diagram import Diagram
from exchanger.systems.bitrix24.content.names import Named
from exchanger.systems.bitrix24.content.questionnaire import Question
from exchanger.systems.bitrix24.foreign import as_int, as_text
from exchanger.systems.bitrix24.moments import read_moment
from exchanger.systems.bitrix24.readers import loose_flag, unwrap

FAR = 1_000_000
"""Расстояние до элемента, к которому назад не дойти: его ответ берётся, когда ближе никого нет."""

_DATES = frozenset({"date", "datetime"})


def show(value: object, kind: str, zone: tzinfo) -> str:
    """Текст значения: да/нет, дата ДД.ММ.ГГГГ, список через запятую; нет значения — пусто."""
    value = unwrap(value)
    if isinstance(value, list | tuple):
        return ", ".join(text for each in value if (text := show(each, kind, zone)))
    if value is None:
        return ""
    if kind == "boolean" or isinstance(value, bool):
        return "Да" if loose_flag(value) else "Нет"
    if kind in _DATES or isinstance(value, date):
        return _day(value, zone)
    return as_text(value)


def _day(value: object, zone: tzinfo) -> str:
    """День; момент со смещением показывается в поясе портала, непонятное — как есть."""
    try:
        moment = value if isinstance(value, datetime) else read_moment(value)
    except ValueError:
        return as_text(value)
    return f"{moment if moment.tzinfo is None else moment.astimezone(zone):%d.%m.%Y}"


def person_or_element(value: object, question: Question) -> Named | None:
    """Кого назвать вместо номера."""
    number = as_int(unwrap(value))
    if number is None or number <= 0:
        return None
    if question.type == "user":
        return Named(number)
    return Named(number, question.iblock) if question.type == "universal_list" and question.iblock else None


def answers(variables: Mapping[str, object], suffix: str, diagram: Diagram | None, element: str) -> list[object]:
    """Ответы ближайшего шага: переменные `<элемент>_<анкета>_<вопрос>`; разные с одного расстояния — все.

    Чужая переменная с похожим концом имени ответом не считается, если диаграмма известна. Порядок переменных не важен.
    """
    ending = f"_{suffix}"
    found = {name.removesuffix(ending): value for name, value in variables.items() if name.endswith(ending)}
    found = {name: value for name, value in found.items() if name and unwrap(value) is not None}
    if diagram is not None and diagram.elements:
        found = {name: value for name, value in found.items() if name in diagram.elements or name == element}
    steps = {} if diagram is None else diagram.distances(element)
    nearest = min((steps.get(name, FAR) for name in found), default=FAR)
    chosen = [found[name] for name in sorted(found) if steps.get(name, FAR) == nearest]
    return [value for place, value in enumerate(chosen) if value not in chosen[:place]]
