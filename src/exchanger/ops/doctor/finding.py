"""Находка самопроверки с кодом: по коду её узнают справочник, проверки и внешний надзор."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from exchanger.connect import Finding, Severity
from exchanger.domain.errors import ExchangerError
from exchanger.telemetry.redact import redact

_MARKS = {Severity.OK: "✓", Severity.WARNING: "!", Severity.ERROR: "✗"}


class Code(StrEnum):
    """Коды находок; объяснены в `docs/how-to/doctor.md`. Код не меняется: за ним следит внешний надзор."""

    FINE = "fine"
    SETTINGS_INVALID = "settings-invalid"
    SETTINGS_WARNING = "settings-warning"
    ENVIRONMENTS_MIXED = "environments-mixed"
    SECRETS_EXPOSED = "secrets-exposed"
    TLS_OFF = "tls-off"
    ENGINE_UNREACHABLE = "engine-unreachable"
    ENGINE_DENIED = "engine-denied"
    ENGINE_ADDRESS = "engine-address"
    ENGINE_RIGHTS = "engine-rights"
    ENGINE_OPEN = "engine-open"
    ENGINE_TENANT = "engine-tenant"
    ENGINE_CLOCK = "engine-clock"
    ENGINE_VERSION = "engine-version"
    ENGINE_INDEX = "engine-index"
    ENGINE_INCIDENTS = "engine-incidents"
    FOREIGN_WORKER = "foreign-worker"
    TOPIC_FORGOTTEN = "topic-forgotten"
    BROKER_NONE = "broker-none"
    BROKER_UNREACHABLE = "broker-unreachable"
    BROKER_RIGHTS = "broker-rights"
    BROKER_VERSION = "broker-version"
    BROKER_ALARM = "broker-alarm"
    TOPOLOGY_DIFFERS = "topology-differs"
    TOPOLOGY_MISSING = "topology-missing"
    QUEUE_CLASSIC = "queue-classic"
    NO_CONSUMERS = "no-consumers"
    DEAD_LETTERS = "dead-letters"
    UNROUTED = "unrouted"
    SYSTEM_PAUSED = "system-paused"
    SYSTEM_BROKEN = "system-broken"
    SYSTEM_SILENT = "system-silent"
    SYSTEM_CHECK = "system-check"
    DISK_LOW = "disk-low"
    LOGS_UNWRITABLE = "logs-unwritable"
    LOG_ERRORS = "log-errors"
    SERVICE_ABSENT = "service-absent"
    SERVICE_DOWN = "service-down"
    SERVICE_RESTARTS = "service-restarts"
    SERVICE_LEGACY = "service-legacy"
    PROBE_FAILED = "probe-failed"
    PROBE_LEFT = "probe-left"
    NOTICE_FAILED = "notice-failed"


@dataclass(frozen=True, slots=True)
class Diagnosis(Finding):
    """Находка и её код."""

    code: Code = Code.FINE


def fine(what: str, remedy: str = "") -> Diagnosis:
    """Всё в порядке; `remedy` — что ещё можно проверить."""
    return Diagnosis(Severity.OK, what, remedy)


def warning(code: Code, what: str, remedy: str) -> Diagnosis:
    """Работать можно, но исправить стоит."""
    return Diagnosis(Severity.WARNING, what, remedy, code)


def error(code: Code, what: str, remedy: str) -> Diagnosis:
    """Работа стоит или встанет."""
    return Diagnosis(Severity.ERROR, what, remedy, code)


def failed(code: Code, cause: ExchangerError, otherwise: str = "повторите; не пройдёт — смотрите журнал.") -> Diagnosis:
    """Ошибка с её собственным советом; нет его — `otherwise`."""
    text, _, advice = str(cause).partition(" Что делать: ")
    return error(code, redact(text), redact(cause.remedy or advice or otherwise))


@dataclass(frozen=True, slots=True)
class Section:
    """Часть установки и её находки."""

    title: str
    findings: tuple[Diagnosis, ...]

    @classmethod
    def of(cls, title: str, findings: Iterable[Finding], code: Code = Code.SYSTEM_CHECK) -> Section:
        """Собрать; находке без кода, кроме хороших, даётся `code`."""
        return cls(title, tuple(_coded(finding, code) for finding in findings))

    @property
    def worst(self) -> Severity:
        """Худшая находка."""
        return max((finding.severity for finding in self.findings), default=Severity.OK)

    def text(self) -> str:
        """Словами для терминала."""
        lines = [self.title]
        for finding in self.findings:
            code = f"  [{finding.code}]" if finding.severity is not Severity.OK else ""
            lines.append(f"  {_MARKS[finding.severity]} {finding.what}{code}")
            if finding.remedy:
                lines.append(f"      что делать: {finding.remedy}")
        return "\n".join(lines)

    def line(self) -> str:
        """Одной строкой JSON."""
        findings = [
            {"severity": one.severity.name.lower(), "code": one.code.value, "what": one.what, "remedy": one.remedy}
            for one in self.findings
        ]
        return json.dumps({"section": self.title, "findings": findings}, ensure_ascii=False)


def _coded(finding: Finding, code: Code) -> Diagnosis:
    if isinstance(finding, Diagnosis):
        return finding
    given = Code.FINE if finding.severity is Severity.OK else code
    return Diagnosis(finding.severity, finding.what, finding.remedy, given)
