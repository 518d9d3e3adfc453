"""What 1C does with a write: silence where one expects a refusal, and the refusals that there are."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.sandbox.onec import Infobase
from exchanger.sandbox.onec.seed import (
    CLERK,
    CURRENCY,
    GOOD,
    KEY_FIELD,
    ORDERS,
    PARTNER,
    PARTNERS,
    PROCESSES,
    RATES,
    TASKS,
    USERS,
)
from tests.sandbox.onec.client import Client, at
from tests.sandbox.onec.conftest import ManualClock

DATE = "2026-03-01T10:00:00"
OWN = "7f0c0d1e-0000-4000-8000-000000000001"
EMPTY_REF = "00000000-0000-0000-0000-000000000000"


async def order(client: Client, **fields: Any) -> Any:
    return await client.add(ORDERS, Date=DATE, **fields)


async def test_what_is_empty_has_its_own_look_and_whole_numbers_are_texts(client: Client) -> None:
    made = await client.add(TASKS, Date=DATE)
    assert (made["СрокИсполнения"], made["ГруппаИсполнителейЗадач_Key"]) == ("0001-01-01T00:00:00", EMPTY_REF)
    assert (made["Исполнитель"], made["Исполнитель_Type"]) == ("", "StandardODATA.Undefined")
    assert (await order(client, Приоритет="7"))["Приоритет"] == "7"


async def test_silently_lost_cut_and_broken(client: Client) -> None:
    one = await order(client, Приоритет=7)
    lost = {"Нет": 1, "Приоритет": "семь", KEY_FIELD: "х" * 200, "Контрагент_Key": CLERK}
    answer = await client.send("PATCH", at(ORDERS, one["Ref_Key"]), lost)
    now = answer.body
    assert answer.status == 200
    assert "Нет" not in now
    assert (now["Приоритет"], len(now[KEY_FIELD]), now["Контрагент_Key"]) == ("7", 150, CLERK)
    assert now["DataVersion"] != one["DataVersion"]


async def test_a_handler_may_undo_a_field_without_a_word(client: Client, base: Infobase) -> None:
    base.faults.lost_fields.add("Description")
    made = await client.add(PARTNERS, Description="Имя", ИНН="1")
    assert (made["Description"], made["ИНН"]) == ("", "1")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"Контрагент_Key": "ссылка"}, (400, "1")),
        ({"DeletionMark": "может быть"}, (400, "1")),
        ({"Date": "2026-03-01T10:00:00+03:00"}, (400, "1")),
    ],
)
async def test_a_bad_reference_boolean_or_date_is_refused(
    client: Client, fields: dict[str, Any], error: tuple[int, str]
) -> None:
    assert (await client.send("POST", ORDERS, {"Date": DATE} | fields)).error == error


async def test_broken_json_stops_inside(client: Client) -> None:
    assert (await client.send("POST", PARTNERS, b"{")).error == (500, "-1")


async def test_a_composite_reference_without_its_type_is_lost(client: Client) -> None:
    made = await client.add(TASKS, Date=DATE, Исполнитель=CLERK)
    assert (made["Исполнитель"], made["Исполнитель_Type"]) == ("", "StandardODATA.Undefined")
    named = {"Исполнитель": CLERK, "Исполнитель_Type": "StandardODATA." + USERS}
    kept = (await client.send("PATCH", at(TASKS, made["Ref_Key"]), named)).body
    assert (kept["Исполнитель"], kept["Исполнитель_Type"]) == (CLERK, "StandardODATA." + USERS)
    wrong = named | {"Исполнитель_Type": "StandardODATA." + PARTNERS}
    assert (await client.send("PATCH", at(TASKS, made["Ref_Key"]), wrong)).error == (400, "4")


async def test_rows_are_replaced_as_a_whole_and_numbered_from_one(client: Client) -> None:
    rows = [{"LineNumber": str(number), "Номенклатура_Key": GOOD, "Цена": number} for number in (1, 2)]
    place = at(ORDERS, (await order(client, Товары=rows))["Ref_Key"])
    after = (await client.send("PATCH", place, {"Товары": [{"LineNumber": "1", "Цена": 9}]})).body["Товары"]
    assert [(row["LineNumber"], row["Цена"], row["Номенклатура_Key"]) for row in after] == [("1", 9.0, EMPTY_REF)]
    assert (await client.send("PATCH", place, {"Товары": [{"Цена": 1}]})).error == (500, "-1")
    assert (await client.send("PATCH", place, {"Товары": [{"LineNumber": "2"}]})).error == (400, "13")
    assert len((await client.send("GET", place)).body["Товары"]) == 1


async def test_our_own_reference_is_honoured_or_not_and_a_second_is_refused(client: Client, base: Infobase) -> None:
    assert (await client.add(PARTNERS, Ref_Key=OWN, Description="А"))["Ref_Key"] == OWN
    assert (await client.send("POST", PARTNERS, {"Ref_Key": OWN})).error == (400, "15")
    base.config.ref_key_honoured = False
    assert (await client.add(PARTNERS, Ref_Key=OWN, Description="Б"))["Ref_Key"] != OWN
    assert len(base.rows[PARTNERS]) == 3


async def test_the_reference_is_not_changed_by_a_patch(client: Client) -> None:
    answer = await client.send("PATCH", at(PARTNERS, PARTNER), {"Ref_Key": OWN, "ИНН": "2"})
    assert (answer.body["Ref_Key"], answer.body["ИНН"]) == (PARTNER, "2")


async def test_put_erases_what_was_not_sent_and_binds_links(client: Client) -> None:
    one = await order(client, Комментарий="слово")
    bound = {"Date": DATE, "Контрагент@odata.bind": f"{PARTNERS}(guid'{PARTNER}')"}
    now = (await client.send("PUT", at(ORDERS, one["Ref_Key"]), bound)).body
    assert (now["Комментарий"], now["Контрагент_Key"], now["Number"]) == ("", PARTNER, one["Number"])


async def test_delete_is_physical(client: Client, base: Infobase) -> None:
    answer = await client.send("DELETE", at(PARTNERS, PARTNER))
    assert (answer.status, answer.text) == (204, "")
    assert (await client.send("GET", at(PARTNERS, PARTNER))).error == (404, "9")
    assert base.rows[PARTNERS] == {}


async def test_if_match_is_ignored_unless_this_base_looks(client: Client, base: Infobase) -> None:
    stale = {"If-Match": "AAAAAAAAAAA="}
    assert (await client.send("PATCH", at(PARTNERS, PARTNER), {"ИНН": "1"}, headers=stale)).status == 200
    base.config.if_match = True
    assert (await client.send("PATCH", at(PARTNERS, PARTNER), {"ИНН": "2"}, headers=stale)).status == 412


async def test_the_location_is_raw_cyrillic(client: Client, base: Infobase) -> None:
    first = await client.send("POST", PARTNERS, {"Description": "А"})
    assert first.headers["Location"].endswith(at(PARTNERS, first.body["Ref_Key"]))
    base.config.raw_location = False
    assert (await client.send("POST", PARTNERS, {"Description": "Б"})).headers["Location"].isascii()


async def test_posting_and_deletion_marks_exclude_each_other(client: Client) -> None:
    place = at(ORDERS, (await order(client))["Ref_Key"])
    assert (await client.send("POST", place + "/Unpost")).body["Posted"] is False
    assert (await client.send("POST", place + "/Post")).body["Posted"] is True
    assert (await client.send("POST", place + "/Post()")).body["Posted"] is True
    assert (await client.send("PATCH", place, {"DeletionMark": True})).error == (500, "-1")
    assert (await client.send("POST", place + "/Unpost")).body["Posted"] is False
    assert (await client.send("PATCH", place, {"DeletionMark": True})).body["DeletionMark"] is True
    assert (await client.send("POST", place + "/Post")).error == (500, "-1")


async def test_posted_is_not_written_by_hand(client: Client) -> None:
    assert (await order(client, Posted=True))["Posted"] is False


@pytest.mark.parametrize("fails", [True, False])
async def test_a_task_is_executed_once_and_the_second_time_is_a_knob(
    client: Client, base: Infobase, clock: ManualClock, fails: bool
) -> None:
    base.config.execute_twice_fails = fails
    place = at(TASKS, (await client.add(TASKS, Date=DATE))["Ref_Key"]) + "/ExecuteTask"
    done = (await client.send("POST", place)).body
    assert (done["Executed"], done["ДатаИсполнения"]) == (True, "2026-03-02T12:00:00")  # the base's own zone, unnamed
    clock.advance(60)
    again = await client.send("POST", place)
    assert again.error == (500, "-1") if fails else again.body == done


async def test_a_started_process_gives_a_task_and_ends_with_it(client: Client, base: Infobase) -> None:
    made = await client.add(
        PROCESSES, Date=DATE, Наименование="Дело", Исполнитель=CLERK, Исполнитель_Type="StandardODATA." + USERS
    )
    assert (await client.send("POST", at(PROCESSES, made["Ref_Key"]) + "/Start")).body["Started"] is True
    (task,) = await client.rows(TASKS)
    assert (task["Description"], task["Исполнитель"], task["BusinessProcess"]) == ("Дело", CLERK, made["Ref_Key"])
    await client.send("POST", at(TASKS, task["Ref_Key"]) + "/ExecuteTask")
    assert base.rows[PROCESSES][made["Ref_Key"],]["Completed"] is True


async def test_a_register_answers_200_and_its_key_has_two_parts(client: Client) -> None:
    body = {"Period": DATE, "Валюта_Key": CURRENCY, "Курс": 90.5, "Кратность": 1}
    assert (await client.send("POST", RATES, body)).status == 200
    answer = await client.send("GET", f"{RATES}(Period=datetime'{DATE}',Валюта_Key=guid'{CURRENCY}')")
    assert (answer.body["Курс"], answer.body["Кратность"]) == (90.5, "1")
