"""Хранилище объектов базы: порт, за которым стоят оба профиля. Имена наборов и полей — как в OData."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from exchanger.connect import Finding
from exchanger.systems.onec.foreign import Row, as_text


@dataclass(frozen=True, slots=True)
class Record:
    """Объект базы; `key` — текст нашего ключа, «» — неизвестен."""

    fields: Row
    key: str = ""

    @property
    def ref(self) -> str:
        """Ссылка объекта."""
        return as_text(self.fields.get("Ref_Key"))

    @property
    def version(self) -> str:
        """Версия данных: меняется при каждой записи."""
        return as_text(self.fields.get("DataVersion"))


class Store(Protocol):
    """Операции над объектами. Отказы — domain.errors; `SystemPaused` и `Retry` может бросить каждая."""

    async def find(self, entity: str, keys: Sequence[str]) -> list[Record]:
        """Объекты этих ключей; ключ сверен на нашей стороне; `SystemPaused` — поиску верить нельзя."""
        ...

    async def create(self, entity: str, key: str, fields: Row, *, post: bool = False) -> Record:
        """Создать одним пишущим запросом; `post` — тем же и провести, если профиль это умеет (иначе — `change`).

        `OutcomeUnknown` — создан ли, неизвестно; `BusinessError` — отказ конфигурации; `Reject` — тело негодно.
        Объект под этим ключом уже есть — вернуть его.
        """
        ...

    async def read(self, entity: str, refs: Sequence[str]) -> list[Record]:
        """Главные поля по ссылкам; удалённых физически в ответе нет."""
        ...

    async def whole(self, entity: str, ref: str) -> Record | None:
        """Объект целиком; None — его нет."""
        ...

    async def change(self, entity: str, ref: str, fields: Row, *, post: bool | None = None) -> Record:
        """Записать поля и прочитать обратно; `post` — провести или отменить проведение. Повтор безвреден."""
        ...

    async def execute(self, entity: str, ref: str) -> None:
        """Выполнить задачу; выполненную — ничего."""
        ...

    async def matching(self, entity: str, where: Row, limit: int, fields: Sequence[str] = ()) -> list[Record]:
        """Объекты, у которых все названные поля равны названным значениям; `fields` — какие нужны (пусто — все)."""
        ...

    def changed(self, entity: str, since: str) -> AsyncIterator[tuple[list[Record], str]]:
        """Изменившиеся после этого места: страницы и следующее место; «» — за последние минуты."""
        ...

    async def check(self) -> list[Finding]:
        """Находки самопроверки профиля."""
        ...
