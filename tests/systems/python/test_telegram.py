"""Telegram: what arrives, how it is escaped and split, and what is known when it does not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from exchanger.connect import Severity
from exchanger.domain.errors import BusinessError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue, Variables
from exchanger.sandbox.telegram import TelegramStandin, standin
from exchanger.systems.python.telegram import TELEGRAM, TelegramOptions
from exchanger.telemetry.clock import SystemClock
from tests.systems.python.calling import called

NOTE: Mapping[str, PlainValue] = {"chat": "-100", "text": "Договор согласован"}


def options(state: TelegramStandin, token: str = "") -> TelegramOptions:
    return TelegramOptions(token or state.token, None, state.url, timeout=5)


async def send(state: TelegramStandin, note: Mapping[str, PlainValue] = NOTE, token: str = "") -> Variables:
    async with standin(state):
        return await called(TELEGRAM, options(state, token), "send_telegram", note)


async def test_a_message_arrives_and_its_number_goes_to_the_process() -> None:
    state = TelegramStandin()
    assert await send(state, {**NOTE, "silent": True}) == {"telegram_message_id": typed(1)}
    assert state.sent == [{"chat_id": "-100", "text": "Договор согласован", "disable_notification": True}]


async def test_values_in_markup_are_escaped_and_the_markup_is_not() -> None:
    state = TelegramStandin()
    text = "<b>{{ title }}</b> {{doc.sum}}"
    await send(state, {"chat": "-100", "text": text, "format": "html", "title": "A<script>&Co", "doc": {"sum": 5}})
    assert state.sent[0]["text"] == "<b>A&lt;script&gt;&amp;Co</b> 5"
    assert state.sent[0]["parse_mode"] == "HTML"


async def test_plain_text_may_hold_anything() -> None:
    state = TelegramStandin()
    await send(state, {**NOTE, "text": "5 < 6 & <script>"})
    assert state.sent[0] == {"chat_id": "-100", "text": "5 < 6 & <script>"}


async def test_a_long_text_goes_in_parts_within_the_limit() -> None:
    # Given lines of characters that count twice, and one line that is longer than a message
    state = TelegramStandin()
    text = "\n".join(["😀" * 1500] * 4 + ["я" * 9000])
    # When it is sent
    await send(state, {**NOTE, "text": text})
    # Then every part was accepted and nothing is lost
    assert "".join(message["text"] for message in state.sent) == text
    assert len(state.sent) > 4


async def test_a_long_markup_is_refused_before_it_is_sent() -> None:
    state = TelegramStandin()
    with pytest.raises(Reject, match="4096"):
        await send(state, {**NOTE, "text": "<b>" + "я" * 4096 + "</b>", "format": "html"})
    assert not state.sent


async def test_a_group_that_became_a_supergroup_gets_its_message_once() -> None:
    state = TelegramStandin(chats={"-200": "open"}, moved={"-100": -200})
    await send(state)
    assert [message["chat_id"] for message in state.sent] == [-200]


@pytest.mark.parametrize(
    ("chat", "said"), [("-5", "chat not found"), ("7", "blocked by the user")], ids=["no such chat", "blocked"]
)
async def test_a_chat_that_cannot_be_written_to_is_a_bpmn_error(chat: str, said: str) -> None:
    state = TelegramStandin(chats={"7": "blocked"})
    with pytest.raises(BusinessError, match=said) as caught:
        await send(state, {**NOTE, "chat": chat})
    assert caught.value.code == "TELEGRAM_REFUSED"


async def test_too_many_requests_wait_as_long_as_told_and_cost_nothing() -> None:
    state = TelegramStandin(faults=[(429, {"ok": False, "parameters": {"retry_after": 7}})])
    with pytest.raises(SystemPaused) as caught:
        await send(state)
    assert caught.value.after == timedelta(seconds=7)


async def test_a_wrong_token_stops_the_bot_and_is_not_told() -> None:
    with pytest.raises(SystemPaused, match="TELEGRAM_BOT_TOKEN") as caught:
        await send(TelegramStandin(), token="123456:wr0ng-token-value")
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, {}, OutcomeUnknown),
        (502, {}, OutcomeUnknown),
        (200, {"ok": True}, OutcomeUnknown),
        (400, {"description": "Bad Request: can't parse entities"}, Reject),
        (409, {"description": "Conflict"}, Retry),
    ],
)
async def test_other_answers_are_named_by_what_is_known(
    status: int, body: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await send(TelegramStandin(faults=[(status, body)]))


async def test_a_lost_answer_is_a_doubt() -> None:
    state = TelegramStandin(lost=True)
    with pytest.raises(OutcomeUnknown):
        await send(state)
    assert len(state.sent) == 1


async def test_a_failure_after_the_first_part_is_a_doubt_not_a_retry() -> None:
    state = TelegramStandin()
    text = "я" * 5000
    state.chats = Flaky({"-100": "open"})
    with pytest.raises(OutcomeUnknown, match="1 из 2"):
        await send(state, {**NOTE, "text": text})


class Flaky(dict[str, str]):
    """A chat that blocks the bot after the first message."""

    def get(self, key: str, default: Any = None) -> Any:
        found = super().get(key, default)
        self[key] = "blocked"
        return found


async def test_no_chat_at_all_is_an_incident() -> None:
    with pytest.raises(Reject, match="TELEGRAM_CHAT_ID"):
        await send(TelegramStandin(), {"text": "x"})


@pytest.mark.parametrize(("token", "severity"), [("", Severity.OK), ("1:x", Severity.ERROR)])
async def test_doctor_says_whether_the_token_works(token: str, severity: Severity) -> None:
    async with standin(TelegramStandin()) as state, TELEGRAM.open(options(state, token), SystemClock()) as opened:
        assert [finding.severity for finding in await opened.check()] == [severity]
