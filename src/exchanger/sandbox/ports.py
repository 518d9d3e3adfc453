import random
import socket
from contextlib import ExitStack

from exchanger.sandbox.errors import SandboxError

# Below the kernel's ephemeral range (32768 and up): a port given by bind(0) can be taken by somebody's outgoing
# connection while our server is down between kill and restart, and a client that polls it can even connect to itself.
_RANGE = range(20_000, 32_000)
_ATTEMPTS = 500


def free_ports(count: int) -> list[int]:
    """Возвращает `count` разных свободных портов на 127.0.0.1; занять их должен вызывающий, и скоро."""
    with ExitStack() as held:
        return [_take(held) for _ in range(count)]


def _take(held: ExitStack) -> int:
    for _ in range(_ATTEMPTS):
        port = random.choice(_RANGE)  # noqa: S311 - no secret: any free port will do
        listener = held.enter_context(socket.socket())
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
    raise SandboxError(f"Нет свободного порта на 127.0.0.1 в диапазоне {_RANGE.start}–{_RANGE.stop - 1}")
