"""Запись разговора с порталом: метод, строение запроса и ответа, коды, время. Текстов, людей и тайн в ней нет."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from exchanger.connect import Answer, Http, HttpOptions, Intent, Limiter
from exchanger.domain.errors import ConfigError, ExchangerError
from exchanger.ops.record_shape import Shape, merged, pruned, shape_of
from exchanger.ops.record_tour import Step, about, opening, refusals
from exchanger.ports import Clock
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.envelope import Envelope, read_answer
from exchanger.systems.bitrix24.portal import limits
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.telemetry.redact import redact

FORMAT = "exchanger-record/1"
LONGEST_LINE = 64 * 1024
_SHALLOW = (6, 4, 2, 0)
_SILENT = 3  # calls in a row without any answer: the portal is gone

_CODE = re.compile(r"\d{1,8}|[A-Z][A-Z_]{1,60}|[a-z]+(?:_[a-z]+){0,5}")
_OTHER = "<code>"


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


class _Listening(Http):
    """Клиент HTTP, который помнит последний ответ: портал отвечает нашему настоящему клиенту."""

    last: Answer | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        intent: Intent,
        json: object = None,
        data: bytes | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        within: float | None = None,
    ) -> Answer:
        """Выполнить запрос и запомнить ответ."""
        self.last = None
        self.last = await super().request(
            method, url, intent=intent, json=json, data=data, headers=headers, within=within
        )
        return self.last


async def record(options: BitrixOptions, clock: Clock) -> list[Recorded]:
    """Обойти портал; `ExchangerError` — не отвечает первый вызов или несколько подряд."""
    http_options = HttpOptions(name="Битрикс24", timeout=options.timeout, tls=options.tls)
    async with _Listening(http_options, Limiter(limits(options))) as http:
        tour = _Tour(BitrixApi(options, http, clock), http)
        wanted = deque([*opening(), *refusals()])
        while wanted:
            step = wanted.popleft()
            wanted.extendleft(reversed(list(about(step.name, await tour.perform(step)))))
    return [_together(tour.seen, name) for name in dict.fromkeys(each.step for each in tour.seen)]


class _Tour:
    """Вызовы по одному; `seen` — что уже записано."""

    def __init__(self, api: BitrixApi, http: _Listening) -> None:
        self.seen: list[Recorded] = []
        self._api = api
        self._http = http

    async def perform(self, step: Step) -> object:
        """Выполнить и записать; вернуть `result` для следующих вызовов."""
        started = monotonic()
        try:
            said = await self._api.ask(step.method, step.params, intent=Intent.READ)
        except ExchangerError:
            self._note(step, monotonic() - started)
            if len(self.seen) == 1 or not any(each.status for each in self.seen[-_SILENT:]):
                raise
            return None
        self._note(step, monotonic() - started)
        return said.result if isinstance(said, Envelope) else None

    def _note(self, step: Step, spent: float) -> None:
        answer = self._http.last
        if answer is None:
            silent = Recorded(step.name, step.method, shape_of(dict(step.params)), 0, "", Shape(), spent)
            self.seen.append(silent)
        else:
            self.seen.append(_recorded(step, answer, spent))


def _recorded(step: Step, answer: Answer, spent: float) -> Recorded:
    read = read_answer(answer)
    code = "" if isinstance(read, Envelope) else read.code
    return Recorded(
        step.name,
        step.method,
        shape_of(dict(step.params)),
        answer.status,
        code if not code or (_CODE.fullmatch(code) and redact(code) == code) else _OTHER,
        shape_of(_body(answer.body)),
        spent,
    )


def _body(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw.decode("utf-8", "replace")  # a page instead of JSON: only "string" is kept of it


def _together(seen: Sequence[Recorded], name: str) -> Recorded:
    """Answers of one step in one line; one that succeeded tells more than one that did not."""
    same = [each for each in seen if each.step == name]
    told = [each for each in same if each.status and not each.error] or same
    return replace(
        told[0],
        params=merged(each.params for each in told),
        answer=merged(each.answer for each in told),
        seconds=max(each.seconds for each in same),
    )


def dump(lines: Iterable[Recorded]) -> str:
    """Файл записи: строка формата и по строке JSON на место обхода."""
    return "\n".join([json.dumps({"format": FORMAT, "system": "bitrix24"}), *(each.line() for each in lines), ""])


def load(text: str) -> list[Recorded]:
    """Прочитать файл записи; `ConfigError` — это не он."""
    head, *rows = text.splitlines() or [""]
    try:
        known = json.loads(head).get("format") == FORMAT
        lines = [_loaded(json.loads(row)) for row in rows if row.strip()] if known else []
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        known, lines = False, []
    if not known:
        raise ConfigError("Это не запись exchanger record.", remedy="сделайте её: exchanger record bitrix24 -o FILE.")
    return lines


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
