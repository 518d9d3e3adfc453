"""Notices over a real broker: two processes, one letter."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

import pytest

from exchanger.bus.rabbitmq.term import OURS
from exchanger.domain.event import Event, EventKind
from exchanger.ops.notices import kept_notices
from exchanger.ops.notices.herald import TERM
from exchanger.sandbox.smtp import Mailbox, mailbox
from exchanger.testing.eventually import eventually
from exchanger.wiring import assemble
from tests.ops.doctor_world import settings

pytestmark = pytest.mark.rabbitmq


async def test_two_processes_on_one_broker_write_one_letter(
    tmp_path: Path, vhost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchanger.ops.notices.herald.TICK", 0.2)
    async with mailbox(Mailbox()) as box:
        given = settings(
            tmp_path,
            RABBITMQ_URL=vhost,
            EMAIL_SMTP_HOST="127.0.0.1",
            EMAIL_SMTP_PORT=str(box.port),
            EMAIL_SMTP_TLS="none",
            EMAIL_FROM="bot@example.ru",
            NOTICE_EMAIL="duty@example.ru",
        )
        async with (
            assemble(given) as one,
            assemble(given) as two,
            kept_notices(given, one, "one"),
            kept_notices(given, two, "two"),
        ):
            states = (one.context.bus.state, two.context.bus.state)
            await eventually(lambda: sum(state().get(f"вахта {TERM}") == OURS for state in states))
            numbers = count()

            def received() -> int:
                """An event of the moment before the subscription reaches nobody, so it is said again."""
                now = two.context.clock.now()
                two.context.bus.emit(Event(EventKind.INCIDENT, now, "bitrix24", f"t{next(numbers)}", "p"))
                return len(box.received)

            await eventually(received, every=0.1)
            assert sum(state().get(f"вахта {TERM}") == OURS for state in states) == 1
    told = [task for letter in box.received for task in re.findall(r"t\d+", letter.message.get_content())]
    assert told
    assert len(told) == len(set(told))
