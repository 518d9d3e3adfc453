"""`python -m exchanger.sandbox fetch [camunda] [operaton] [rabbitmq]`: скачать настоящие части заранее."""

import argparse
import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.flavour import FLAVOURS
from exchanger.sandbox.jars import ensure_jars, jar_list
from exchanger.sandbox.rabbitmq import ensure_software

PARTS = (*FLAVOURS, "rabbitmq")


def main(arguments: Sequence[str] | None = None) -> int:
    """Скачивает названные части (без названий — все); 1, если чего-то получить не удалось."""
    options = _parser().parse_args(arguments)
    console = Console()
    failed = [part for part in options.parts or PARTS if not _fetch(part, console)]
    if failed and options.optional:
        console.print(f"Без этого можно продолжать, но проверки этой части будут пропущены: {', '.join(failed)}")
    return 1 if failed and not options.optional else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exchanger.sandbox", description="Настоящие части песочницы.")
    fetch = parser.add_subparsers(required=True, metavar="fetch").add_parser("fetch", help="скачать в кэш")
    fetch.add_argument("parts", nargs="*", type=_part, metavar="часть", help=f"{', '.join(PARTS)}; без названий — все")
    fetch.add_argument("--optional", action="store_true", help="неудача не считается ошибкой")
    return parser


def _part(name: str) -> str:
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"нет части «{name}», есть {', '.join(PARTS)}")
    return name


def _fetch(part: str, console: Console) -> bool:
    fetch: Callable[[str, Console], str] = _fetch_rabbitmq if part == "rabbitmq" else _fetch_engine
    try:
        console.print(f"✓ {fetch(part, console)}", highlight=False, markup=False, soft_wrap=True)
    except SandboxError as error:
        console.print(f"✗ {part}: {error}", highlight=False, markup=False, soft_wrap=True)
        return False
    return True


def _fetch_engine(part: str, console: Console) -> str:
    flavour = next(each for each in FLAVOURS.values() if each.kind == part)
    title = f"{flavour.title} {flavour.version}"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"{title}: файлы", total=None)
        jars = ensure_jars(
            jar_list(flavour.jar_list), lambda done, total: bar.update(task, completed=done, total=total)
        )
    return f"{title}: {len(jars)} файлов, суммы сверены"


def _fetch_rabbitmq(_part: str, console: Console) -> str:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("RabbitMQ", total=None)
        software = ensure_software(lambda text: bar.update(task, description=f"RabbitMQ: {text}"))
    return f"RabbitMQ {software.version}: {software.scripts}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Прервано. Повторите ту же команду: скачанное сохранено.")
