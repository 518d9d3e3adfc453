"""Сообщения systemd: готовность, состояние, сторож (протокол sd_notify)."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping


class Notifier:
    """Пишет в сокет NOTIFY_SOCKET; вне systemd молчит."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        microseconds = int(environ.get("WATCHDOG_USEC") or 0)
        ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog = microseconds / 1_000_000 if ours else 0.0

    def send(self, **state: str) -> None:
        """Отправить поля состояния, например READY="1"."""
        if not self._address:
            return
        text = "\n".join(f"{name}={value}" for name, value in state.items())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as outgoing:
            outgoing.sendto(text.encode(), self._address)

    async def keep(self, status: Callable[[], str], every: float = 10.0) -> None:
        """Сообщать состояние и кормить сторожа, пока живёт цикл событий."""
        pause = min(every, self.watchdog / 3) if self.watchdog else every
        while True:
            state = {"STATUS": status().replace("\n", " ")}
            self.send(**state, **({"WATCHDOG": "1"} if self.watchdog else {}))
            await asyncio.sleep(pause)
