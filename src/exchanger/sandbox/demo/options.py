from dataclasses import dataclass
from datetime import timedelta

from exchanger.domain.errors import ConfigError
from exchanger.sandbox.flavour import EngineKind


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Что показать. `speed` — во сколько раз люди быстрее обычного, `limit` — сколько ждать конца всех процессов."""

    instances: int = 12
    engine: EngineKind = "camunda"
    engine_url: str | None = None
    rabbitmq: bool = False
    rabbitmq_url: str | None = None
    people: bool = True
    keep: bool = False
    speed: float = 1.0
    limit: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        if self.rabbitmq and self.rabbitmq_url is not None:
            raise ConfigError(
                "Заданы и --rabbitmq, и --rabbitmq-url.", remedy="оставьте одно: свой брокер или запущенный здесь."
            )

    @property
    def tenant(self) -> str | None:
        """Арендатор: на своём движке задачи демонстрации не должны смешаться с рабочими."""
        return None if self.engine_url is None else "exchanger-demo"

    @property
    def patient(self) -> bool:
        """Ждать ли без срока: задачи делает человек."""
        return not self.people
