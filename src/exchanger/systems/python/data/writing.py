"""Файл из строк: переменная File с содержимым."""

from __future__ import annotations

import csv
import io
import json
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from exchanger.connect.contents import CONTENT
from exchanger.connect.template import Asked
from exchanger.domain.errors import Reject
from exchanger.domain.variables import JsonValue, Variable, VariableType
from exchanger.systems.python.data.rows import RESULT, Form, Kind, Row

_MIME = {Kind.CSV: "text/csv", Kind.JSON: "application/json"}
# A cell that begins so is executed as a formula when a spreadsheet opens the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FileAction(StrEnum):
    """Что сделать."""

    READ = "read"
    WRITE = "write"


class FileCall(BaseModel):
    """Разбор или сборка файла."""

    model_config = ConfigDict(frozen=True)

    action: Annotated[FileAction, Asked(choices={"read": "файл в строки", "write": "строки в файл"})] = Field(
        FileAction.READ, description="Что сделать"
    )
    source: Annotated[str, CONTENT] = Field(
        min_length=1, title="Откуда взять", description="Имя переменной: файл, его содержимое или строки"
    )
    format: Kind = Field(Kind.CSV, description="Вид файла")
    delimiter: str = Field(
        "", max_length=1, title="Разделитель CSV", description="Без него — угадывается, при записи «;»"
    )
    encoding: str = Field("utf-8", title="Кодировка файла", description="utf-8, windows-1251; без неё — utf-8")
    result: Annotated[str, RESULT] = Field(
        "result", min_length=1, title="Куда положить", description="Имя переменной процесса; без него — result"
    )
    file_name: str = Field("", title="Имя файла", description="Без него — имя переменной и вид")

    @property
    def form(self) -> Form:
        """Как записан файл."""
        return Form(self.format, self.delimiter, self.encoding)


def file_of(call: FileCall, rows: list[Row]) -> Variable:
    """Переменная File; `Reject` — знака нет в кодировке."""
    text = _csv(rows, call.delimiter or ";") if call.format is Kind.CSV else json.dumps(rows, ensure_ascii=False)
    try:
        content = text.encode(call.encoding)
    except (UnicodeEncodeError, LookupError):
        raise Reject(f"Файл нельзя записать в кодировке {call.encoding}.") from None
    name = call.file_name or f"{call.result}.{call.format}"
    return Variable(
        VariableType.FILE, content, {"filename": name, "mimeType": _MIME[call.format], "encoding": call.encoding}
    )


def _csv(rows: list[Row], delimiter: str) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return written.getvalue()


def _cell(value: JsonValue) -> JsonValue:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
