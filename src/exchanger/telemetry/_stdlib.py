"""Стандартный logging, предупреждения и непойманные исключения идут в тот же журнал."""

import inspect
import logging
import sys
import threading
from types import TracebackType
from typing import Final

from loguru import logger

# Their INFO and DEBUG lines repeat ours or print addresses and bodies.
_QUIET: Final = ("aiohttp", "aio_pika", "aiormq", "asyncio", "pamqp")


class Intercept(logging.Handler):
    """Передаёт записи стандартного logging в loguru, сохраняя место вызова."""

    def emit(self, record: logging.LogRecord) -> None:
        """Передать одну запись."""
        try:
            level: str | int = logger.level(record.levelname).name
        except ValueError:
            level = record.levelno
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)  # wrong arguments are the caller's mistake; the sentence is still of use
        frame, depth = inspect.currentframe(), 0
        while frame and (depth == 0 or frame.f_code.co_filename == logging.__file__):
            frame, depth = frame.f_back, depth + 1
        logger.opt(depth=depth, exception=record.exc_info).bind(logger=record.name).log(level, message)


def intercept(level: str) -> None:
    """Направить сюда стандартный logging и всё, что иначе напечаталось бы в stderr без вычистки."""
    logging.root.handlers = [Intercept()]
    logging.root.setLevel(level if level != "TRACE" else "DEBUG")
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logger.opt(exception=error).critical("Необработанное исключение: процесс прерван")


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    thread = args.thread.name if args.thread else "?"
    logger.opt(exception=args.exc_value).bind(thread=thread).critical("Необработанное исключение: поток прерван")
