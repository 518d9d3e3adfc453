"""Решения: у каждого выбора есть задача с вопросом на каждом пути и условия на её ответ."""

from __future__ import annotations

from lxml import etree

from exchanger.storm.answers import plain, read
from exchanger.storm.context import Context
from exchanger.storm.deciders import Trail, can_answer, trail_of
from exchanger.storm.model import extension_elements
from exchanger.storm.names import Element, camunda, ident, kind_of
from exchanger.storm.passes.conditions import condition_of, set_condition
from exchanger.storm.passes.tasks import make_external
from exchanger.storm.question import Question, ask, may_ask, question_of


def settle_decisions(context: Context) -> None:
    """Проход: вопросы, условия и потоки по умолчанию у шлюзов и задач с выбором."""
    for node in context.model.nodes():
        flows = context.model.outgoing(node)
        if len(flows) < 2:  # noqa: PLR2004  # nothing to choose from
            continue
        match kind_of(node):
            case "exclusiveGateway":
                _exclusive(context, node, flows)
            case "inclusiveGateway":
                _inclusive(context, node, flows)
            case "parallelGateway":
                _parallel(context, node, flows)
            case _ if can_answer(node):
                _task(context, node, flows)


def _undecided(node: Element, flows: list[Element]) -> list[Element]:
    return [flow for flow in flows if not condition_of(flow) and ident(flow) != node.get("default")]


def _exclusive(context: Context, gateway: Element, flows: list[Element]) -> None:
    undecided = _undecided(gateway, flows)
    if gateway.get("default") is None:
        spare = _spare(flows, undecided)
        if spare is not None:
            gateway.set("default", ident(spare))
            context.found.change(spare, "Поток без условия стал потоком по умолчанию.")
            undecided.remove(spare)
    if undecided:
        _decide(context, gateway, flows, undecided)


def _spare(flows: list[Element], undecided: list[Element]) -> Element | None:
    """Выход «иначе»: единственный без условия или единственный без подписи среди трёх и более."""
    if len(undecided) == 1 and len(flows) > 1:
        return undecided[0]
    nameless = [flow for flow in undecided if not plain(flow.get("name", ""))]
    return nameless[0] if len(nameless) == 1 and len(undecided) > 2 else None  # noqa: PLR2004  # of two it is an answer


def _inclusive(context: Context, gateway: Element, flows: list[Element]) -> None:
    undecided = _undecided(gateway, flows)
    if not undecided or any(condition_of(flow) for flow in flows):
        return
    if not any(plain(flow.get("name", "")) for flow in undecided):
        context.found.doubt(gateway, "У выходов нет условий: пойдёт по всем.", "задайте условия (conditions).")
        return
    _decide(context, gateway, flows, undecided)
    if not all(read(flow.get("name", "")) for flow in undecided):
        context.found.doubt(gateway, "Выбрать можно один вариант, а не несколько.", "задайте условия (conditions).")


def _parallel(context: Context, gateway: Element, flows: list[Element]) -> None:
    if any(read(flow.get("name", "")) or condition_of(flow) for flow in flows):
        context.found.doubt(gateway, "Параллельный шлюз ответов не различает: пойдёт по всем.", "замените шлюз.")


def _task(context: Context, task: Element, flows: list[Element]) -> None:
    """Задача с выходами «да» и «нет» без шлюза отвечает сама."""
    labelled = {read(flow.get("name", "")) for flow in flows}
    if len(flows) == 2 and len(labelled) == 2 and None not in labelled and len(_undecided(task, flows)) == 2:  # noqa: PLR2004  # yes and no
        question = question_of(context, task, flows)
        if may_ask(task, question):
            ask(task, question)
            _write(context, flows, question, ident(task))


def _decide(context: Context, gateway: Element, flows: list[Element], undecided: list[Element]) -> None:
    choice = [flow for flow in flows if flow in undecided or ident(flow) == gateway.get("default")]
    question = question_of(context, gateway, choice)
    deciders: dict[str, Element] = {}
    unasked = []
    for flow in context.model.incoming(gateway):
        trail = trail_of(context.model, flow)
        if _can_use(trail, question):
            deciders |= trail.tasks
        else:
            unasked.append(flow)
    if unasked:
        task = _insert(context, gateway, unasked)
        deciders[ident(task)] = task
    for task in deciders.values():
        ask(task, question)
    _write(context, undecided, question, _variable(gateway, deciders))


def _can_use(trail: Trail, question: Question) -> bool:
    return not trail.is_open and bool(trail.tasks) and all(may_ask(task, question) for task in trail.tasks.values())


def _insert(context: Context, gateway: Element, flows: list[Element]) -> Element:
    task = context.insert("serviceTask", "Activity", gateway, before=True)
    task.set("name", f"Выяснить: {plain(gateway.get('name', '')) or 'условие'}")
    make_external(task, context.policy.topic_of(ident(gateway), "question"))
    for flow in flows:
        context.model.retarget(flow, task)
    context.connect(task, gateway)
    context.found.change(gateway, f"Перед шлюзом некому ответить: добавлена задача «{task.get('name')}».")
    return task


def _variable(gateway: Element, deciders: dict[str, Element]) -> str:
    """Переменная ответа; у нескольких задач — общая: значение в ней от той, что исполнена последней."""
    if len(deciders) < 2:  # noqa: PLR2004  # its own variable is enough
        return next(iter(deciders), ident(gateway))
    shared = f"{ident(gateway)}_answer"
    for task_id, task in deciders.items():
        mapping = extension_elements(task).find(camunda("inputOutput"))
        if mapping is None:
            mapping = etree.SubElement(extension_elements(task), camunda("inputOutput"))
        output = etree.SubElement(mapping, camunda("outputParameter"), {"name": shared})
        output.text = f'${{execution.getVariable("{task_id}")}}'
    return shared


def _write(context: Context, flows: list[Element], question: Question, variable: str) -> None:
    for flow in flows:
        set_condition(flow, question.condition(flow, variable))
        context.found.change(flow, f"Условие: ответ «{_shown(question, flow)}» в переменной {variable}.")


def _shown(question: Question, flow: Element) -> str:
    return next(text for flow_id, text, _ in question.options if flow_id == ident(flow))
