"""Листы сведений; лист, который не собрался, сам говорит почему."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions, version
from pathlib import Path

import aiohttp

from exchanger.domain.errors import ExchangerError
from exchanger.ops.doctor import Surroundings, diagnose
from exchanger.ops.doctor.broker import version_of
from exchanger.ops.doctor.log_tail import last_errors
from exchanger.ops.topology import open_desk
from exchanger.settings import Settings, SettingsError, load_settings
from exchanger.settings import examine as examine_settings
from exchanger.telemetry.redact import error_text

_ERRORS = 300
_PATIENCE = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Имя файла в архиве и текст."""

    name: str
    text: str


async def sheets(
    environ: Mapping[str, str] = os.environ, cwd: Path | None = None, around: Surroundings | None = None
) -> AsyncIterator[Sheet]:
    """Собрать все листы; негодные настройки оставляют только те, которым они не нужны."""
    yield Sheet("versions.txt", _versions())
    yield Sheet("settings.txt", _settings(environ, cwd))
    sections = [section async for section in diagnose(environ, cwd, around)]
    yield Sheet("doctor.txt", "\n\n".join(section.text() for section in sections))
    yield Sheet("doctor.jsonl", "\n".join(section.line() for section in sections))
    try:
        settings = load_settings(environ, cwd)
    except SettingsError:
        return  # the settings' own sheets say what is wrong
    yield Sheet("topology.txt", await _told(lambda: _topology(settings)))
    yield Sheet("health.json", await _told(lambda: _health(settings)))
    yield Sheet("errors.txt", _errors(settings))


def _versions() -> str:
    own = f"exchanger {version('exchanger')}\nPython {sys.version}\n{platform.platform()}\n"
    found = sorted(f"{each.metadata['Name']} {each.version}" for each in distributions())
    return own + "\n".join(dict.fromkeys(found))


def _settings(environ: Mapping[str, str], cwd: Path | None) -> str:
    reading = examine_settings(environ, cwd)
    lines = [f"Среда: {reading.environment}", f"Файл: {reading.file.path}", ""]
    lines += [f"{one.name} = {one.value_masked}  [{one.origin}] {one.note}".rstrip() for one in reading.values]
    lines += ["", *(f"Предупреждение: {text}" for text in reading.warnings)]
    return "\n".join([*lines, *(f"Ошибка: {fault}" for fault in reading.faults)])


async def _topology(settings: Settings) -> str:
    async with open_desk(settings) as desk:
        lines = [f"RabbitMQ {version_of(desk.session)}"]
        for one in await desk.look(None):
            state = "" if one.state is None else f"  ждёт {one.state.messages}, читают {one.state.consumers}"
            lines.append(f"{one.object}: {one.verdict.value}{state}  {one.note}".rstrip())
    return "\n".join(lines)


async def _health(settings: Settings) -> str:
    """Of the one service whose port these settings name; others have ports of their own."""
    port = settings.metrics.listen_on
    if port is None:
        return "Страница здоровья не открыта: EXCHANGER_HEALTH_PORT не задан."
    address = f"http://127.0.0.1:{port}/health/ready"
    async with aiohttp.ClientSession(timeout=_PATIENCE) as http, http.get(address) as answer:
        return json.dumps(await answer.json(), ensure_ascii=False, indent=2)


def _errors(settings: Settings) -> str:
    folder = settings.logs_directory / settings.installation.environment
    lines = last_errors(folder)[-_ERRORS:]
    return "\n".join(line.text for line in lines) or f"В {folder} ошибок нет."


async def _told(collect: Callable[[], Awaitable[str]]) -> str:
    try:
        return await collect()
    except (ExchangerError, aiohttp.ClientError, TimeoutError, ValueError) as error:
        return f"Не собрано: {error_text(error)}"
