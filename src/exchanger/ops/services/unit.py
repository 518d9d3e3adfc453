"""Юнит службы: имя, файл и текст по шаблону `templates/service.unit`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from string import Template

from exchanger.domain.errors import ConfigError
from exchanger.settings.reference import secret_names
from exchanger.wiring import Service

MARK = "# exchanger services install:"
"""Так начинается порождённый файл; без этой строки файл положил кто-то другой."""

_FORBIDDEN = frozenset(" \t\n%\"'\\:")


class Environment(StrEnum):
    """Среда: prod включается сама, dev запускают руками."""

    PROD = "prod"
    DEV = "dev"


class Which(StrEnum):
    """Какие службы: одной среды или все."""

    PROD = "prod"
    DEV = "dev"
    ALL = "all"

    @property
    def environments(self) -> tuple[Environment, ...]:
        """Среды, о которых речь."""
        return tuple(Environment) if self is Which.ALL else (Environment(self.value),)


@dataclass(frozen=True, slots=True)
class Unit:
    """Служба одной среды."""

    service: Service
    environment: Environment

    @property
    def name(self) -> str:
        """Имя, которое знают операторы: `exchanger-task-creator-prod`."""
        return f"exchanger-{self.service}-{self.environment}"

    @property
    def file(self) -> str:
        """Имя файла юнита."""
        return f"{self.name}.service"


@dataclass(frozen=True, slots=True)
class Place:
    """Где лежит установка: каталог `.env.<среда>`, программа, каталог тайн (внутри него prod и dev).

    `code` — что ещё должно быть видно службе: интерпретатор и сам пакет.
    """

    home: Path
    program: Path
    code: tuple[Path, ...] = ()
    credentials: Path = Path("/etc/exchanger/credentials")

    def secrets(self, environment: Environment) -> Path:
        """Каталог тайн среды: файл с именем переменной — её значение."""
        return self.credentials / environment


UNATTENDED = (Service.CAMUNDA_WORKER, Service.TASK_CREATOR, Service.CAMUNDA_SYNC, Service.CONSOLE)
"""Службы, для которых ставятся юниты."""


def units_of(which: Which) -> tuple[Unit, ...]:
    """Юниты сред в порядке пуска."""
    return tuple(Unit(service, environment) for environment in which.environments for service in UNATTENDED)


def render(unit: Unit, place: Place) -> str:
    """Текст юнита; `ConfigError` — такой путь в юнит не записать."""
    return Template(_template()).substitute(
        name=unit.name,
        service=unit.service,
        environment=unit.environment,
        program=_path(place.program),
        credentials="\n".join(_credentials(unit.environment, place)),
    )


def _template() -> str:
    return (files("exchanger.ops.services") / "templates" / "service.unit").read_text("utf-8")


def _credentials(environment: Environment, place: Place) -> Iterable[str]:
    """The settings file, and each secret that has a file of its own: a missing file would keep the service down."""
    name = f".env.{environment}"
    yield f"LoadCredential={name}:{_path(place.home / name)}"
    folder = place.secrets(environment)
    for secret in secret_names():
        if (folder / secret).is_file():
            yield f"LoadCredential={secret}:{_path(folder / secret)}"


def _path(path: Path) -> str:
    if _FORBIDDEN & set(str(path)):
        raise ConfigError(
            f"В пути «{path}» есть пробел, кавычка, двоеточие или знак %: systemd понял бы его иначе.",
            remedy="поставьте Exchanger в каталог с простым именем, например /opt/exchanger.",
        )
    return str(path)
