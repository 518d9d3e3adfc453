"""Вопрос элемента, как его задаёт диаграмма: ждут ли ответа и какие варианты предложены кроме ДА и НЕТ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exchanger.domain.task import Metadata
from exchanger.systems.bitrix24.custom_fields import RESULT_ANSWERS, RESULT_EXPECTED
from exchanger.systems.bitrix24.foreign import as_text
from exchanger.systems.bitrix24.readers import items, loose_flag, unwrap

_MEANINGS = {"да": "ok", "нет": "no"}


@dataclass(frozen=True, slots=True)
class Question:
    """Вопрос. `expected` — None, если это вычисляет движок; `offered` — вариант без регистра и пробелов → он сам."""

    expected: bool | None = False
    offered: Mapping[str, str] = field(default_factory=dict)

    def meaning(self, text: str) -> str | None:
        """Значение переменной для выбранного текста: ok, no, предложенный вариант; None — такого не предлагали."""
        return _MEANINGS.get(same_answer(text)) or self.offered.get(same_answer(text))


def question_of(metadata: Metadata) -> Question:
    """Вопрос по входным параметрам и свойствам расширения; параметр сильнее, как и при создании задачи."""
    expected = _declared(metadata, RESULT_EXPECTED)
    computed = _is_expression(expected)
    return Question(None if computed else loose_flag(expected), _offered(_declared(metadata, RESULT_ANSWERS)))


def _declared(metadata: Metadata, name: str) -> object:
    given = metadata.input_parameters.get(name)
    return metadata.extension_properties.get(name) if unwrap(given) is None else given


def _is_expression(value: object) -> bool:
    return isinstance(value, str) and ("${" in value or "#{" in value)


def _offered(given: object) -> Mapping[str, str]:
    if _is_expression(given):
        return {}  # the value was seen by the creation only: an answer out of an unknown list is never guessed
    try:
        return {same_answer(text): text for each in items(given) if (text := as_text(each).strip())}
    except ValueError:
        return {}  # not a list: whatever is chosen, the incident tells that nothing of the kind was offered


def same_answer(text: str) -> str:
    """Ответ без регистра и лишних пробелов: так их сравнивают."""
    return " ".join(text.split()).casefold()
