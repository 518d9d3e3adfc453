"""The way of one task, all roles running."""

from __future__ import annotations

from exchanger.connect import Notice
from exchanger.domain.errors import SystemPaused
from exchanger.domain.typed import typed
from exchanger.roles.tracker import LINK_VARIABLE
from tests.roles.house import House, always, nothing


async def test_a_task_becomes_an_object_and_its_answer_comes_back(home: House) -> None:
    # Given an installation with all its roles
    await home.open_for_business()
    # When a process reaches an external task
    task = home.task("Согласовать договор")
    await home.clock.advance(2)
    # Then exactly one object exists, it is whole, and the engine shows the long lock and the link
    found = home.object(task)
    assert (found.title, found.whole) == ("Согласовать договор", True)
    assert home.is_made(task)
    assert home.state.notes[task.id] == {LINK_VARIABLE: f"memory://{found.id}"}
    # When a person finishes it
    home.objects.finish(found.id, "да")
    await home.clock.advance(home.pace.poll + 2)
    # Then the process has the answer, and nothing of what it had given is written back
    [outcome] = home.completed(task)
    assert outcome.variables == {"memory_id": typed(found.id), "task": typed("да")}
    assert task.id not in home.state.tasks


async def test_each_order_costs_one_create_and_no_search(home: House) -> None:
    # Given a term that began a while ago, though its quarantine is not over
    await home.open_for_business()
    # When tasks appear
    tasks = [home.task(str(number)) for number in range(30)]
    await home.clock.advance(5)
    # Then each is created once, and nothing was searched for
    assert all(home.object(task).whole for task in tasks)
    assert (home.objects.calls["create"], home.objects.calls["find"]) == (30, 0)


async def test_a_loop_gives_each_round_its_own_answer(home: House) -> None:
    # Given a process with a rework loop: every answer but "да" makes the same task again
    await home.open_for_business()

    def again(done: object, settlement: object) -> None:
        if getattr(settlement, "variables", {}).get("task") != typed("да"):
            home.task("round", process_instance_id="loop")

    home.state.next_step = again
    home.task("round", process_instance_id="loop")
    # When the person says no, no, yes
    for answer in ("нет", "нет", "да"):
        await home.clock.advance(5)
        home.objects.finish(home.objects.all[-1].id, answer)
        await home.clock.advance(20)
    # Then three objects were made, and the last answer stands
    assert [found.answer for found in home.objects.all] == ["нет", "нет", "да"]
    assert home.state.instances["loop"]["task"] == typed("да")
    assert not home.state.tasks


async def test_everything_is_thrown_away_and_the_processes_go_on(home: House) -> None:
    # Given tasks at every stage
    await home.open_for_business()
    tasks = [home.task(str(number)) for number in range(10)]
    await home.clock.advance(3)
    for found in home.objects.all[:3]:
        home.objects.finish(found.id, "до")
    # And orders in the queue of a system that is down
    home.objects.before = always(lambda: SystemPaused("обслуживание."))
    tasks += [home.task(str(number)) for number in range(10, 20)]
    await home.clock.advance(3)
    # When the broker, the journal and every process are lost, and started again
    await home.throw_away()
    home.objects.before = nothing
    for found in home.objects.all[3:6]:
        home.objects.finish(found.id, "во время")
    home.start_all()
    await home.clock.advance(home.locks.lease.total_seconds() + 120)
    for found in home.objects.all[6:]:
        home.objects.finish(found.id, "после")
    await home.clock.advance(400)
    # Then every instance went on, and no task was made twice
    assert not home.state.tasks
    assert set(home.objects.creates.values()) == {1}
    assert len(home.objects.creates) == 20
    assert not any(Notice.TWIN in found.notices for found in home.objects.all)
