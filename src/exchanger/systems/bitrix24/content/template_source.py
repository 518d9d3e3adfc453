"""Откуда берётся шаблон: модуль (по процессу и элементу, затем по номеру) или сам портал (по номеру из диаграммы)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.content.diagram import DiagramSource
from exchanger.systems.bitrix24.content.read_template import module_template, stock_template
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, data, refusal
from exchanger.systems.bitrix24.content.template import Template
from exchanger.systems.bitrix24.envelope import Envelope
from exchanger.systems.bitrix24.foreign import as_int, as_map
from exchanger.systems.bitrix24.readers import unwrap

_GET = "imena.camunda.tasktemplate.get"
_STOCK = "tasks.template.get"
_STOCK_ITEMS = "tasks.template.checklist.list"
_ATTACHED = "disk.attachedObject.get"
_SELECT = ("ID", "PARENT_ID", "TITLE", "SORT_INDEX", "IS_COMPLETE", "IS_IMPORTANT", "MEMBERS")


def process_variables(variables: Mapping[str, object]) -> dict[str, object]:
    """Переменные для резолверов модуля: простые значения; содержимое файлов и сложные объекты людей не называют."""
    found: dict[str, object] = {}
    for name, value in variables.items():
        plain = unwrap(value)
        if isinstance(plain, bool | int | float | str):
            found[name] = plain
        elif isinstance(plain, date):
            found[name] = plain.isoformat()
    return found


@dataclass(slots=True)
class ModuleTemplate:
    """Шаблон модуля; участников он вычисляет по переменным процесса."""

    process: str
    element_id: str
    template_id: int | None
    variables: Mapping[str, object]
    diagram: DiagramSource
    remarks: Remarks
    template: Template | None = None
    _asked: dict[str, str | None] = field(default_factory=dict)

    def needs(self) -> Mapping[str, Command]:
        """По номеру из диаграммы BPMN; без него — по элементу, затем по TEMPLATE_ID модуля."""
        given = {"processVariables": self.variables} if self.variables else {}
        if self.template_id is not None:
            return self._once("byNumber", {"templateId": self.template_id, **given})
        if "template" not in self._asked:
            return self._once("template", {"camundaProcessId": self.process, "elementId": self.element_id, **given})
        element = self.diagram.element
        if self.template is None and element is not None and element.template_id is not None:
            return self._once("byNumber", {"templateId": element.template_id, **given})
        return {}

    def take(self, label: str, answer: Answer) -> None:
        """Принять ответ; элемент без шаблона — обычное дело, названный шаблон без ответа — замечание."""
        said = refusal(answer, _GET)
        self._asked[label] = said
        self.template = None if said else module_template(data(answer), self.remarks)
        if label == "byNumber" and self.template is None:
            self.remarks.add("шаблон задачи", said or "модуль его не отдал")

    def _once(self, label: str, params: Mapping[str, object]) -> Mapping[str, Command]:
        return {} if label in self._asked else {label: Command(_GET, params)}


@dataclass(slots=True)
class StockTemplate:
    """Шаблон портала по номеру: поля, чек-листы, затем файлы по их вложениям."""

    template_id: int
    may_read_files: bool
    remarks: Remarks
    _answers: dict[str, Answer] = field(default_factory=dict)
    _read: Template | None = None

    @property
    def template(self) -> Template | None:
        """Шаблон с номерами файлов вместо номеров вложений."""
        if self._read is None:
            return None
        files = (self._object(number) for number in self._read.files)
        return replace(self._read, files=tuple(number for number in files if number is not None))

    def needs(self) -> Mapping[str, Command]:
        """Сначала шаблон с чек-листами, потом его файлы."""
        wanted = {
            "stock": Command(_STOCK, {"templateId": self.template_id}),
            "stockItems": Command(_STOCK_ITEMS, {"templateId": self.template_id, "select": list(_SELECT)}),
        }
        if self._read is not None and self.may_read_files:
            wanted |= {f"stockFile{number}": Command(_ATTACHED, {"id": number}) for number in self._read.files}
        return {label: command for label, command in wanted.items() if label not in self._answers}

    def take(self, label: str, answer: Answer) -> None:
        """Принять ответ."""
        self._answers[label] = answer
        said = refusal(answer, _STOCK)
        if said:
            what = {"stock": "шаблон задачи", "stockItems": "чек-листы шаблона"}.get(label, "файл шаблона")
            self.remarks.add(f"{what} (№{self.template_id})", said)
        if {"stock", "stockItems"} <= self._answers.keys() and self._read is None:
            self._compose()

    def _compose(self) -> None:
        row, items = self._result("stock"), self._result("stockItems").get("checkListItems")
        self._read = stock_template(row, items, self.remarks)
        if self._read is None:
            self.remarks.add(f"шаблон задачи (№{self.template_id})", "на портале его нет или он не виден вебхуку")
        elif self._read.files and not self.may_read_files:
            self.remarks.add("файлы шаблона", "у вебхука нет права disk")

    def _result(self, label: str) -> Mapping[str, object]:
        answer = self._answers.get(label)
        return as_map(answer.result) if isinstance(answer, Envelope) else {}

    def _object(self, attachment: int) -> int | None:
        return as_int(self._result(f"stockFile{attachment}").get("OBJECT_ID"))
