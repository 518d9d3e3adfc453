"""Внешняя задача, заявка на работу и объект системы."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum

from exchanger.domain.key import Key
from exchanger.domain.variables import Variables


@dataclass(frozen=True, slots=True)
class ExternalTask:
    """Внешняя задача, какой её показывает движок. Времена — часы движка, с поясом."""

    id: str
    topic: str
    process_instance_id: str
    process_definition_id: str
    process_definition_key: str
    activity_id: str
    activity_instance_id: str = ""
    execution_id: str = ""
    worker_id: str | None = None
    locked_until: datetime | None = None
    created: datetime | None = None
    retries: int | None = None
    suspended: bool = False
    priority: int = 0
    tenant_id: str | None = None
    business_key: str | None = None
    error_message: str | None = None

    @property
    def is_incident(self) -> bool:
        """Попытки исчерпаны: задача ждёт человека в движке."""
        return self.retries is not None and self.retries <= 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """Внешняя задача, взятая выборкой: аренда наша, переменные видны."""

    task: ExternalTask
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metadata:
    """Что диаграмма говорит об элементе. Значения — строки, map/list — вложенные, script — текст сценария."""

    extension_properties: Mapping[str, str] = field(default_factory=dict)
    field_injections: Mapping[str, str] = field(default_factory=dict)
    input_parameters: Mapping[str, object] = field(default_factory=dict)
    output_parameters: Mapping[str, object] = field(default_factory=dict)
    activity_name: str = ""
    activity_type: str = "external"
    activity_topic: str = ""
    process_properties: Mapping[str, str] = field(default_factory=dict)
    multi_instance: bool = False
    catches: frozenset[str] = frozenset()
    """Коды BPMN-ошибок, которые диаграмма ловит у этого элемента или выше; «*» — любой код."""


@dataclass(frozen=True, slots=True)
class Order:
    """Заявка: внешняя задача с переменными и сведениями диаграммы."""

    task: ExternalTask
    system: str
    variables: Variables = field(default_factory=dict)
    metadata: Metadata = field(default_factory=Metadata)


class Fate(Enum):
    """Что стало с внешней задачей. Отсутствие само по себе ничего не доказывает."""

    ALIVE = "alive"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNPROVED = "unproved"


class ObjectState(StrEnum):
    """Состояние объекта системы."""

    OPEN = "open"
    FINISHED = "finished"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """Ссылка на объект: имя системы, id в ней и адрес для человека."""

    system: str
    id: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Объект, каким его увидели. `details` — поля системы, нужные её же операции для ответа.

    `raw_id` — id внешней задачи, записанный без ключа: так объекты помечал предшественник. `overdue` — объект ещё
    открыт, а срок его по часам системы прошёл.
    """

    ref: ObjectRef
    key: Key | None
    state: ObjectState
    changed: datetime | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    raw_id: str = ""
    overdue: bool = False
