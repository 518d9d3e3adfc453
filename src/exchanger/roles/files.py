"""Файлы одной заявки: содержимое читается у движка один раз, сколько бы раз его ни спросили."""

from __future__ import annotations

from exchanger.connect import ProcessFile
from exchanger.domain.errors import Reject, TooLarge
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
            known = self._read[name] = await self._asked(name, most)
        _fits(name, known.content, most)
        return known

    async def _asked(self, name: str, most: int) -> ProcessFile:
        variable = self._order.variables.get(name)
        if variable is None:
            raise Reject(f"Переменной «{name}» в процессе нет, а из неё ждут файл.", remedy=_REMEDY)
        left = LARGEST - sum(len(each.content) for each in self._read.values())
        try:
            content = await self._content(name, variable, min(most, left))
        except TooLarge as error:
            raise error if left >= most else _together(name, left) from None
        called, kind = variable.info.get("filename"), variable.info.get("mimeType")
        return ProcessFile(str(called or name), str(kind or _UNTYPED), content)

    async def _content(self, name: str, variable: Variable, most: int) -> bytes:
        if isinstance(variable.value, bytes):
            _fits(name, variable.value, most)
            return variable.value
        if variable.type is not VariableType.FILE:
            raise Reject(f"Переменная «{name}» ({variable.type}) — не файл.", remedy="нужна File или Bytes.")
        content = await self._engine.file(self._order.task, name, most=most)
        if content is None:
            raise Reject(
                f"Файла «{name}» у задачи больше нет: удалена переменная или ушёл процесс.",
                remedy="верните её и повторите инцидент.",
            )
        return content


def _fits(name: str, content: bytes, most: int) -> None:
    if len(content) > most:
        raise TooLarge(
            f"Файл в переменной «{name}» больше {most} байтов.", remedy="передайте файл поменьше или ссылку на него."
        )


def _together(name: str, left: int) -> TooLarge:
    return TooLarge(
        f"Файлы заявки вместе больше {LARGEST} байтов: файлу в переменной «{name}» осталось {left}.",
        remedy="передайте файлов меньше, файлы поменьше или ссылки на них.",
    )
