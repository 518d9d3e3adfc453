"""Блоки описания по порядку: анкеты, переменные процесса, результаты предшественников (interfaces.md §5.3)."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from exchanger.systems.bitrix24.content.diagram import Diagram
from exchanger.systems.bitrix24.content.names import NamesSource
from exchanger.systems.bitrix24.content.predecessors import Predecessor, TaskResult
from exchanger.systems.bitrix24.content.questionnaire import Question, Questionnaire
from exchanger.systems.bitrix24.content.values import answers, person_or_element, show

_MISSING = "-"


@dataclass(frozen=True, slots=True)
class Story:
    """Из чего берутся значения: переменные процесса, диаграмма, свой элемент, пояс портала."""

    variables: Mapping[str, object]
    diagram: Diagram | None
    element: str
    zone: tzinfo

    def answers(self, questionnaire: Questionnaire, question: Question) -> list[object]:
        """Ответы на вопрос."""
        return answers(self.variables, f"{questionnaire.code}_{question.code}", self.diagram, self.element)


def questionnaires_block(shown: Sequence[Questionnaire], story: Story, names: NamesSource) -> str:
    """Анкеты с ответами; пусто — анкет нет."""
    return "\n\n".join("\n".join(_questionnaire(each, story, names)) for each in shown)


def _questionnaire(each: Questionnaire, story: Story, names: NamesSource) -> Iterator[str]:
    yield f"[B]{each.title}[/B]"
    for question in each.questions:
        values = [_answer(value, question, story, names) for value in story.answers(each, question)]
        shown = " / ".join(dict.fromkeys(text for text in values if text))
        yield f"• {question.name}: {shown or _MISSING}"


def _answer(value: object, question: Question, story: Story, names: NamesSource) -> str:
    who = person_or_element(value, question)
    return show(value, question.type, story.zone) if who is None else names.name(who)


def properties_block(story: Story) -> str:
    """Свойства процесса: строка на свойство, без значения — пустое место; пусто — свойств нет."""
    properties = () if story.diagram is None else story.diagram.properties
    rows = ((each.name, show(story.variables.get(each.code), each.type, story.zone)) for each in properties)
    return "\n".join(f"{name}: {value};" for name, value in rows)


def results_block(predecessors: Sequence[Predecessor]) -> str:
    """Результаты предшественников с именами файлов; пусто — результатов нет."""
    told = [_task(each) for each in predecessors if each.results]
    return "[B]Результаты предшествующих задач:[/B]\n\n" + "\n".join(told) if told else ""


def _task(each: Predecessor) -> str:
    lines = [f"[B]Задача №{each.task_id}:[/B]"]
    for place, result in enumerate(each.results, start=1):
        number = f"{place}. " if len(each.results) > 1 else ""
        lines += [f"  {number}{_text(result)}", *_files(result)]
    return "\n".join(lines) + "\n"


def _files(result: TaskResult) -> Iterator[str]:
    if result.files:
        yield f"     Файлы: {', '.join(file.name for file in result.files)}"


def _text(result: TaskResult) -> str:
    return decoded(result.text)


def decoded(text: str) -> str:
    """Текст без сущностей HTML, которыми портал заменяет кавычки и скобки."""
    return html.unescape(text).replace("\u00a0", " ").strip()
