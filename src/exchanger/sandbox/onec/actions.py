"""Действия над записью: Post, Unpost, Start, ExecuteTask."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from exchanger.sandbox.onec.errors import no_method, stopped
from exchanger.sandbox.onec.infobase import Infobase
from exchanger.sandbox.onec.schema import EMPTY_REF, TYPE_PREFIX, EntityType, Row

TASKS = "Task_ЗадачаИсполнителя"
PROCESSES = "BusinessProcess_Задание"
Action = Callable[[Infobase, EntityType, Row, Mapping[str, str]], Row]


def run(base: Infobase, kind: EntityType, row: Row, name: str, query: Mapping[str, str]) -> Row:
    """Выполнить действие; у этого вида его нет — код 6."""
    action = _ACTIONS.get((kind.kind, name))
    if action is None:
        raise no_method(name)
    return action(base, kind, row, query)


def execute(base: Infobase, kind: EntityType, row: Row) -> Row:
    """Задача выполнена; выполнять второй раз — отказ или ничего, по настройке базы."""
    if row["Executed"]:
        if base.config.execute_twice_fails:
            raise stopped("Задача уже выполнена")
        return row
    done = row | {"Executed": True, "ДатаИсполнения": base.local_now()}
    base.stored(kind, done)
    _finish_process(base, str(row["BusinessProcess"]))
    return done


def _finish_process(base: Infobase, ref: str) -> None:
    """Задание завершается, когда выполнены все его задачи."""
    process = base.rows.get(PROCESSES, {}).get((ref,))
    left = [each for each in base.rows[TASKS].values() if each["BusinessProcess"] == ref and not each["Executed"]]
    if process is not None and not left:
        base.stored(base.types[PROCESSES], process | {"Completed": True, "ДатаЗавершения": base.local_now()})


def _execute(base: Infobase, kind: EntityType, row: Row, _: Mapping[str, str]) -> Row:
    return execute(base, kind, row)


def _post(base: Infobase, kind: EntityType, row: Row, _: Mapping[str, str]) -> Row:
    if row["DeletionMark"]:
        raise stopped("Документ помечен на удаление и не может быть проведен")
    posted = row | {"Posted": True}
    base.stored(kind, posted)
    return posted


def _unpost(base: Infobase, kind: EntityType, row: Row, _: Mapping[str, str]) -> Row:
    if not row["Posted"]:
        return row
    back = row | {"Posted": False}
    base.stored(kind, back)
    return back


def _start(base: Infobase, kind: EntityType, row: Row, query: Mapping[str, str]) -> Row:
    """Старт задания: исполнителю создаётся задача."""
    if row["Started"]:
        raise stopped("Бизнес-процесс уже стартован")
    started = row | {"Started": True}
    base.stored(kind, started)
    task = base.types[TASKS].blank() | {
        "Ref_Key": base.new_ref(), "Number": base.next_number(TASKS), "Date": base.local_now(),
        "Description": row["Наименование"], "Описание": row["Содержание"], "Автор": row["Автор"],
        "Автор_Type": row["Автор_Type"], "Исполнитель": row["Исполнитель"], "Исполнитель_Type": row["Исполнитель_Type"],
        "СрокИсполнения": row["СрокИсполнения"], "BusinessProcess": row["Ref_Key"],
        "BusinessProcess_Type": TYPE_PREFIX + kind.name, "RoutePoint": query.get("RoutePoint", "Выполнить"),
        "RoutePoint_Type": TYPE_PREFIX + kind.name + "_RoutePoint", "СостояниеБизнесПроцесса": "Активен",
    }  # fmt: skip
    if row["Ref_Key"] != EMPTY_REF and TASKS in base.types:
        base.stored(base.types[TASKS], task)
    return started


_ACTIONS: dict[tuple[str, str], Action] = {
    ("Document", "Post"): _post,
    ("Document", "Unpost"): _unpost,
    ("BusinessProcess", "Start"): _start,
    ("Task", "ExecuteTask"): _execute,
}
