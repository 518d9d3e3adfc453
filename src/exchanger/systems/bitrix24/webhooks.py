"""Вебхук портала и тот, на который перейти, когда портал не примет код первого: смена кода без остановки."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from exchanger.domain.errors import ConfigError
from exchanger.systems.bitrix24.settings import BitrixOptions, Webhook
from exchanger.telemetry.log import log
from exchanger.telemetry.redact import register_secret


class Webhooks:
    """Вебхуки одного владельца на одном портале; действует один."""

    def __init__(self, options: BitrixOptions) -> None:
        given = (options.webhook_url, options.next_webhook_url)
        self._all: Sequence[Webhook] = [Webhook.parse(url) for url in given if url]
        for each in self._all:
            register_secret(each.secret)
        if len({(each.origin, each.owner) for each in self._all}) > 1:
            raise ConfigError(
                "BITRIX_NEXT_WEBHOOK_URL: это вебхук другого портала или другого сотрудника.",
                remedy="выпустите новый вебхук на том же портале под тем же сотрудником: он видит те же задачи.",
            )
        self.current = self._all[0]
        self.refused: set[str] = set()

    def move(self, origin: str) -> None:
        """Портал переехал: оба вебхука на новом адресе."""
        self._all = [replace(each, origin=origin) for each in self._all]
        self.current = replace(self.current, origin=origin)

    def another(self, used: Webhook, tried: set[str]) -> bool:
        """Портал не принял код `used`, поэтому запрос не выполнен. True — есть другой, этим запросом не пробованный."""
        tried.add(used.path)
        left = [each for each in self._all if each.path not in tried]
        if not left:
            return False
        if used.path == self.current.path:  # else another request has changed it already
            self.current = left[0]
            self.refused.add(used.path)
            self.refused.discard(self.current.path)
            log.warning("портал не принял код вебхука, взят другой из настроек")
        return True
