"""Предшественники: их задачи в этом экземпляре процесса, результаты и файлы результатов."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exchanger.systems.bitrix24.batch import Command, Ref
from exchanger.systems.bitrix24.content.diagram import ELEMENT, DiagramSource
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, refusal
from exchanger.systems.bitrix24.content.result_files import ResultFile, ResultFiles
from exchanger.systems.bitrix24.custom_fields import ELEMENT_ID, PROCESS_INSTANCE_ID
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault
from exchanger.systems.bitrix24.foreign import Row, as_int, as_map, as_rows, as_text, camel

_LIST = "tasks.task.list"
_RESULTS = "tasks.task.result.list"
_FIRST = Ref(ELEMENT, ("data", "responsible", "PREDECESSOR_IDS", "0"))


@dataclass(frozen=True, slots=True)
class TaskResult:
    """Результат задачи: текст BBCode и файлы."""

    text: str
    files: tuple[ResultFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Predecessor:
    """Задача предшественника и её результаты в порядке портала."""

    task_id: int
    results: tuple[TaskResult, ...] = ()


@dataclass(slots=True)
class PredecessorsSource:
    """Задачи ищутся по элементу и экземпляру; результаты — ссылкой на найденную задачу, тем же пакетом.

    Пока диаграмма не прочитана, первого предшественника портал берёт из ответа о самом элементе.
    """

    given: tuple[str, ...]
    instance: str
    diagram: DiagramSource | None
    files: ResultFiles
    remarks: Remarks
    _tasks: dict[str, list[Row]] = field(default_factory=dict)
    _results: dict[str, list[Row]] = field(default_factory=dict)
    _guess: str | None = None

    def needs(self) -> Mapping[str, Command]:
        """Задачи и результаты, которых ещё нет."""
        elements = self._elements()
        if elements is None:
            guessed = self.diagram is not None and ELEMENT in self.diagram.needs() and self._guess is None
            return self._pair("First", _FIRST) if guessed else {}
        self._adopt_guess(elements)
        wanted: dict[str, Command] = {}
        for place, element in enumerate(elements):
            if element not in self._tasks:
                wanted |= self._pair(str(place), element)
            elif (task := self._task(element)) is not None and str(task) not in self._results:
                wanted[f"results{task}"] = Command(_RESULTS, {"taskId": task})
        return wanted

    def take(self, label: str, answer: Answer) -> None:
        """Принять список задач или результаты.

        Отказ команды со ссылкой ничего не значит: ссылаться могло быть не на что. Что нужно, спросят прямо.
        """
        guessed = label == "taskFirst" or label.startswith("chained")
        said = "нет ответа" if guessed and isinstance(answer, PortalFault) else refusal(answer, _LIST)
        result = answer.result if isinstance(answer, Envelope) else []
        if label.startswith("task"):
            rows = as_rows(as_map(result).get("tasks"))
            if label == "taskFirst":
                self._guess = ""
                self._tasks[""] = rows
            else:
                self._tasks[(self._elements() or ())[int(label.removeprefix("task"))]] = rows
        elif label.startswith("results"):
            self._results[label.removeprefix("results")] = as_rows(result)
            if said:
                self.remarks.add("результаты предшественника", said)
        elif said is None:
            self._keep_chained(label.removeprefix("chained"), as_rows(result))

    def found(self) -> tuple[Predecessor, ...]:
        """Предшественники по порядку; не найденные названы в замечаниях."""
        elements = self._elements() or ()
        found = {element: self._task(element) for element in elements}
        for element, task in found.items():
            if task is None:
                self.remarks.add(f"предшественник {element}", "его задачи в этом экземпляре процесса нет")
        return tuple(Predecessor(task, self._of(task)) for task in dict.fromkeys(found.values()) if task is not None)

    def rows(self) -> list[Row]:
        """Все прочитанные результаты найденных задач: по ним ищутся файлы."""
        tasks = [self._task(element) for element in self._elements() or ()]
        return [row for task in tasks if task is not None for row in self._results.get(str(task), ())]

    def _elements(self) -> tuple[str, ...] | None:
        if self.given:
            return self.given
        element = None if self.diagram is None else self.diagram.element
        return () if self.diagram is None else None if element is None else element.predecessors

    def _pair(self, place: str, element: str | Ref) -> dict[str, Command]:
        params = {
            "filter": {ELEMENT_ID: element, PROCESS_INSTANCE_ID: self.instance},
            "select": ["ID", ELEMENT_ID, PROCESS_INSTANCE_ID],
            "order": {"ID": "desc"},
            "start": -1,
        }
        label = f"task{place}"
        return {
            label: Command(_LIST, params),
            f"chained{place}": Command(_RESULTS, {"taskId": Ref(label, ("tasks", "0", "id"))}),
        }

    def _adopt_guess(self, elements: tuple[str, ...]) -> None:
        """Угаданный первый предшественник годится, только если найдена именно его задача."""
        if self._guess == "" and elements and elements[0] not in self._tasks:
            self._tasks[elements[0]] = self._tasks[""]
            if self._task(elements[0]) is None:
                del self._tasks[elements[0]]
        self._guess = "used"

    def _task(self, element: str) -> int | None:
        """Новейшая задача элемента в этом экземпляре: фильтру портала не верим."""
        for row in self._tasks.get(element, ()):
            same = (as_text(row.get(camel(ELEMENT_ID))), as_text(row.get(camel(PROCESS_INSTANCE_ID))))
            if same == (element, self.instance):
                return as_int(row.get("id"))
        return None

    def _keep_chained(self, place: str, rows: list[Row]) -> None:
        """Результаты первой задачи списка, на которую сослался пакет."""
        elements = self._elements() or ()
        tasks = self._tasks.get("" if place == "First" else elements[int(place)], ())
        if tasks:
            number = as_text(tasks[0].get("id"))
            self._results[number] = [row for row in rows if as_text(row.get("taskId")) == number]

    def _of(self, task: int) -> tuple[TaskResult, ...]:
        rows = self._results.get(str(task), ())
        return tuple(TaskResult(as_text(row.get("text")), self.files.of(row)) for row in rows)
