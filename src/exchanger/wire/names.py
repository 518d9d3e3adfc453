"""Имена обменников, очередей и ключей: интерфейс существующих установок."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.ports import Address

EVENTS = "exchanger.events"
ERRORS_QUEUE = "errors.camunda_tasks.queue"
DEFAULT_QUEUE = "default.queue"
OLD_DEAD_LETTERS = "bitrix24.dead_letter.queue"
"""Очередь предшественника: читается, если есть; сама не создаётся."""

ERRORS = Address("", ERRORS_QUEUE)
"""Куда публикуют то, что нельзя ни понять, ни выполнить: прямо в очередь, минуя привязки, которые могут удалить."""


@dataclass(frozen=True, slots=True)
class Names:
    """Имена, которые установка может сменить настройкой."""

    tasks: str = "camunda.external.tasks"
    unrouted: str = "camunda.unrouted.tasks"
    responses: str = "camunda.task.responses"
    responses_queue: str = "camunda.responses.queue"

    def order_address(self, system: str, topic: str) -> Address:
        """Адрес заявки: ключ `<система>.<тема>`."""
        return Address(self.tasks, f"{system}.{topic}")

    @property
    def responses_address(self) -> Address:
        """Куда публикуют ответы."""
        return Address(self.responses, self.responses_queue)


def queue_of(system: str) -> str:
    """Очередь заявок системы."""
    return f"{system}.queue"


def sent_queue_of(system: str) -> str:
    """Очередь квитанций системы."""
    return f"{system}.sent.queue"


def receipt_address(system: str) -> Address:
    """Адрес квитанции: прямо в очередь, как у предшественника."""
    return Address("", sent_queue_of(system))
