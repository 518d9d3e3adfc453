"""Файлы движка: список точных координат с контрольными суммами, кэш вне рабочей копии, скачивание через jgo."""

import hashlib
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jgo.maven import MavenContext

from exchanger.sandbox.cache import cache_dir
from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.repositories import remote_repositories

Progress = Callable[[int, int], None]

_THREADS = 8
_PAUSES = (1, 2)  # seconds between attempts
_TIMEOUT = 30  # seconds for one read, not for the whole file


@dataclass(frozen=True, slots=True)
class Jar:
    """Один файл Maven: координаты и ожидаемая контрольная сумма SHA-256."""

    group: str
    artifact: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def relative_path(self) -> Path:
        """Место файла внутри кэша, как в хранилище Maven."""
        return Path(*self.group.split("."), self.artifact, self.version, f"{self.artifact}-{self.version}.jar")


def read_jar_list(text: str) -> tuple[Jar, ...]:
    """Читает строки `group:artifact:version sha256=<hex>`; пустые строки и `#` пропускает."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(_parse(line) for line in lines if line and not line.startswith("#"))


def jar_list(name: str) -> tuple[Jar, ...]:
    """Возвращает список файлов из `sandbox/engines/<name>.txt`."""
    return read_jar_list((files("exchanger.sandbox") / "engines" / f"{name}.txt").read_text(encoding="utf-8"))


def ensure_jars(jars: tuple[Jar, ...], progress: Progress = lambda _done, _total: None) -> list[Path]:
    """Возвращает пути ко всем файлам в порядке списка; недостающие скачивает, все проверяет по сумме.

    `progress(done, total)` вызывается в начале и после каждого скачанного файла. Прерванную загрузку можно повторить:
    готовые файлы остаются. Без сети работает, когда всё уже скачано.
    """
    root = cache_dir("jars")
    missing = [jar for jar in jars if not _is_right(root / jar.relative_path, jar)]
    progress(len(jars) - len(missing), len(jars))
    if missing:
        _fetch_all(missing, root, lambda done: progress(len(jars) - len(missing) + done, len(jars)))
    return [root / jar.relative_path for jar in jars]


def _parse(line: str) -> Jar:
    coordinates, _, checksum = line.partition(" sha256=")
    group, artifact, version = coordinates.split(":")
    if len(checksum) != hashlib.sha256().digest_size * 2:
        raise ValueError(f"Нет контрольной суммы SHA-256 в строке «{line}»")
    return Jar(group, artifact, version, checksum)


def _is_right(path: Path, jar: Jar) -> bool:
    return path.is_file() and _checksum(path) == jar.sha256


def _checksum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _fetch_all(jars: list[Jar], root: Path, done: Callable[[int], None]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    repositories = remote_repositories()
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="jars")
    try:
        fetches = [pool.submit(_fetch, jar, root, repositories) for jar in jars]
        for number, fetched in enumerate(as_completed(fetches), start=1):
            fetched.result()
            done(number)
    finally:
        pool.shutdown(cancel_futures=True)  # on an error or Ctrl-C the queue is dropped and at most 8 files are awaited


def _fetch(jar: Jar, root: Path, repositories: dict[str, str]) -> None:
    for pause in (*_PAUSES, None):
        try:
            return _fetch_once(jar, root, repositories)
        except (
            OSError,
            RuntimeError,
        ) as error:  # requests' errors are OSErrors; any status but 200 is jgo's RuntimeError
            if pause is None:
                raise SandboxError(_unreachable(jar, error, repositories)) from error
            time.sleep(pause)
    return None


def _fetch_once(jar: Jar, root: Path, repositories: dict[str, str]) -> None:
    # jgo writes straight to the final name, so a broken file would pass for a whole one: each attempt has a folder
    # of its own, and only a checked file is moved into the cache.
    with tempfile.TemporaryDirectory(dir=root, prefix=".fetch-") as folder:
        context = MavenContext(repo_cache=Path(folder), remote_repos=repositories, timeout=_TIMEOUT)
        fetched = context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        actual = _checksum(fetched)
        if actual != jar.sha256:
            raise SandboxError(
                f"Файл {jar} пришёл не тот: SHA-256 {actual}, ожидалась {jar.sha256}. Он не сохранён. "
                f"Проверьте, что отдаёт зеркало Maven или прокси, и повторите."
            )
        target = root / jar.relative_path
        target.parent.mkdir(parents=True, exist_ok=True)
        fetched.replace(target)


def _unreachable(jar: Jar, error: Exception, repositories: dict[str, str]) -> str:
    return (
        f"Не удалось скачать {jar} из хранилищ Maven ({', '.join(repositories)}): {type(error).__name__}: {error}. "
        "Проверьте сеть и прокси (HTTPS_PROXY); сертификат своего центра укажите в REQUESTS_CA_BUNDLE; "
        "зеркало возьмётся из ~/.m2/settings.xml или из [repositories] в настройках jgo. "
        "Повторный запуск продолжит с этого места."
    )
