"""Поиск и чтение: неудача не похожа на отсутствие."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from exchanger.connect import Cursor
from exchanger.domain.errors import Retry, SystemPaused
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectState
from exchanger.testing.contract.trouble import IDS, TROUBLES, Trouble
from exchanger.testing.contract.watching import drain
from exchanger.testing.contract.world import WorkWorld


class FindCases:
    """Поиск и чтение: неудача не похожа на отсутствие."""

    async def test_an_object_is_found_by_its_key_and_by_no_other(self, world: WorkWorld) -> None:
        """Объект находится по своему ключу и только по нему."""
        world.strangers(3)
        made = await world.make("task-1")
        await world.make("task-2")
        found = await world.work.find([world.key("task-1")])
        assert [(each.ref, each.key) for each in found] == [(made.ref, world.key("task-1"))]
        assert await world.work.find([world.key("task-3")]) == []

    async def test_the_object_says_where_a_person_opens_it(self, world: WorkWorld) -> None:
        """У объекта есть адрес для человека."""
        made = await world.make("task-1")
        assert made.ref.link.startswith("http")
        assert made.ref.id in made.ref.link
        assert made.state is ObjectState.OPEN

    async def test_hundreds_of_keys_are_found_at_once(self, world: WorkWorld) -> None:
        """Сотня ключей ищется разом."""
        names = [f"task-{number}" for number in range(120)]
        for name in names:
            await world.make(name)
        world.strangers(5)
        found = await world.work.find([world.key(name) for name in [*names, "task-none"]])
        assert sorted(str(each.key) for each in found) == sorted(str(world.key(name)) for name in names)

    @pytest.mark.parametrize("trouble", TROUBLES, ids=IDS)
    async def test_a_search_in_trouble_never_looks_like_absence(self, world: WorkWorld, trouble: Trouble) -> None:
        """Неудавшийся поиск не похож на отсутствие."""
        await world.make("task-1")
        world.proxy.arm(replace(trouble.fault(world.search_path, world.search_method), times=None))
        with pytest.raises((Retry, SystemPaused)):
            await world.work.find([world.key("task-1")])

    @pytest.mark.parametrize("trouble", TROUBLES, ids=IDS)
    async def test_a_reading_in_trouble_never_looks_like_a_deletion(self, world: WorkWorld, trouble: Trouble) -> None:
        """Неудавшееся чтение не похоже на удаление."""
        made = await world.make("task-1")
        world.proxy.arm(replace(trouble.fault(world.search_path, world.search_method), times=None))
        with pytest.raises((Retry, SystemPaused)):
            await world.work.read([made.ref])

    async def test_an_ignored_filter_stops_the_work_before_a_second_object(self, world: WorkWorld) -> None:
        """Непонятый системой фильтр останавливает работу."""
        world.strangers(2)
        await world.make("task-1")
        world.ignore_search()
        with pytest.raises(SystemPaused):
            await world.work.find([world.key("task-1")])
        with pytest.raises(SystemPaused):
            await world.work.create(world.key("task-2"), world.work.prepare(world.order("task-2")))
        assert world.objects(world.key("task-2")) == 0

    async def test_what_is_gone_is_absent_and_the_rest_is_read(self, world: WorkWorld) -> None:
        """Удалённого в ответе нет, остальное прочитано."""
        refs = [(await world.make(f"task-{number}")).ref for number in range(60)]
        world.delete(refs[7])
        read = await world.work.read(refs)
        assert {each.ref.id for each in read} == {ref.id for ref in refs} - {refs[7].id}

    async def test_the_next_generation_is_another_object_and_both_are_found(self, world: WorkWorld) -> None:
        """Следующее поколение — другой объект."""
        first = await world.make("task-1")
        world.refuse(first.ref)
        params = world.work.prepare(world.order("task-1"))
        second = await world.work.create(world.key("task-1").next(), params)
        found = await world.work.find([world.key("task-1")])
        assert {each.ref.id: each.key for each in found} == {
            first.ref.id: world.key("task-1"),
            second.ref.id: world.key("task-1").next(),
        }

    async def test_nothing_asked_is_nothing_found(self, world: WorkWorld) -> None:
        """Пустой вопрос — пустой ответ, а не все объекты."""
        world.strangers(1)
        await world.make("task-1")
        assert await world.work.find([]) == []
        assert await world.work.read([]) == []

    async def test_what_is_asked_twice_is_told_once(self, world: WorkWorld) -> None:
        """Повторённый ключ не удваивает объекта."""
        made = await world.make("task-1")
        found = await world.work.find([world.key("task-1")] * 3)
        assert [each.ref for each in found] == [made.ref]

    async def test_the_key_of_another_installation_is_not_ours(self, world: WorkWorld) -> None:
        """Та же задача другой установки или другого движка — другой объект."""
        await world.make("task-1")
        assert await world.work.find([Key("other", "main", "task-1"), Key("test", "second", "task-1")]) == []

    async def test_a_key_that_begins_like_another_is_not_that_one(self, world: WorkWorld) -> None:
        """Ключ сверяется целиком: похожий не подходит."""
        await world.make("task-12")
        assert await world.work.find([world.key("task-1")]) == []

    async def test_looking_changes_nothing(self, world: WorkWorld) -> None:
        """Поиск, чтение и слежение ничего не пишут."""
        made = await world.make("task-1")
        before = await world.work.read([made.ref])
        world.clock.jump(120)
        await world.work.find([world.key("task-1")])
        await drain(world, Cursor(), [])
        await world.work.read([made.ref])
        assert await world.work.read([made.ref]) == before
        assert world.notices(made.ref) == 0

    async def test_searches_at_the_same_time_do_not_mix(self, world: WorkWorld) -> None:
        """Одновременные поиски отвечают каждый на свой вопрос."""
        names = [f"task-{number}" for number in range(8)]
        for name in names:
            await world.make(name)
        found = await asyncio.gather(*(world.work.find([world.key(name)]) for name in names))
        assert [[each.key for each in one] for one in found] == [[world.key(name)] for name in names]
