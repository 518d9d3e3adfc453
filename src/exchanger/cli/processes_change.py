"""`exchanger processes info | start | stop | delete`: один процесс своего арендатора."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson, DryRun, Reason, Yes, perform, required, retyped, say
from exchanger.domain.errors import ConfigError
from exchanger.domain.variables import Variable, Variables
from exchanger.engine.admin import Instance
from exchanger.ops.processes_change import Info, Removal, Start, Wanted, open_changes
from exchanger.ops.start_file import StartFile, read_line, read_start
from exchanger.settings import load_settings

_CANCELLED = (
    "Отменённое не вернуть. Задачи отменённых экземпляров в Bitrix24 и других системах остаются: наблюдатель поступит "
    "с ними, как велит настройка отмены (обычно — напишет в них)."
)

Key = Annotated[str, typer.Argument(metavar="КЛЮЧ", help="Ключ процесса: vacation, …")]
VersionNumber = Annotated[int | None, typer.Option("--version", min=1, help="Номер версии; без него — последняя.")]


def info(key: Key, *, as_json: AsJson = False) -> None:
    """Показать версии процесса и сколько экземпляров у каждой. Пример: exchanger processes info vacation"""
    found = perform(_info(key))
    if as_json:
        for row in _versions(found):
            say(json.dumps(row, ensure_ascii=False))
        return
    latest = found.versions[0]
    say(f"{key} «{latest.name}»  арендатор {latest.tenant_id or 'нет'}  экземпляров {found.instances}")
    for row in _versions(found):
        tag = f", метка {row['tag']}" if row["tag"] else ""
        say(f"  версия {row['version']}{tag}: экземпляров {row['instances']}, развёртывание {row['deployment']}")


def start(
    key: Annotated[
        str, typer.Argument(metavar="[КЛЮЧ]", help="Ключ процесса (vacation, …); без него — из файла.")
    ] = "",
    *,
    variable: Annotated[
        list[str] | None,
        typer.Option("-v", "--variable", "--variables", metavar="ИМЯ=ЗНАЧЕНИЕ", help="Переменная, или объект JSON."),
    ] = None,
    business_key: Annotated[
        str | None, typer.Option("-b", "--business-key", help="Ключ бизнес-процесса (business key).")
    ] = None,
    version: VersionNumber = None,
    config: Annotated[Path | None, typer.Option("-c", "--config", metavar="ФАЙЛ", help="Файл запуска YAML.")] = None,
    reason: Reason = "",
    dry_run: DryRun = False,
) -> None:
    """Запустить экземпляр; сказанное здесь сильнее файла. Печатает id экземпляра.

    Пример: exchanger processes start vacation -v days=5 -v manager:String=007 -b "заявка 12"
    """
    file = read_start(config) if config is not None else StartFile()
    if not (key or file.process_key):
        raise ConfigError("Не сказано, какой процесс запустить.", remedy="назовите КЛЮЧ или файл с process_key: -c.")
    given = {name: value for text in variable or () for name, value in read_line(text).items()}
    plan = perform(
        _planned(
            key or file.process_key,
            version if version is not None else file.version,
            {**file.variables, **given},
            business_key if business_key is not None else file.business_key,
        )
    )
    say(_plan(plan), err=not dry_run)
    if not dry_run:
        say(perform(_start(plan, reason.strip() or file.description or "запуск")))


def stop(
    key: Key,
    *,
    instance: Annotated[list[str] | None, typer.Option("--instance", help="Id экземпляра; можно несколько.")] = None,
    version: VersionNumber = None,
    business_key: Annotated[str, typer.Option("--business-key", "-b", help="Только с этим business key.")] = "",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Отменить экземпляры процесса: все незавершённые или отобранные. Другой арендатор не затрагивается.

    Пример: exchanger processes stop vacation --version 3 --reason "ошибка в диаграмме" --dry-run
    """
    why = "" if dry_run else required(reason)
    found = perform(_chosen(key, Wanted(frozenset(instance or ()), version, business_key)))
    for each in found:
        say(f"экземпляр {each.id}  business key {each.business_key or 'нет'}")
    say(f"Экземпляров: {len(found)}. {_CANCELLED}")
    if dry_run or not found:
        say("Ничего не сделано.")
        return
    retyped(key, yes=yes)
    say(f"Отменено: {perform(_stop(found, key, why))} из {len(found)}.")


def delete(key: Key, *, reason: Reason = "", dry_run: DryRun = False, yes: Yes = False) -> None:
    """Удалить все версии процесса вместе с их развёртываниями; пока есть экземпляры, команда отказывается.

    История завершённых экземпляров остаётся. Пример: exchanger processes delete vacation --reason "больше не нужен"
    """
    why = "" if dry_run else required(reason)
    plan = perform(_removals(key))
    for each in plan:
        numbers = ", ".join(str(version.version) for version in each.versions)
        left = f"; останется, в нём ещё {', '.join(each.shared)}" if each.shared else ""
        say(f"версии {numbers}: развёртывание {each.deployment_id}{left}")
    if dry_run:
        say("Ничего не сделано.")
        return
    retyped(key, yes=yes)
    perform(_delete(plan, key, why))


async def _info(key: str) -> Info:
    async with open_changes(load_settings()) as changes:
        return await changes.info(key)


async def _planned(key: str, version: int | None, variables: Variables, business_key: str | None) -> Start:
    async with open_changes(load_settings()) as changes:
        return await changes.planned(key, version, variables, business_key)


async def _start(plan: Start, reason: str) -> str:
    async with open_changes(load_settings()) as changes:
        return await changes.start(plan, reason)


async def _chosen(key: str, wanted: Wanted) -> list[Instance]:
    async with open_changes(load_settings()) as changes:
        return await changes.chosen(key, wanted)


async def _stop(found: list[Instance], key: str, reason: str) -> int:
    async with open_changes(load_settings()) as changes:
        return await changes.stop(found, key, reason, _tell)


async def _removals(key: str) -> list[Removal]:
    async with open_changes(load_settings()) as changes:
        return await changes.removals(key)


async def _delete(plan: list[Removal], key: str, reason: str) -> None:
    async with open_changes(load_settings()) as changes:
        await changes.delete(plan, key, reason, _tell)


def _tell(what: str, said: str) -> None:
    say(f"{what}: {said}")


def _versions(found: Info) -> list[dict[str, str | int | None]]:
    return [
        {
            "key": each.key, "version": each.version, "definition": each.id, "tag": each.tag, "tenant": each.tenant_id,
            "deployment": each.deployment_id, "instances": found.running.get(each.id, 0),
        }
        for each in found.versions
    ]  # fmt: skip


def _plan(plan: Start) -> str:
    version = plan.version
    head = f"{version.key}, версия {version.version}, арендатор {version.tenant_id or 'нет'}"
    lines = [
        f"{head}, business key {plan.business_key or 'нет'}",
        *(f"  {name} ({each.type}) = {_value(each)}" for name, each in plan.variables.items()),
    ]
    return "\n".join(lines)


def _value(variable: Variable) -> str:
    return json.dumps(variable.value, ensure_ascii=False, default=str)
