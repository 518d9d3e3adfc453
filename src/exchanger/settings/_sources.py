"""Откуда берутся значения: окружение, файлы тайн, systemd credentials и файл .env.<среда>."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream

from exchanger.settings._faults import Fault
from exchanger.settings._var import Var


class Origin(StrEnum):
    """Вид источника."""

    ENVIRONMENT = "окружение"
    SECRET_FILE = "файл тайны"  # noqa: S105 - a word for people, not a password
    CREDENTIAL = "systemd credential"
    FILE = "файл"
    DEFAULT = "по умолчанию"


@dataclass(frozen=True, slots=True)
class Raw:
    """Значение, как оно записано, и место, где оно найдено."""

    value: str
    origin: Origin
    name: str
    place: str = ""

    def source(self, var_name: str) -> str:
        """Происхождение словами; прежнее имя называется."""
        text = f"{self.origin} {self.place}".rstrip()
        return text if self.name == var_name else f"{text}, под именем {self.name}"


@dataclass(slots=True)
class EnvFile:
    """Прочитанный файл .env; `values` пуст, если файла нет."""

    path: Path
    exists: bool = False
    values: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Имя файла для сообщений."""
        return self.path.name


def read_env_file(path: Path) -> EnvFile:
    """Прочитать файл; ошибки чтения и разбора — в `faults`, повторы имён — в `warnings`."""
    found = EnvFile(path)
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return found
    except (OSError, UnicodeDecodeError) as error:
        reason = "не в кодировке UTF-8" if isinstance(error, UnicodeDecodeError) else f"не читается: {error.strerror}"
        found.faults.append(Fault(str(path), "", reason, "исправьте файл или права на него"))
        return found
    found.exists = True
    _parse(text, found)
    return found


def _parse(text: str, found: EnvFile) -> None:
    for binding in parse_stream(StringIO(text)):
        place = f"{found.name}, строка {binding.original.line}"
        if binding.error or (binding.key and binding.value is None):
            # The line itself is not shown: it may hold a secret.
            found.faults.append(Fault(place, "", "строка не разбирается", "нужно ИМЯ=значение; кавычки — парные"))
        elif binding.key:
            if binding.key in found.values:
                found.warnings.append(f"{place}: {binding.key} задано повторно, действует последнее значение")
            found.values[binding.key] = binding.value or ""


@dataclass(frozen=True, slots=True)
class Sources:
    """Источники от сильного к слабому."""

    environ: Mapping[str, str]
    file: EnvFile
    faults: list[Fault]

    def candidates(self, var: Var) -> Iterator[Raw]:
        """Все непустые значения переменной: сперва сильный источник, в нём — главное имя."""
        for name in var.names:
            yield from _present(self.environ, name, Origin.ENVIRONMENT)
        if var.secret:
            yield from self._secrets(var, self.environ)
            yield from self._credentials(var)
        yield from in_file(self.file, var)
        if var.secret:
            yield from self._secrets(var, self.file.values)

    def _secrets(self, var: Var, layer: Mapping[str, str]) -> Iterator[Raw]:
        for name in var.names:
            pointer = layer.get(f"{name}_FILE", "").strip()
            if pointer:
                yield from self._read(name, Path(pointer), Origin.SECRET_FILE, f"{name}_FILE")

    def _credentials(self, var: Var) -> Iterator[Raw]:
        folder = self.environ.get("CREDENTIALS_DIRECTORY", "").strip()
        for name in var.names if folder else ():
            for path in (Path(folder, name), Path(folder, name.lower())):
                if path.is_file():
                    yield from self._read(name, path, Origin.CREDENTIAL, str(path))

    def _read(self, name: str, path: Path, origin: Origin, place: str) -> Iterator[Raw]:
        try:
            value = path.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "не текст UTF-8"
            self.faults.append(Fault(place, str(path), f"тайна не читается: {reason}", "исправьте путь или права"))
            return
        if value:
            yield Raw(value, origin, name, place)


def in_file(file: EnvFile, var: Var) -> Iterator[Raw]:
    """Значения переменной в файле, от главного имени к прежним."""
    for name in var.names:
        yield from _present(file.values, name, Origin.FILE, file.name)


def _present(layer: Mapping[str, str], name: str, origin: Origin, place: str = "") -> Iterator[Raw]:
    value = layer.get(name, "").strip()
    if value:
        yield Raw(value, origin, name, place)
