"""Операции двух видов: Work делает объект и ждёт его, Call сделана, когда вернулась."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeVar

from pydantic import BaseModel

from exchanger.domain.key import Key
from exchanger.domain.outcome import Outcome
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, Order, Snapshot

P = TypeVar("P", bound=BaseModel)


class WorkPromise(Enum):
    """KEYED — система сама откажет второму объекту с нашим ключом; MARKED — ключ лежит в поле, по которому ищут."""

    KEYED = "keyed"
    MARKED = "marked"


class CallPromise(Enum):
    """REPEATABLE — можно выполнить ещё раз; BLIND — нельзя: до отправки ставится знак «выдано»."""

    REPEATABLE = "repeatable"
    BLIND = "blind"


class Notice(Enum):
    """О чём сказать человеку в объекте."""

    CANCELLED = "cancelled"
    REOPENED = "reopened"
    TWIN = "twin"
    UNPROVED = "unproved"


class Ending(Enum):
    """Как закончить открытый объект, работа над которым больше не нужна."""

    CLOSE = "close"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Место в ленте изменений; текст понимает только сама операция. «» — с начала наблюдения."""

    position: str = ""


class Work(Protocol[P]):
    """Работа в системе. Все методы могут бросить `SystemPaused` и `Retry`."""

    params: type[P]
    """Модель параметров: из неё же делаются шаблон элемента, проверка и документация."""

    def prepare(self, order: Order) -> P:
        """Параметры из заявки; `Reject` — заявка не может быть выполнена, с причиной."""
        ...

    async def find(self, keys: Sequence[Key]) -> list[Snapshot]:
        """Все объекты этих ключей (любого поколения и состояния); ключ сверен на нашей стороне."""
        ...

    async def create(self, key: Key, params: P) -> Snapshot:
        """Создать объект ровно одним пишущим запросом; `OutcomeUnknown`, `Reject` — см. domain.errors."""
        ...

    async def finish(self, found: Snapshot, params: P) -> None:
        """Доделать второстепенное: прочитать, записать недостающее; повтор безвреден."""
        ...

    def changed(self, since: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Изменившиеся после `since` объекты страницами, каждая со следующим местом в ленте."""
        ...

    async def read(self, refs: Sequence[ObjectRef]) -> list[Snapshot]:
        """Прочитать объекты; отсутствующий в ответе не виден (удалён или скрыт)."""
        ...

    async def answer(self, found: Snapshot, task: ExternalTask, metadata: Metadata) -> Outcome:
        """Исход завершённого или отклонённого объекта для процесса."""
        ...

    async def tell(self, ref: ObjectRef, notice: Notice) -> None:
        """Сказать человеку в объекте, что случилось с процессом."""
        ...

    async def reopen(self, ref: ObjectRef, why: str) -> bool:
        """Вернуть отклонённый объект в работу; False — система так не умеет."""
        ...

    async def end(self, ref: ObjectRef, how: Ending) -> bool:
        """Закрыть объект, сказав в нём почему, или удалить; повтор безвреден. False — система не даёт."""
        ...
