"""Что исполнитель сообщил вместе с задачей: результаты, их файлы, ответы анкет — переменными процесса."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from exchanger.domain.errors import Reject
from exchanger.domain.task import Snapshot
from exchanger.domain.typed import typed
from exchanger.domain.variables import JsonValue, Variable, Variables
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.capabilities import Inspector
from exchanger.systems.bitrix24.content.blocks import decoded
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, data, refusal
from exchanger.systems.bitrix24.content.result_files import ResultFile, ResultFiles
from exchanger.systems.bitrix24.content.rounds import Source, read_rounds
from exchanger.systems.bitrix24.envelope import Envelope
from exchanger.systems.bitrix24.foreign import Row, as_int, as_rows, as_text
from exchanger.systems.bitrix24.together import Together
from exchanger.telemetry.log import log
from exchanger.wire.questionnaires import questionnaire_variables

_RESULTS = "tasks.task.result.list"
_FORM = "imena.camunda.task.questionnaire.list"


class Unread(Reject):
    """Портал окончательно отказал в том, что у задачи есть: исход без этого был бы неполным."""


@dataclass(slots=True)
class Told:
    """Чтение одного списка о задаче; `sure` — список у неё есть, и отказ в нём делает исход неполным."""

    method: str
    task_id: str
    what: str
    sure: bool
    answer: Answer | None = None

    def needs(self) -> Mapping[str, Command]:
        """Один вызов."""
        return {} if self.answer is not None else {self.method: Command(self.method, {"taskId": self.task_id})}

    def take(self, label: str, answer: Answer) -> None:
        """Принять ответ; временный отказ бросается."""
        said = refusal(answer, label)
        if said and self.sure:
            raise Unread(f"{self.what} не прочитаны: {said}.")
        if said:
            log.warning("портал не отдаёт результатов", object=self.task_id, reason=said)
        self.answer = answer

    def rows(self) -> list[Row]:
        """Строки результатов, старые первыми: портал отдаёт новые."""
        result = self.answer.result if isinstance(self.answer, Envelope) else []
        return sorted(as_rows(result), key=lambda row: as_int(row.get("id")) or 0)


@dataclass(frozen=True, slots=True)
class Reports:
    """Чтение сообщённого. Нет ни результатов, ни анкет — ни одного запроса; есть — один, и ещё один за файлами.

    Задачи, кончившиеся вместе, делят эти запросы.
    """

    api: BitrixApi
    inspector: Inspector
    together: Together
    link_base: str | None = None

    async def of(self, found: Snapshot, element: str) -> Variables:
        """Переменные `{element}_result`, `{element}_result_files` и по одной на вопрос анкеты.

        Первые две есть всегда: иначе во втором проходе цикла остался бы ответ первого. `Unread` — прочитать не дали.
        """
        capabilities, remarks, task_id = await self.inspector.get(), Remarks(), found.ref.id
        known = found.details.get("has_result")
        results = Told(_RESULTS, task_id, "результаты", sure=known is True)
        form = Told(_FORM, task_id, "ответы анкет", sure=True)
        files = ResultFiles(capabilities.allows("disk"), remarks, results.rows, "файлы результата")
        sources: list[Source] = [] if known is False else [results, files]
        if capabilities.can(_FORM):
            sources.append(form)
        await read_rounds(self._ask, sources)
        variables = {
            f"{element}_result": _text(results.rows()),
            f"{element}_result_files": typed(list(self._files(results.rows(), files))),
        }
        for each in remarks:
            log.warning("результат задачи прочитан не весь", object=task_id, remark=each)
        return variables | _answers(form, element)

    async def _ask(self, wanted: Mapping[str, Command]) -> Mapping[str, Answer]:
        answers = await asyncio.gather(*(self.together.ask(command) for command in wanted.values()))
        return dict(zip(wanted, answers, strict=True))

    def _files(self, rows: Iterable[Row], files: ResultFiles) -> Iterable[JsonValue]:
        """Файлы без тайн: `DOWNLOAD_URL` портала открывает файл всякому, наша ссылка — только вошедшему на портал."""
        base = (self.link_base or self.api.origin).rstrip("/")
        for number, file in (pair for row in rows for pair in files.attached(row)):
            link = f"{base}/bitrix/tools/disk/uf.php?attachedId={number}&action=download&ncc=1"
            yield _entry(number, file, link)


def _entry(number: int, file: ResultFile | None, link: str) -> JsonValue:
    file_id, name = (None, None) if file is None else (file.file_id, file.name)
    return {"id": number, "fileId": file_id, "name": name, "link": link}


def _text(rows: Iterable[Row]) -> Variable:
    """Тексты через пустую строку; нет ни одного — Null."""
    texts = [text for row in rows if (text := decoded(as_text(row.get("text"))))]
    return typed("\n\n".join(texts) or None)


def _answers(form: Told, element: str) -> dict[str, Variable]:
    if form.answer is None:
        return {}
    # The module's answer was parsed from JSON a moment ago.
    return questionnaire_variables(cast("Mapping[str, JsonValue]", data(form.answer)), element)
