"""Имена обменников, очередей и ключей: интерфейс существующих установок."""

from __future__ import annotations

from exchanger.ports import Address

TASKS = "camunda.external.tasks"
UNROUTED = "camunda.unrouted.tasks"
RESPONSES_EXCHANGE = "camunda.task.responses"
EVENTS = "exchanger.events"

RESPONSES_QUEUE = "camunda.responses.queue"
ERRORS_QUEUE = "errors.camunda_tasks.queue"
DEFAULT_QUEUE = "default.queue"
OLD_DEAD_LETTERS = "bitrix24.dead_letter.queue"
"""Очередь предшественника: читается, если есть; сама не создаётся."""

RESPONSES = Address(RESPONSES_EXCHANGE, RESPONSES_QUEUE)
"""Куда публикуют ответы."""
ERRORS = Address("", ERRORS_QUEUE)
"""Куда публикуют то, что нельзя ни понять, ни выполнить: прямо в очередь, минуя привязки, которые могут удалить."""


def order_address(system: str, topic: str) -> Address:
    """Адрес заявки: ключ `<система>.<тема>`."""
    return Address(TASKS, f"{system}.{topic}")


def queue_of(system: str) -> str:
    """Очередь заявок системы."""
    return f"{system}.queue"


def sent_queue_of(system: str) -> str:
    """Очередь квитанций системы."""
    return f"{system}.sent.queue"


def receipt_address(system: str) -> Address:
    """Адрес квитанции: прямо в очередь, как у предшественника."""
    return Address("", sent_queue_of(system))
