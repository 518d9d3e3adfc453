"""Systems that each break one rule, made of the good one of the kit; every one names the case meant for it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from exchanger.connect import Cursor, Intent
from exchanger.domain.errors import ExchangerError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.domain.key import Key
from exchanger.domain.outcome import Completed
from exchanger.domain.task import Snapshot
from exchanger.telemetry.log import log

Spoil = Callable[[Any], None]
"""Takes the world of a good operation and breaks one rule in it."""


@dataclass(frozen=True, slots=True)
class Hostile:
    case: str
    spoil: Spoil


WORKS: list[Hostile] = []
CALLS: list[Hostile] = []


def breaks(case: str, into: list[Hostile] = WORKS) -> Callable[[Spoil], Spoil]:
    def register(spoil: Spoil) -> Spoil:
        into.append(Hostile(case, spoil))
        return spoil

    return register


@breaks("test_a_creation_in_trouble_leaves_exactly_one_object")
def creates_again_after_a_doubt(world: Any) -> None:
    create = world.work.create

    async def twice(key: Key, params: Any) -> Any:
        try:
            return await create(key, params)
        except OutcomeUnknown:
            return await create(key, params)

    world.work.create = twice


@breaks("test_a_creation_says_honestly_whether_it_may_have_been_done")
def calls_a_doubt_a_failure(world: Any) -> None:
    create = world.work.create

    async def sure(key: Key, params: Any) -> Any:
        try:
            return await create(key, params)
        except OutcomeUnknown as error:
            raise Retry("не создано") from error

    world.work.create = sure


@breaks("test_a_creation_is_one_writing_request")
def makes_a_draft_first(world: Any) -> None:
    create, api = world.work.create, world.work._api

    async def drafted(key: Key, params: Any) -> Any:
        await api.one("POST", "/cards", Intent.CREATE, {"title": "черновик", "mark": ""})
        return await create(key, params)

    world.work.create = drafted


@breaks("test_an_object_is_found_by_its_key_and_by_no_other")
def loses_the_key(world: Any) -> None:
    create = world.work.create

    async def keyless(key: Key, params: Any) -> Any:
        return replace(await create(Key("lost", key.engine, key.task_id), params), key=key)

    world.work.create = keyless


@breaks("test_a_key_that_begins_like_another_is_not_that_one")
@breaks("test_an_ignored_filter_stops_the_work_before_a_second_object")
def trusts_the_filter(world: Any) -> None:
    async def trusting(keys: Sequence[Key]) -> list[Snapshot]:
        found: list[Snapshot] = []
        async for page, _ in world.work.changed(Cursor()):
            wanted = tuple(str(key) for key in keys)
            found += [each for each in page if str(each.key).startswith(wanted)]
        return found

    world.work.find = trusting


@breaks("test_hundreds_of_keys_are_found_at_once")
def forgets_the_second_page(world: Any) -> None:
    find = world.work.find

    async def first_page(keys: Sequence[Key]) -> list[Snapshot]:
        found: list[Snapshot] = await find(keys[:50])
        return found

    world.work.find = first_page


@breaks("test_a_search_in_trouble_never_looks_like_absence")
def swallows_the_errors_of_a_search(world: Any) -> None:
    find = world.work.find

    async def calm(keys: Sequence[Key]) -> list[Snapshot]:
        try:
            found: list[Snapshot] = await find(keys)
        except ExchangerError:
            return []
        return found

    world.work.find = calm


@breaks("test_a_reading_in_trouble_never_looks_like_a_deletion")
def swallows_the_errors_of_a_reading(world: Any) -> None:
    read = world.work.read

    async def calm(refs: Sequence[Any]) -> list[Snapshot]:
        try:
            found: list[Snapshot] = await read(refs)
        except ExchangerError:
            return []
        return found

    world.work.read = calm


@breaks("test_changes_in_trouble_never_look_like_calm")
def swallows_the_errors_of_the_changes(world: Any) -> None:
    changed = world.work.changed

    async def calm(since: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        try:
            async for page in changed(since):
                yield page
        except ExchangerError:
            return

    world.work.changed = calm


@breaks("test_changes_are_followed_from_the_place_that_was_kept")
def forgets_its_place(world: Any) -> None:
    changed = world.work.changed

    async def forgetful(since: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        async for page, _ in changed(since):
            yield page, Cursor()

    world.work.changed = forgetful


@breaks("test_a_reading_of_changes_that_broke_off_is_resumed_without_a_loss")
def runs_ahead_of_its_place(world: Any) -> None:
    changed = world.work.changed

    async def ahead(since: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        async for page, _ in changed(since):
            yield page, Cursor(str(world.state.numbers))

    world.work.changed = ahead


@breaks("test_the_place_is_a_text_that_outlives_the_process")
def keeps_its_place_as_an_object(world: Any) -> None:
    changed = world.work.changed

    async def living(since: Cursor) -> AsyncIterator[tuple[list[Snapshot], Any]]:
        async for page, place in changed(since):
            yield page, Cursor(place)

    world.work.changed = living


@breaks("test_looking_changes_nothing")
def marks_what_it_has_read(world: Any) -> None:
    read = world.work.read

    async def marking(refs: Sequence[Any]) -> list[Snapshot]:
        found: list[Snapshot] = await read(refs)
        for each in found:
            world.state.change(world.state.cards[int(each.ref.id)], label="прочитано")
        return found

    world.work.read = marking


@breaks("test_a_person_is_told_once")
def talks_every_time(world: Any) -> None:
    async def loud(ref: Any, notice: Any) -> None:
        await world.work._comment(ref, notice.value)

    world.work.tell = loud


@breaks("test_a_finished_object_answers_with_its_own_variables_only")
def answers_with_the_variables_of_the_process(world: Any) -> None:
    async def everything(*_: Any) -> Completed:
        return Completed(world.order("task-1").variables)

    world.work.answer = everything


@breaks("test_a_refusal_is_the_diagrams_business_and_the_object_can_come_back")
def takes_a_refusal_for_success(world: Any) -> None:
    async def done(*_: Any) -> Completed:
        return Completed()

    world.work.answer = done


@breaks("test_a_bad_order_is_refused_with_all_its_mistakes_and_a_remedy")
def names_no_mistake(world: Any) -> None:
    prepare = world.work.prepare

    def vague(order: Any) -> Any:
        try:
            return prepare(order)
        except Reject:
            raise Reject("Заявка негодна.", remedy="исправьте её.") from None

    world.work.prepare = vague


@breaks("test_a_text_of_any_language_stays_what_it_was")
def knows_one_alphabet(world: Any) -> None:
    create = world.work.create

    async def cut(key: Key, params: Any) -> Any:
        return await create(key, params.model_copy(update={"title": params.title.encode("ascii", "ignore").decode()}))

    world.work.create = cut


@breaks("test_no_error_tells_the_secret")
def tells_its_token_in_an_error(world: Any) -> None:
    find = world.work.find

    async def leaking(keys: Sequence[Key]) -> list[Snapshot]:
        try:
            found: list[Snapshot] = await find(keys)
        except ExchangerError as error:
            raise SystemPaused(f"не удалось с ключом {world.secret}") from error
        return found

    world.work.find = leaking


@breaks("test_no_creation_that_failed_tells_the_secret")
def tells_its_token_to_the_log(world: Any) -> None:
    create = world.work.create

    async def leaking(key: Key, params: Any) -> Any:
        log.info("создаю", note=world.secret)
        return await create(key, params)

    world.work.create = leaking


@breaks("test_the_others_are_not_kept_waiting")
def blocks_the_loop(world: Any) -> None:
    create = world.work.create

    async def blocking(key: Key, params: Any) -> Any:
        time.sleep(1.5)  # noqa: ASYNC251 - what the case is meant to catch
        return await create(key, params)

    world.work.create = blocking


@breaks("test_a_cancelled_search_stops_at_once")
def swallows_the_cancellation(world: Any) -> None:
    find = world.work.find

    async def stubborn(keys: Sequence[Key]) -> list[Snapshot]:
        try:
            found: list[Snapshot] = await find(keys)
        except BaseException:  # noqa: BLE001 - what the case is meant to catch
            return []
        return found

    world.work.find = stubborn


@breaks("test_trouble_is_not_answered_with_a_second_request", CALLS)
@breaks("test_a_call_in_trouble_says_honestly_whether_it_was_done", CALLS)
def sends_again(world: Any) -> None:
    run = world.run

    async def again(task_id: str = "task-1") -> Any:
        try:
            return await run(task_id)
        except OutcomeUnknown:
            try:
                return await run(task_id)
            except OutcomeUnknown as error:
                raise Retry("не сделано") from error

    world.run = again


@breaks("test_the_call_does_it_once", CALLS)
def does_it_twice(world: Any) -> None:
    run = world.run

    async def twice(task_id: str = "task-1") -> Any:
        await run(task_id)
        return await run(task_id)

    world.run = twice
