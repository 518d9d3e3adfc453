"""Сторож дочернего процесса: завершает его, когда умер тот, кто его запустил. Запускается как отдельный файл."""

# Why not PR_SET_PDEATHSIG: it follows the *thread* that forked, so a child started from asyncio.to_thread would die
# with that thread. Why a pipe and a pidfd: the pipe ends however its owner dies, and a pidfd never names a stranger.

import select
import signal
import sys

_GRACE_MS = 3000


def watch(owner: int, child: int) -> None:
    """Ждёт конца канала `owner` (владелец умер) или процесса `child` (pidfd); в первом случае завершает процесс."""
    waiting = select.poll()
    waiting.register(owner, select.POLLIN)
    waiting.register(child, select.POLLIN)
    if child in {fd for fd, _ in waiting.poll()}:
        return
    ending = select.poll()
    ending.register(child, select.POLLIN)
    for number in (signal.SIGCONT, signal.SIGTERM):
        signal.pidfd_send_signal(child, number)
    if not ending.poll(_GRACE_MS):
        signal.pidfd_send_signal(child, signal.SIGKILL)


if __name__ == "__main__":
    watch(int(sys.argv[1]), int(sys.argv[2]))
