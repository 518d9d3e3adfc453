"""Исходящие события: после слияния правок, подписанные, с состоянием на миг доставки; повторов при отказе нет."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientError, ClientSession

from exchanger.sandbox.openproject import render
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import Principal, WorkPackage
from exchanger.telemetry.log import log


@dataclass(slots=True)
class _Pending:
    action: str
    actor: Principal
    due: datetime


def sign(secret: str, body: bytes) -> str:
    """Значение X-OP-Signature."""
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


@dataclass(slots=True)
class Webhooks:
    """Одна подписка. `deliver` отправляет то, чему пришло время; без секрета подписи нет."""

    instance: Instance
    url: str
    secret: str = ""
    delivered: int = 0
    _pending: dict[tuple[int, int], _Pending] = field(default_factory=dict)

    def subscribe(self) -> None:
        """Слушать правки экземпляра."""
        self.instance.listeners.append(self._notice)

    def _notice(self, action: str, package: WorkPackage, actor: Principal) -> None:
        """Правки одного человека подряд сливаются; создание с правкой остаётся созданием."""
        due = self.instance.clock() + timedelta(seconds=self.instance.config.aggregation)
        known = self._pending.get((package.id, actor.id))
        created = known is not None and known.action == "work_package:created"
        self._pending[package.id, actor.id] = _Pending("work_package:created" if created else action, actor, due)

    async def deliver(self, session: ClientSession) -> int:
        """Отправить созревшее; сколько отправлено. Потерянное не повторяется."""
        now = self.instance.clock()
        ripe = [place for place, each in self._pending.items() if each.due <= now]
        sent = 0
        for place in ripe:
            pending, package = self._pending.pop(place), self.instance.work_packages.get(place[0])
            if package is not None and not self.instance.faults.lost_webhooks:
                sent += await self._post(session, pending, package)
        self.delivered += sent
        return sent

    async def _post(self, session: ClientSession, pending: _Pending, package: WorkPackage) -> int:
        actor = render.principal(pending.actor, to=pending.actor)
        body = json.dumps({"action": pending.action, **self._subject(pending, package), "actor": actor}).encode()
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-OP-Signature"] = sign(self.secret, body)
        try:
            async with session.post(self.url, data=body, headers=headers):
                return 1
        except ClientError as error:
            log.warning("событие не доставлено", reason=type(error).__name__)
            return 0

    def _subject(self, pending: _Pending, package: WorkPackage) -> dict[str, Any]:
        """О комментарии говорит запись ленты, о прочем — пакет."""
        if pending.action != "work_package_comment:comment":
            return {"work_package": render.package(self.instance, package)}
        said = [each for each in self.instance.activities if each.work_package == package.id and each.comment]
        return {"activity": render.activity(said[-1])}
