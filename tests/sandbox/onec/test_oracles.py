"""A client that we did not write understands the stand-in, for the calls that we use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from exchanger.sandbox.onec import Fault, FaultKind, Infobase, RunningBase
from exchanger.sandbox.onec.seed import (
    CLERK,
    CURRENCY,
    GOOD,
    KEY_FIELD,
    LOGIN,
    ORDERS,
    PARTNER,
    PASSWORD,
    PROCESSES,
    TASKS,
    USERS,
)

pytestmark = pytest.mark.oracle
onec = pytest.importorskip("python_1c_odata", reason="python-1c-odata не установлен")
DATE = "2026-03-01T10:00:00"


def infobase(running: RunningBase, **options: Any) -> Any:
    server, _, name = running.url.rpartition("/")
    return onec.Infobase(server, name, LOGIN, PASSWORD, **options)


@pytest.fixture
async def foreign(running: RunningBase) -> AsyncIterator[Any]:
    async with infobase(running) as client:
        yield client


async def test_it_creates_finds_by_the_key_changes_and_deletes(foreign: Any, base: Infobase) -> None:
    partners = onec.Catalog(foreign, "Контрагенты")
    made = await partners.create({"Description": "О'Кей + Ко", KEY_FIELD: "exch:1"})
    page = await partners.query(odata_filter=onec.F(KEY_FIELD) == "exch:1", select=["Ref_Key", "Description"])
    assert page.value == [{"Ref_Key": made["Ref_Key"], "Description": "О'Кей + Ко"}]
    changed = await partners.edit(made["Ref_Key"], {"DeletionMark": True})
    assert changed["DeletionMark"] is True
    assert await partners.count() == 2
    await partners.delete(made["Ref_Key"])
    with pytest.raises(onec.EntityNotFound) as refused:
        await partners.get(made["Ref_Key"])
    assert refused.value.internal_code == "9"


async def test_it_posts_a_document_and_its_rows(foreign: Any, base: Infobase) -> None:
    orders = onec.Document(foreign, "ЗаказПокупателя")
    rows = [{"LineNumber": "1", "Номенклатура_Key": GOOD, "Количество": 2}]
    given = {"Date": DATE, "Контрагент_Key": PARTNER, "Товары": rows}
    made = await orders.create(given, posting_mode=onec.PostingMode.POST)
    row = base.rows[ORDERS][made["Ref_Key"],]
    assert (row["Posted"], row["Товары"][0]["Номенклатура_Key"]) == (True, GOOD)
    await orders.unpost(made["Ref_Key"])
    assert base.rows[ORDERS][made["Ref_Key"],]["Posted"] is False


async def test_it_finds_and_executes_a_task_of_a_person(foreign: Any) -> None:
    processes, tasks = onec.BusinessProcess(foreign, "Задание"), onec.Task(foreign, "ЗадачаИсполнителя")
    typed = {"Исполнитель": CLERK, "Исполнитель_Type": f"StandardODATA.{USERS}"}
    made = await processes.create({"Date": DATE, "Наименование": "Дело", **typed})
    await processes.start(made["Ref_Key"])
    mine = onec.F("Исполнитель") == onec.Filter(f"cast({onec.guid(CLERK)},'{USERS}')")
    (task,) = (await tasks.query(odata_filter=mine & (onec.F("Executed") == False))).value  # noqa: E712 - a condition
    await tasks.execute(task["Ref_Key"])
    assert (await tasks.get(task["Ref_Key"]))["Executed"] is True
    assert [each async for each in tasks.iterate(odata_filter=mine & onec.F("Executed").eq(False))] == []


async def test_it_reads_the_description_of_the_base(foreign: Any) -> None:
    assert {TASKS, ORDERS, PROCESSES} <= set(await foreign.entity_sets())
    info = await foreign.entity_type_for_set(ORDERS)
    assert "Контрагент" in info.navigation_properties
    assert "Контрагент_Key" in [each.name for each in info.properties]


async def test_it_reads_registers_and_atom(foreign: Any, running: RunningBase) -> None:
    rates = onec.InformationRegister(foreign, "КурсыВалют")
    await rates.create({"Period": DATE, "Валюта_Key": CURRENCY, "Курс": 90.5})
    key = {"Period": onec.odata_datetime(datetime(2026, 3, 1, 10)), "Валюта_Key": CURRENCY}  # noqa: DTZ001 - local time
    assert (await rates.get(key))["Курс"] == 90.5
    async with infobase(running, format="atom") as other:
        (row,) = (await onec.Catalog(other, "Номенклатура").query()).value
    assert row["Description"] == "Стол"


async def test_it_tells_our_refusals_apart(foreign: Any, base: Infobase) -> None:
    partners = onec.Catalog(foreign, "Контрагенты")
    base.faults.add(Fault(FaultKind.LOCK_CONFLICT, "PATCH"))
    with pytest.raises(onec.ODataError) as refused:
        await partners.edit(PARTNER, {"ИНН": "1"})
    assert (refused.value.status, refused.value.internal_code) == (500, "-1")
    assert "Конфликт блокировок" in refused.value.message
