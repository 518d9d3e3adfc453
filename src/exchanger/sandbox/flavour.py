"""Чем отличаются запуск Camunda и запуск Operaton: имена пакетов, приставка свойств, версия."""

from dataclasses import dataclass
from typing import Literal

EngineKind = Literal["camunda", "operaton"]

_BOOT = "org.springframework.boot.autoconfigure"
_BOOT_CONFIGURATIONS = (
    "context.PropertyPlaceholderAutoConfiguration",
    "jdbc.DataSourceAutoConfiguration",
    "jdbc.DataSourceTransactionManagerAutoConfiguration",
    "jdbc.JdbcTemplateAutoConfiguration",
    "transaction.TransactionManagerCustomizationAutoConfiguration",
    "transaction.TransactionAutoConfiguration",
    "jackson.JacksonAutoConfiguration",
    "web.servlet.ServletWebServerFactoryAutoConfiguration",
)


@dataclass(frozen=True, slots=True)
class Flavour:
    """Разновидность движка и её точная версия."""

    kind: EngineKind
    title: str
    version: str

    @property
    def jar_list(self) -> str:
        """Имя списка файлов в `sandbox/engines`."""
        return f"{self.kind}-{self.version}"

    @property
    def configurations(self) -> str:
        """Классы конфигурации Spring через запятую: грузятся только они, поиска по classpath нет."""
        starter = f"org.{self.kind}.bpm.spring.boot.starter"
        boot = (f"{_BOOT}.{name}" for name in _BOOT_CONFIGURATIONS)
        return ",".join(
            (
                *boot,
                f"{starter}.{self.title}BpmAutoConfiguration",
                f"{starter}.rest.{self.title}BpmRestJerseyAutoConfiguration",
                f"{_BOOT}.jersey.JerseyAutoConfiguration",  # last: a bean that it replaces is needed by the one before
            )
        )

    def properties(self) -> list[str]:
        """Свойства, общие для всех запусков этой разновидности, в виде аргументов командной строки."""
        bpm, package = f"--{self.kind}.bpm", f"--logging.level.org.{self.kind}.bpm.engine"
        return [
            f"--spring.main.sources={self.configurations}",
            "--spring.main.banner-mode=off",
            "--spring.jmx.enabled=false",
            # The jar lists leave out the FEEL engine (7.5 MB); without this flag it is loaded at start.
            f"{bpm}.generic-properties.properties.dmnFeelEnableLegacyBehavior=true",
            # Timers within about a second; the defaults take five.
            f"{bpm}.job-execution.wait-time-in-millis=200",
            f"{bpm}.job-execution.max-wait=500",
            "--logging.level.root=WARN",
            # An answer 500 is an everyday answer of this engine: its cause is told once, not in 300 lines.
            f"{package}.rest.exception=OFF",
            "--logging.exception-conversion-word=%ex{1}",
        ]


FLAVOURS: dict[EngineKind, Flavour] = {
    "camunda": Flavour("camunda", "Camunda", "7.24.0"),
    "operaton": Flavour("operaton", "Operaton", "1.0.3"),
}
