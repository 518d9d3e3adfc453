"""Файл записи: система, место обхода, строение запроса и ответа, коды, время. Текстов, людей и тайн в нём нет."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from exchanger.domain.errors import ConfigError
from exchanger.ops.record.shape import Shape, pruned

FORMAT = "exchanger-record/1"
LONGEST_LINE = 64 * 1024
_SHALLOW = (6, 4, 2, 0)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Одно место обхода: что спрошено и чем отвечено. `status` 0 и пустое строение — ответа не было."""

    step: str
    method: str
    params: Shape
    status: int
    error: str
    answer: Shape
    seconds: float

    def line(self) -> str:
        """Строка JSON не длиннее `LONGEST_LINE`: лишняя глубина срезается."""
        text = _dumped(self)
        for deepest in _SHALLOW:
            if len(text.encode()) <= LONGEST_LINE:
                break
            text = _dumped(replace(self, answer=pruned(self.answer, deepest)))
        return text


@dataclass(frozen=True, slots=True)
class Recording:
    """Вся запись; `system` — имя системы."""

    system: str
    lines: tuple[Recorded, ...]

    def dump(self) -> str:
        """Файл: строка формата и по строке JSON на место обхода."""
        head = json.dumps({"format": FORMAT, "system": self.system})
        return "\n".join([head, *(each.line() for each in self.lines), ""])

    @classmethod
    def of(cls, system: str, lines: Iterable[Recorded]) -> Recording:
        """Запись этой системы."""
        return cls(system, tuple(lines))


def load(text: str) -> Recording:
    """Прочитать файл записи; `ConfigError` — это не он."""
    head, *rows = text.splitlines() or [""]
    try:
        about = json.loads(head)
        if about.get("format") == FORMAT:
            return Recording.of(str(about["system"]), [_loaded(json.loads(row)) for row in rows if row.strip()])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass  # said below, in the same words as for another format
    raise ConfigError("Это не запись exchanger record.", remedy="сделайте её: exchanger record СИСТЕМА -o FILE.")


def _loaded(row: dict[str, object]) -> Recorded:
    return Recorded(
        str(row["step"]),
        str(row["method"]),
        Shape.load(row["params"]),
        int(str(row["status"])),
        str(row["error"]),
        Shape.load(row["answer"]),
        float(str(row["seconds"])),
    )


def _dumped(line: Recorded) -> str:
    body = {
        "step": line.step,
        "method": line.method,
        "params": line.params.dump(),
        "status": line.status,
        "error": line.error,
        "seconds": round(line.seconds, 2),
        "answer": line.answer.dump(),
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
