"""Что из второстепенного у задачи уже есть."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, data, refusal
from exchanger.systems.bitrix24.envelope import Envelope
from exchanger.systems.bitrix24.finish.wanted import Wanted
from exchanger.systems.bitrix24.foreign import Row, as_int, as_map, as_rows, as_text

_FILES = "UF_TASK_WEBDAV_FILES"


@dataclass(frozen=True, slots=True)
class Present:
    """Пункты чек-листов, номера файлов Диска, анкеты; None — прочитать нельзя, значит и писать нельзя."""

    items: list[Row] | None = field(default_factory=list)
    files: frozenset[int] | None = frozenset()
    questionnaires: list[Row] | None = field(default_factory=list)


@dataclass(slots=True)
class PresentSource:
    """Чтение того, что уже есть; читается только нужное."""

    task_id: str
    wanted: Wanted
    remarks: Remarks
    _answers: dict[str, Answer] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)

    def needs(self) -> Mapping[str, Command]:
        """Чек-листы, анкеты и вложения, а затем файл каждого вложения."""
        asked: dict[str, Command] = {}
        if self.wanted.checklists:
            asked["items"] = Command("task.checklistitem.getlist", {"TASKID": self.task_id})
        if self.wanted.questionnaires:
            asked["asked"] = Command("imena.camunda.task.questionnaire.list", {"taskId": self.task_id})
        if self.wanted.files:
            asked["task"] = Command("tasks.task.get", {"taskId": self.task_id, "select": ["ID", _FILES]})
            asked |= {f"file{each}": Command("disk.attachedObject.get", {"id": each}) for each in self._attachments()}
        return {label: command for label, command in asked.items() if label not in self._answers}

    def take(self, label: str, answer: Answer) -> None:
        """Принять ответ; чего нельзя прочитать, того нельзя и дописать, не рискуя удвоить."""
        self._answers[label] = answer
        said = refusal(answer, label)
        if said:
            kind = "file" if label.startswith("file") else label
            self._refused[kind] = said
            self.remarks.add(f"проверка уже сделанного ({_WORDS[kind]})", said)

    def present(self) -> Present:
        """Прочитанное."""
        return Present(
            None if "items" in self._refused else as_rows(self._result("items")),
            None if {"task", "file"} & self._refused.keys() else frozenset(self._files()),
            None if "asked" in self._refused else as_rows(self._asked().get("items")),
        )

    def _attachments(self) -> list[int]:
        raw = as_map(as_map(self._result("task")).get("task")).get("ufTaskWebdavFiles")
        values: Iterable[object] = raw if isinstance(raw, list) else ()
        return [number for each in values if (number := as_int(as_text(each).removeprefix("n"))) is not None]

    def _files(self) -> Iterable[int]:
        for number in self._attachments():
            file_id = as_int(as_map(self._result(f"file{number}")).get("OBJECT_ID"))
            if file_id is not None:
                yield file_id

    def _asked(self) -> Row:
        answer = self._answers.get("asked")
        return {} if answer is None else data(answer)

    def _result(self, label: str) -> object:
        answer = self._answers.get(label)
        return answer.result if isinstance(answer, Envelope) else None


_WORDS = {"items": "чек-листы", "asked": "анкеты", "task": "файлы", "file": "файлы"}
