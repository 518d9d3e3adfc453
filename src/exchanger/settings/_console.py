from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from exchanger.domain.errors import ConfigError
from exchanger.settings._var import CommaList, Group, Var

SHORTEST = 10
"""Знаков пароля: короче подбирают и при пределе попыток."""

_PORTS = {"prod": 8090, "dev": 8091}


def _password(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SHORTEST:
        raise ValueError(f"пароль короче {SHORTEST} знаков")
    return value


Port = Annotated[int, Field(ge=1, le=65535)]


class ConsoleSettings(Group):
    """Веб-консоль."""

    host: Annotated[str, Var("EXCHANGER_CONSOLE_HOST")] = Field(
        "127.0.0.1", min_length=1, description="Адрес консоли; не этой машины — только с EXCHANGER_CONSOLE_PASSWORD"
    )
    port: Annotated[int | None, Var("EXCHANGER_CONSOLE_PORT", empty="8090, у dev 8091")] = Field(
        None, ge=1, le=65535, description="Порт консоли"
    )
    password: Annotated[
        Annotated[SecretStr, AfterValidator(_password)] | None,
        Var("EXCHANGER_CONSOLE_PASSWORD", secret=True, empty="без входа, только с этой машины"),
    ] = Field(None, description=f"Пароль консоли, от {SHORTEST} знаков; за прокси задайте его тоже")
    health_ports: Annotated[
        tuple[Port, ...], CommaList, Var("EXCHANGER_CONSOLE_HEALTH_PORTS", empty="EXCHANGER_HEALTH_PORT")
    ] = Field(
        (), max_length=16, description="Порты страниц здоровья служб этой машины, через запятую: их показывает консоль"
    )

    @property
    def is_local(self) -> bool:
        """Консоль слышна только на этой машине."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def listen_on(self, environment: str) -> tuple[str, int]:
        """Адрес и порт; адрес не этой машины без пароля — ConfigError."""
        if not self.is_local and self.password is None:
            raise ConfigError(
                f"EXCHANGER_CONSOLE_HOST={self.host}: консоль была бы открыта всей сети без входа.",
                remedy="задайте EXCHANGER_CONSOLE_PASSWORD или верните 127.0.0.1 и ходите через туннель SSH.",
            )
        return self.host, self.port or _PORTS[environment]
