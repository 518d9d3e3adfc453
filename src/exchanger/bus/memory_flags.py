"""Знаки без брокера: файлы `<каталог>/<имя>.flag`, видные и другим процессам; без каталога — память этого процесса."""

from __future__ import annotations

from pathlib import Path

from exchanger.bus.flag import checked
from exchanger.domain.errors import ConfigError, Retry


class LocalFlags:
    """Порт `NotedFlags` на файлах или в памяти."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._raised: set[str] = set()
        self._notes: dict[str, str] = {}

    async def raise_flag(self, name: str) -> None:
        """Поднять."""
        if self._directory is None:
            self._raised.add(checked(name))
            return
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._path(name).touch(mode=0o600)
        except OSError as error:
            raise self._refused(name, error) from error

    async def lower_flag(self, name: str) -> None:
        """Опустить."""
        if self._directory is None:
            self._raised.discard(checked(name))
            self._notes.pop(name, None)
            return
        try:
            self._path(name).unlink(missing_ok=True)
            self._path(name, "note").unlink(missing_ok=True)
        except OSError as error:
            raise self._refused(name, error) from error

    async def is_raised(self, name: str) -> bool:
        """Поднят ли сейчас; нечитаемый каталог — `Retry`."""
        if self._directory is None:
            return checked(name) in self._raised
        path = self._path(name)
        try:
            path.stat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Retry(f"Поднят ли знак {path}, узнать нельзя: {error.strerror}.") from error
        return True

    async def annotate(self, name: str, text: str) -> None:
        """Заменить записку."""
        if self._directory is None:
            self._notes[checked(name)] = text
            return
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._path(name, "note").write_text(text, "utf-8")
        except OSError as error:
            raise self._refused(name, error) from error

    async def note(self, name: str) -> str:
        """Записка; нечитаемая — `Retry`."""
        if self._directory is None:
            return self._notes.get(checked(name), "")
        path = self._path(name, "note")
        try:
            return path.read_text("utf-8", "replace")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise Retry(f"Записку {path} не прочитать: {error.strerror}.") from error

    def _path(self, name: str, kind: str = "flag") -> Path:
        assert self._directory is not None
        return self._directory / f"{checked(name)}.{kind}"

    def _refused(self, name: str, error: OSError) -> ConfigError:
        return ConfigError(
            f"Знак {self._path(name)} не изменить: {error.strerror}.", remedy="дайте право записи в каталог."
        )
