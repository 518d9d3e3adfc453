"""Файлы одной заявки: содержимое читается у движка один раз, сколько бы раз его ни спросили."""

from __future__ import annotations

from exchanger.connect import ProcessFile
from exchanger.domain.errors import Reject
from exchanger.domain.task import Order
from exchanger.domain.variables import Variable, VariableType
from exchanger.ports import Engine

LARGEST = 32 * 1024 * 1024
"""Байтов во всех файлах одной заявки: они лежат в памяти службы, пока она выполняется."""

_UNTYPED = "application/octet-stream"
_REMEDY = "проверьте имя переменной у элемента и повторите инцидент."


class OrderFiles:
    """Чтение файлов заявки."""

    def __init__(self, engine: Engine, order: Order) -> None:
        self._engine = engine
        self._order = order
        self._read: dict[str, ProcessFile] = {}

    async def __call__(self, name: str, most: int) -> ProcessFile:
        """Файл переменной; `Reject` — её нет, это не файл или он больше предела."""
        known = self._read.get(name)
        if known is None:
            left = LARGEST - sum(len(each.content) for each in self._read.values())
            known = self._read[name] = await self._asked(name, min(most, left))
        _fits(name, known.content, most)
        return known

    async def _asked(self, name: str, most: int) -> ProcessFile:
        variable = self._order.variables.get(name)
        if variable is None:
            raise Reject(f"Переменной «{name}» в процессе нет, а из неё ждут файл.", remedy=_REMEDY)
        content = await self._content(name, variable, most)
        _fits(name, content, most)
        called, kind = variable.info.get("filename"), variable.info.get("mimeType")
        return ProcessFile(str(called or name), str(kind or _UNTYPED), content)

    async def _content(self, name: str, variable: Variable, most: int) -> bytes:
        if isinstance(variable.value, bytes):
            return variable.value
        if variable.type is not VariableType.FILE:
            raise Reject(f"Переменная «{name}» ({variable.type}) — не файл.", remedy="нужна File или Bytes.")
        content = await self._engine.file(self._order.task, name, most=most)
        if content is None:
            raise Reject(f"Файла «{name}» в процессе больше нет.", remedy="верните его и повторите инцидент.")
        return content


def _fits(name: str, content: bytes, most: int) -> None:
    if len(content) > most:
        raise Reject(
            f"Файл в переменной «{name}» больше {most} байтов.", remedy="передайте файл поменьше или ссылку на него."
        )
