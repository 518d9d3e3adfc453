"""Установка и удаление юнитов."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from exchanger.domain.errors import ConfigError
from exchanger.ops.services.host import Machine
from exchanger.ops.services.legacy import remove_suffixless, set_aside
from exchanger.ops.services.unit import Environment, Place, Unit, Which, render, units_of

Tell = Callable[[str], None]
"""Рассказ о каждом шаге."""

HIDDEN = (Path("/home"), Path("/root"), Path("/run/user"))
"""Эти каталоги от служб закрыты (ProtectHome): программа должна лежать не в них."""


def install(which: Which, place: Place, machine: Machine, tell: Tell, *, start: bool = True) -> None:
    """Положить юниты, убрать прежние; prod включить и запустить. `ConfigError` — не запустилось, с причиной."""
    _check(which, place)
    units = units_of(which)
    texts = {unit: render(unit, place) for unit in units}
    for said in remove_suffixless(machine):
        tell(said)
    for unit, text in texts.items():
        for said in set_aside(unit, machine):
            tell(said)
        (machine.units / unit.file).write_text(text, "utf-8")
        tell(f"{unit.name}: юнит записан")
    for environment in which.environments:
        place.secrets(environment).mkdir(parents=True, exist_ok=True, mode=0o700)
    _order(machine, ("daemon-reload",))
    for unit in units:
        if unit.environment is Environment.PROD:
            _enable(unit, machine, tell, start=start)
        elif (place.home / ".env.dev").is_file():
            tell(f"{unit.name}: сама не запускается; запустить: exchanger services start dev")
        else:
            tell(f"{unit.name}: не запустится, пока нет {place.home / '.env.dev'}")


def uninstall(which: Which, machine: Machine, tell: Tell) -> None:
    """Остановить службы и убрать их юниты; журналы, состояние, настройки и тайны остаются."""
    for unit in units_of(which):
        file = machine.units / unit.file
        if not file.is_file():
            tell(f"{unit.name}: не установлена")
            continue
        _order(machine, ("disable", "--now", unit.file))
        file.unlink()
        tell(f"{unit.name}: остановлена и убрана")
    _order(machine, ("daemon-reload",))


def texts(which: Which, place: Place) -> Iterable[tuple[Unit, str]]:
    """Юниты, какими они были бы записаны."""
    for unit in units_of(which):
        yield unit, render(unit, place)


def _enable(unit: Unit, machine: Machine, tell: Tell, *, start: bool) -> None:
    _order(machine, ("enable", unit.file))
    if start:
        _order(machine, ("restart", unit.file))
    tell(f"{unit.name}: включена{' и запущена' if start else ', запустится при загрузке машины'}")


def _order(machine: Machine, order: tuple[str, ...]) -> None:
    ran = machine.systemctl(*order)
    if not ran.done:
        raise ConfigError(
            f"systemctl {' '.join(order)}: выход {ran.code}. {ran.output}",
            remedy="посмотрите причину (exchanger services logs), исправьте и повторите.",
        )


def _check(which: Which, place: Place) -> None:
    for path in (place.program, *place.code):
        if any(path.resolve().is_relative_to(folder) for folder in HIDDEN):
            raise ConfigError(
                f"Службам закрыты {', '.join(map(str, HIDDEN))}, а там лежит {path.resolve()}.",
                remedy="поставьте Exchanger в /opt (интерпретатор — не из домашнего каталога) и повторите.",
            )
    file = place.home / ".env.prod"
    if Environment.PROD in which.environments and not file.is_file():
        raise ConfigError(
            f"Нет настроек: {file}.", remedy="положите туда .env.prod или укажите каталог в EXCHANGER_HOME."
        )
