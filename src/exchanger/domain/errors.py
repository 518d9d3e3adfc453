"""Ошибки названы по тому, что должен сделать вызвавший."""

from __future__ import annotations

from datetime import timedelta


class ExchangerError(Exception):
    """Ожидаемая ошибка. `remedy` говорит оператору, что делать."""

    remedy: str = ""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        if remedy:
            self.remedy = remedy

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} Что делать: {self.remedy}" if self.remedy else message


class Retry(ExchangerError):
    """Действие точно не выполнено, его можно повторить позже."""

    def __init__(self, message: str, *, after: timedelta | None = None, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.after = after


class Reject(ExchangerError):
    """Действие невозможно и не станет возможным само: инцидент для человека."""


class TooLarge(Reject):
    """Содержимое больше предела того, кто его просит."""


class BusinessError(ExchangerError):
    """Ошибка предметной области: ветвь диаграммы по коду BPMN-ошибки."""

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code


class OutcomeUnknown(ExchangerError):
    """Запрос отправлен, выполнен ли он — неизвестно: искать по ключу, прежде чем повторять."""


class SystemPaused(ExchangerError):
    """Система не принимает никого (учётные данные, квота, обслуживание): ждать, не тратя попыток."""

    def __init__(self, message: str, *, after: timedelta | None = None, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.after = after


class TermLost(ExchangerError):
    """Этот процесс больше не действующий для системы: немедленно прекратить запись."""


class ConfigError(ExchangerError):
    """Ошибка настройки: исправляет администратор."""


class DeadLetter(ExchangerError):
    """Сообщение нельзя ни понять, ни выполнить: в очередь ошибок с причиной и исходным телом."""

    def __init__(self, kind: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.kind = kind


class LockedByOther(ExchangerError):
    """Задачу в движке держит другой работник или никто (`worker` = None)."""

    def __init__(self, message: str, *, worker: str | None) -> None:
        super().__init__(message)
        self.worker = worker


class Suspended(ExchangerError):
    """Экземпляр или определение процесса приостановлены: исход передать позже."""


class NextStepRefused(ExchangerError):
    """Движок не смог выполнить следующий шаг процесса; задача осталась за нами."""


class DatabaseRefused(NextStepRefused):
    """Шаг не приняла база движка, по неназванной причине: чаще всего она проходит сама (долго занятая строка)."""
