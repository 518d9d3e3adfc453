"""Что показывает демонстрация: процесс, кто его запускает, как люди отвечают и чем всё должно кончиться."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from exchanger.domain.typed import typed
from exchanger.domain.variables import Variables
from exchanger.sandbox.bitrix24 import Pace, seed
from exchanger.sandbox.errors import SandboxError

PROCESS = "soglasovanie_dogovora"
ASKING = "Activity_soglasovat"
REWORK = "Activity_dorabotat"
END = "End_dogovor_zaklyuchen"

_REFUSALS = (1, 0, 2, 0)  # how many times a contract is sent back, in turn
_STARTERS = (seed.HEAD, seed.CLERK, seed.ENGINEER)
_PARTNERS = ("ООО «Ромашка»", "АО «Север»", "ИП Орлов", "ООО «Вектор»", "АО «Маяк»")
_STEP = Pace(fastest=0.4, slowest=3.6)  # seconds of one step of a person's work: two steps make a task


def diagrams() -> dict[str, bytes]:
    """Диаграммы примеров: имя файла → содержимое."""
    found = {path.name: path.read_bytes() for path in _examples().glob("*.bpmn")}
    if f"{PROCESS}.bpmn" not in found:
        raise SandboxError(
            f"Нет диаграммы {PROCESS}.bpmn в {_examples()}: установка неполна, переустановите Exchanger."
        )
    return found


def _examples() -> Path:
    """In a wheel they lie beside this module, in a checkout at its root."""
    packaged = Path(str(files("exchanger.sandbox.demo"))) / "examples"
    return packaged if packaged.is_dir() else Path(__file__).parents[4] / "examples"


def business_key(number: int) -> str:
    """Номер договора: ключ бизнес-процесса."""
    return f"Д-{number + 1:03}"


def variables(number: int) -> Variables:
    """Переменные запуска: люди названы и номерами, и адресами."""
    people = {user.id: user for user in seed.USERS}
    return {
        "startedBy": typed(_STARTERS[number % len(_STARTERS)]),
        "yurist": typed(people[seed.LAWYER].email),
        "direktor": typed(people[seed.ADMIN].email),
        "buhgalter": typed(seed.CLERK),
        "kontragent": typed(_PARTNERS[number % len(_PARTNERS)]),
    }


def refusals(number: int) -> int:
    """Сколько раз этот договор вернут на доработку."""
    return _REFUSALS[number % len(_REFUSALS)]


def pace(speed: float) -> Pace:
    """Скорость людей."""
    return Pace(_STEP.fastest / speed, _STEP.slowest / speed)
