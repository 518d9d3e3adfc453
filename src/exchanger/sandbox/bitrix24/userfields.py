"""Пользовательские поля задач: реестр портала, запись и показ значений."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.errors import core
from exchanger.sandbox.bitrix24.model import EnumItem, UserField, UserFieldType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exchanger.sandbox.bitrix24.model import UserFieldValue

RESULT_ANSWER = "UF_RESULT_ANSWER"
RESULT_QUESTION = "UF_RESULT_QUESTION"
RESULT_EXPECTED = "UF_RESULT_EXPECTED"
CAMUNDA_KEY = "UF_CAMUNDA_ID_EXTERNAL_TASK"

CAMUNDA_FIELDS: tuple[UserField, ...] = (
    UserField(101, CAMUNDA_KEY, UserFieldType.STRING, "Внешняя задача Camunda"),
    UserField(102, RESULT_EXPECTED, UserFieldType.BOOLEAN, "Ожидается ответ"),
    UserField(103, RESULT_QUESTION, UserFieldType.STRING, "Вопрос"),
    UserField(
        104,
        RESULT_ANSWER,
        UserFieldType.ENUMERATION,
        "Ответ",
        items=(EnumItem(26, "ДА", sort=100), EnumItem(27, "НЕТ", sort=200)),
    ),
    UserField(105, "UF_ELEMENT_ID", UserFieldType.STRING, "Элемент диаграммы"),
    UserField(106, "UF_PROCESS_INSTANCE_ID", UserFieldType.STRING, "Экземпляр процесса"),
)

_SYSTEM_FIELDS = ("UF_CRM_TASK", "UF_TASK_WEBDAV_FILES", "UF_MAIL_MESSAGE")


@dataclass(slots=True)
class UserFields:
    """Реестр полей портала; системные поля есть на любом портале."""

    _fields: dict[str, UserField] = field(default_factory=dict)

    @classmethod
    def of(cls, fields: Iterable[UserField]) -> UserFields:
        """Реестр из описаний."""
        system = [
            UserField(number, name, UserFieldType.STRING, name, multiple=True)
            for number, name in enumerate(_SYSTEM_FIELDS, start=1)
        ]
        return cls({each.name: each for each in (*system, *fields)})

    def get(self, name: str) -> UserField | None:
        """Поле по имени."""
        return self._fields.get(name)

    def all(self) -> list[UserField]:
        """Все поля, системные тоже."""
        return list(self._fields.values())

    def custom(self) -> list[UserField]:
        """Поля, заведённые на портале."""
        return [each for each in self._fields.values() if each.name not in _SYSTEM_FIELDS]

    def add(self, new: UserField) -> None:
        """Заводит поле; существующее - отказ ядра."""
        if new.name in self._fields:
            raise core(f"Field {new.name} for TASKS_TASK already exists")
        self._fields[new.name] = new

    def next_id(self) -> int:
        """Следующий свободный номер поля."""
        return max(each.id for each in self._fields.values()) + 1

    def remove(self, name: str) -> None:
        """Убирает поле: портал «потерял» его."""
        self._fields.pop(name, None)

    def answer_id(self, text: str) -> int | None:
        """Номер варианта UF_RESULT_ANSWER по тексту."""
        answer = self.get(RESULT_ANSWER)
        items = answer.items if answer is not None else ()
        return next((item.id for item in items if item.value.casefold() == text.casefold()), None)

    def text_of(self, name: str, value: UserFieldValue) -> str:
        """Значение для человека: у списка - текст варианта."""
        known = self.get(name)
        for item in known.items if known is not None else ():
            if str(item.id) == str(value):
                return item.value
        return php.as_text(value)


def read_value(known: UserField, raw: Any) -> UserFieldValue:
    """Значение поля из запроса; чужой вариант списка - отказ ядра."""
    if known.multiple:
        return [item for each in php.as_list(raw) if isinstance(item := _read_one(known, each), str | int | float)]
    return _read_one(known, raw)


def _read_one(known: UserField, raw: Any) -> str | int | float | None:
    text = php.as_text(raw).strip()
    match known.type:
        case UserFieldType.BOOLEAN:
            return int(php.as_flag(raw))
        case UserFieldType.ENUMERATION:
            return _enumeration(known, text)
        case UserFieldType.DOUBLE:
            return float(text) if text.replace(".", "", 1).lstrip("-").isdigit() else None
        case _:
            return php.as_text(raw) or None


def _enumeration(known: UserField, text: str) -> int | None:
    if not text or text == "0":
        return None
    number = php.as_int(text)
    if number not in {item.id for item in known.items}:
        raise core(f"Incorrect value of the field {known.name}")
    return number


def show_value(known: UserField, value: UserFieldValue) -> Any:
    """Значение в ответе: строки; пустое множественное - false, пустое одиночное - null."""
    if known.multiple:
        items = value if isinstance(value, list) else []
        return [str(item) for item in items] or False
    return None if value is None else str(value)
