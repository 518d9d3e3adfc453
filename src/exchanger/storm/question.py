"""Вопрос шлюза: варианты ответа, подпись и условия переменной, в которой лежит ответ."""

from __future__ import annotations

import json
from dataclasses import dataclass

from exchanger.storm.answers import Answer, plain, read_all
from exchanger.storm.context import Context
from exchanger.storm.model import property_of, set_property
from exchanger.storm.names import Element, ident

EXPECTED, QUESTION, ANSWERS = "UF_RESULT_EXPECTED", "UF_RESULT_QUESTION", "UF_RESULT_ANSWERS"
_SHOWN = {Answer.YES: "Да", Answer.NO: "Нет"}


@dataclass(frozen=True, slots=True)
class Question:
    """Текст вопроса; `options` — (id потока, текст варианта, значение переменной)."""

    text: str
    options: tuple[tuple[str, str, str], ...]

    @property
    def answers(self) -> str:
        """Варианты JSON-списком; «» — только да и нет."""
        if all(value in {Answer.YES.value, Answer.NO.value} for _, _, value in self.options):
            return ""
        return json.dumps([text for _, text, _ in self.options], ensure_ascii=False)

    def condition(self, flow: Element, variable: str) -> str:
        """Условие потока: сравнение, которое не падает, когда переменной нет."""
        value = next(value for flow_id, _, value in self.options if flow_id == ident(flow))
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'${{execution.getVariable("{variable}") == "{escaped}"}}'


def question_of(context: Context, node: Element, flows: list[Element]) -> Question:
    """Вопрос узла `node` о выборе между `flows`; выходу без подписи даётся имя его цели."""
    labels = [plain(flow.get("name", "")) for flow in flows]
    options = []
    for number, (flow, text, answer) in enumerate(zip(flows, labels, read_all(labels), strict=True), start=1):
        if answer is not None:
            options.append((ident(flow), _SHOWN[answer], answer.value))
            _doubt_complement(context, flow, text, answer)
        else:
            shown = text or _named_by_target(context, flow, number)
            options.append((ident(flow), shown, shown))
    values = [value for _, _, value in options]
    if len(set(values)) < len(values):
        context.found.doubt(
            node, "У двух выходов один и тот же ответ: сработает первый.", "подпишите выходы по-разному."
        )
    text = plain(node.get("name", "")) or "Выберите: " + ", ".join(dict.fromkeys(shown for _, shown, _ in options))
    return Question(text, tuple(options))


def may_ask(task: Element, question: Question) -> bool:
    """Не занята ли задача другим вопросом: у задачи Bitrix24 вопрос один."""
    asked = property_of(task, QUESTION)
    return asked is None or (asked == question.text and (property_of(task, ANSWERS) or "") == question.answers)


def ask(task: Element, question: Question) -> None:
    """Поручить задаче задать вопрос."""
    set_property(task, EXPECTED, "true")
    set_property(task, QUESTION, question.text)
    if question.answers:
        set_property(task, ANSWERS, question.answers)


def _doubt_complement(context: Context, flow: Element, text: str, answer: Answer) -> None:
    if read_all([text])[0] is not answer:
        shown = f"«{text}»" if text else "без подписи"
        context.found.doubt(flow, f"Выход {shown} понят как ответ «{_SHOWN[answer]}».", "подпишите его «да» или «нет».")


def _named_by_target(context: Context, flow: Element, number: int) -> str:
    target = context.model.target(flow)
    name = plain(target.get("name", "")) if target is not None else ""
    shown = name or f"Вариант {number}"
    flow.set("name", shown)
    context.found.doubt(flow, f"Выход без подписи: ответом будет «{shown}».", "подпишите выход шлюза.")
    return shown
