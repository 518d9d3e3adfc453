"""Исходящие события: POST формой, без повторов; доставка теряется, задваивается и опаздывает по заказу."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import ClientError

from exchanger.sandbox.bitrix24.portal import EventName, TaskEvent
from exchanger.telemetry.log import log

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from exchanger.sandbox.bitrix24.model import Subscription
    from exchanger.sandbox.bitrix24.portal import Portal

_REORDER_PAUSE = 0.3  # long enough for the next event to overtake
_FORGED = "forged-token"


def form(event: TaskEvent, subscription: Subscription, domain: str) -> dict[str, str]:
    """Тело события; значений полей в нём нет, у ADD нет «до», у DELETE - «после»."""
    number = str(event.task_id)
    body = {"event": event.name.value, "event_handler_id": "1"}
    body |= {"data[FIELDS_BEFORE]": "undefined"} if event.name is EventName.ADD else {"data[FIELDS_BEFORE][ID]": number}
    body |= (
        {"data[FIELDS_AFTER]": "undefined"} if event.name is EventName.DELETE else {"data[FIELDS_AFTER][ID]": number}
    )
    return body | {
        "data[IS_ACCESSIBLE_BEFORE]": "undefined",
        "data[IS_ACCESSIBLE_AFTER]": "undefined",
        "ts": str(int(event.at.timestamp())),
        "auth[domain]": domain,
        "auth[client_endpoint]": f"https://{domain}/rest/",
        "auth[server_endpoint]": "https://oauth.example/rest/",
        "auth[member_id]": "sandbox",
        "auth[application_token]": subscription.application_token,
    }


class EventSender:
    """Шлёт события подписчикам; неудача не повторяется, как на портале."""

    def __init__(self, portal: Portal, session: ClientSession) -> None:
        self._portal = portal
        self._session = session
        self._tasks: set[asyncio.Task[None]] = set()

    def notice(self, event: TaskEvent) -> None:
        """Принимает событие портала и назначает доставку (и подделки, и двойники - по заказу)."""
        faults, chance = self._portal.faults.events, self._portal.faults.random.random
        for subscription in self._portal.subscriptions:
            if event.name.value not in subscription.events or chance() < faults.lost:
                continue
            body = form(event, subscription, self._portal.build.domain)
            delay = faults.delay + (_REORDER_PAUSE if chance() < faults.reordered else 0)
            copies = [body, body] if chance() < faults.duplicated else [body]
            if chance() < faults.forged:
                copies.append(body | {"auth[application_token]": _FORGED})
            for copy in copies:
                self._schedule(subscription.url, copy, delay)

    def _schedule(self, url: str, body: dict[str, str], delay: float) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(url, body, delay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, url: str, body: dict[str, str], delay: float) -> None:
        if delay:
            await asyncio.sleep(delay)
        try:
            async with self._session.post(url, data=body):
                return
        except (ClientError, TimeoutError):
            log.info("Событие портала не доставлено и повторено не будет", event=body["event"])

    async def close(self) -> None:
        """Бросает недоставленное."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
