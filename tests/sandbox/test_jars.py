import hashlib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.jars import Jar, ensure_jars, jar_list, read_jar_list
from exchanger.sandbox.repositories import remote_repositories

CONTENT = b"not really a jar"


def jar(artifact: str, content: bytes = CONTENT) -> Jar:
    return Jar("org.example", artifact, "1.0", hashlib.sha256(content).hexdigest())


class Repository:
    """A Maven repository on loopback: a folder served by the standard library."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.requests: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self._server.seen = self.requests  # type: ignore[attr-defined]  # the handler's way to its repository
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def publish(self, jar: Jar, content: bytes = CONTENT) -> None:
        path = self.folder / jar.relative_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.seen.append(self.path)  # type: ignore[attr-defined]  # set by Repository
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Keep the test's output clean."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("exchanger.sandbox.jars._PAUSES", (0,))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def repository(tmp_path: Path, home: Path) -> Iterator[Repository]:
    server = Repository(tmp_path / "repository")
    _name_mirror(home, "central", server.url)
    yield server
    server.stop()


def _name_mirror(home: Path, mirror_of: str, url: str) -> None:
    (home / ".m2").mkdir(exist_ok=True)
    (home / ".m2" / "settings.xml").write_text(
        f"<settings xmlns='urn:any'><mirrors><mirror><mirrorOf>{mirror_of}</mirrorOf><url>{url}</url></mirror>"
        "</mirrors></settings>"
    )


def test_fetched_files_come_in_the_order_of_the_list_and_progress_reaches_the_total(repository: Repository) -> None:
    jars = (jar("b"), jar("a"), jar("c"))
    for each in jars:
        repository.publish(each)
    seen: list[tuple[int, int]] = []

    paths = ensure_jars(jars, lambda done, total: seen.append((done, total)))

    assert [path.name for path in paths] == ["b-1.0.jar", "a-1.0.jar", "c-1.0.jar"]
    assert all(path.read_bytes() == CONTENT for path in paths)
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_complete_cache_needs_no_network(repository: Repository) -> None:
    repository.publish(jar("a"))
    ensure_jars((jar("a"),))
    repository.stop()

    assert ensure_jars((jar("a"),))[0].read_bytes() == CONTENT


def test_file_with_a_wrong_checksum_is_refused_and_not_kept(repository: Repository, tmp_path: Path) -> None:
    repository.publish(jar("a"), b"something else")

    with pytest.raises(SandboxError, match=r"org\.example:a:1\.0.*не тот"):
        ensure_jars((jar("a"),))

    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_damaged_file_in_the_cache_is_fetched_again(repository: Repository) -> None:
    repository.publish(jar("a"))
    (path,) = ensure_jars((jar("a"),))
    path.write_bytes(CONTENT[:3])

    assert ensure_jars((jar("a"),))[0].read_bytes() == CONTENT


def test_repeated_run_fetches_only_what_is_missing(repository: Repository) -> None:
    repository.publish(jar("a"))
    with pytest.raises(SandboxError, match=r"org\.example:b:1\.0.*Повторный запуск продолжит"):
        ensure_jars((jar("a"), jar("b")))
    repository.publish(jar("b"))
    repository.requests.clear()

    ensure_jars((jar("a"), jar("b")))

    assert not any("/a-1.0.jar" in request for request in repository.requests)


@pytest.mark.parametrize("mirror_of", ["*", "central", "external:*", "other, central"])
def test_mirror_of_maven_settings_replaces_the_central_repository(home: Path, mirror_of: str) -> None:
    _name_mirror(home, mirror_of, "http://127.0.0.1:1/mirror/")

    assert remote_repositories() == {"central": "http://127.0.0.1:1/mirror"}


@pytest.mark.parametrize("mirror_of", ["other", "*,!central", "external:http:*"])
def test_mirror_of_something_else_is_not_used(home: Path, mirror_of: str) -> None:
    _name_mirror(home, mirror_of, "http://127.0.0.1:1/mirror")

    assert remote_repositories()["central"].startswith("https://")


def test_list_without_a_checksum_is_refused() -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        read_jar_list("org.example:a:1.0")


@pytest.mark.parametrize(("name", "count"), [("camunda-7.24.0", 83), ("operaton-1.0.3", 80)])
def test_shipped_lists_name_each_file_once_with_a_checksum(name: str, count: int) -> None:
    jars = jar_list(name)

    assert len({str(each) for each in jars}) == count
