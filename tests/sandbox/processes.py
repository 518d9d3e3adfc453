import time
from collections.abc import Callable
from pathlib import Path


def gone(pid: int) -> bool:
    """A zombie counts as gone: where nobody reaps orphans they stay in the table for ever."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return True


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def with_environment(name: str, value: str) -> list[int]:
    """Processes that bear this variable: finds those that have left our process tree, too."""
    wanted = f"{name}={value}".encode()
    return [int(entry.parent.name) for entry in Path("/proc").glob("[0-9]*/environ") if wanted in _environment(entry)]


def _environment(entry: Path) -> list[bytes]:
    try:
        return entry.read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []


def wait_until(condition: Callable[[], bool], otherwise: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
