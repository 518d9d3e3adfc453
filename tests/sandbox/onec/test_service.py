"""The extension's service keeps its contract: docs/reference/onec-http-service.md."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.sandbox.onec import Fault, FaultKind, Infobase, default_base, standin
from exchanger.sandbox.onec.seed import CLERK, GOOD, LOGIN, ORDERS, PARTNER, PARTNERS, RATES, TASKS
from tests.sandbox.onec.client import SERVICE, Client
from tests.sandbox.onec.conftest import ManualClock

DATE = "2026-03-01T10:00:00"
OTHER = "7f0c0d1e-0000-4000-8000-000000000001"


async def create(client: Client, key: str, name: str = ORDERS, *, post: bool = False, **fields: Any) -> Any:
    body = {"key": key, "fields": {"Date": DATE} | fields if name != PARTNERS else fields, "post": post}
    return await client.service("POST", f"objects/{name}", body)


async def refs(client: Client, name: str, body: dict[str, Any]) -> list[str]:
    status, said = await client.service("POST", f"objects/{name}/query", body)
    assert status == 200, said
    return [each["fields"]["Ref_Key"] for each in said["objects"]]


async def test_it_tells_its_version_and_the_time_of_the_base(client: Client) -> None:
    status, said = await client.service("GET", "about")
    assert (status, said) == (200, {
        "service": "exchanger", "version": 1, "timeZone": "Europe/Moscow", "time": "2026-03-02T12:00:00",
    })  # fmt: skip


async def test_a_key_makes_one_object_however_often_it_comes(client: Client, base: Infobase) -> None:
    status, first = await create(client, "exch:1", Комментарий="раз")
    again, second = await create(client, "exch:1", Комментарий="два")
    assert (status, first["created"], first["object"]["key"]) == (201, True, "exch:1")
    assert (again, second) == (200, {"created": False, "object": first["object"]})
    assert len(base.rows[ORDERS]) == 1


async def test_a_key_whose_object_was_destroyed_makes_a_new_one(client: Client, base: Infobase) -> None:
    _, first = await create(client, "exch:1")
    base.erased(base.types[ORDERS], (first["object"]["fields"]["Ref_Key"],))
    assert (await create(client, "exch:1"))[0] == 201


async def test_a_key_of_another_set_is_taken(client: Client) -> None:
    await create(client, "exch:1")
    status, said = await create(client, "exch:1", PARTNERS)
    assert (status, said["error"]["code"]) == (409, "keyTaken")


async def test_a_refusal_takes_everything_back_with_the_key(client: Client, base: Infobase) -> None:
    status, said = await create(client, "exch:1", post=True, DeletionMark=True)
    assert (status, said["error"]["code"]) == (422, "refused")
    assert base.rows[ORDERS] == {}
    assert (await create(client, "exch:1"))[0] == 201


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"key": "", "fields": {}}, "badRequest"),
        ({"key": "х" * 201, "fields": {}}, "badRequest"),
        ({"key": "к", "fields": {"Нет": 1}}, "badRequest"),
        ({"key": "к", "fields": {"Ref_Key": OTHER}}, "badRequest"),
        ({"key": "к", "fields": {"ИНН": 5}}, "badRequest"),
        ({"key": "к", "fields": {"ИНН": "1" * 13}}, "badRequest"),
        ({"key": "к", "fields": {"Parent_Key": "ссылка"}}, "badRequest"),
        ({"key": "к", "fields": []}, "badRequest"),
        (b"{", "badRequest"),
    ],
)
async def test_what_odata_loses_in_silence_is_refused_here(
    client: Client, base: Infobase, body: Any, code: str
) -> None:
    status, said = await client.service("POST", f"objects/{PARTNERS}", body)
    assert (status, said["error"]["code"]) == (400, code)
    assert len(base.rows[PARTNERS]) == 1


async def test_a_change_writes_the_named_fields_and_posts(client: Client) -> None:
    made = (await create(client, "exch:1", Комментарий="раз"))[1]["object"]["fields"]["Ref_Key"]
    rows = [{"Номенклатура_Key": GOOD, "Цена": 1}, {"Номенклатура_Key": GOOD, "Цена": 2}]
    _, said = await client.service("PATCH", f"objects/{ORDERS}/{made}", {"fields": {"Товары": rows}, "post": True})
    fields = said["object"]["fields"]
    assert [row["LineNumber"] for row in fields["Товары"]] == ["1", "2"]
    assert (fields["Posted"], fields["Комментарий"]) == (True, "раз")
    _, said = await client.service(
        "PATCH", f"objects/{ORDERS}/{made}", {"fields": {"DeletionMark": True}, "post": False}
    )
    assert said["error"]["code"] == "refused"  # a posted document is not marked, and all of it is taken back
    assert (await client.service("PATCH", f"objects/{ORDERS}/{made}", {"fields": {}, "post": False}))[0] == 200


async def test_objects_are_asked_by_key_by_reference_and_by_value(client: Client) -> None:
    one = (await create(client, "exch:1", Комментарий="а"))[1]["object"]["fields"]["Ref_Key"]
    two = (await create(client, "exch:2", Комментарий="а"))[1]["object"]["fields"]["Ref_Key"]
    assert await refs(client, ORDERS, {"keys": ["exch:2", "нет"]}) == [two]
    assert await refs(client, PARTNERS, {"keys": ["exch:2"]}) == []
    assert await refs(client, ORDERS, {"refs": [one, OTHER]}) == [one]
    assert await refs(client, ORDERS, {"where": {"Комментарий": "а"}}) == sorted([one, two])
    assert await refs(client, ORDERS, {"where": {"Комментарий": "а"}, "limit": 1}) == [min(one, two)]
    assert await refs(client, ORDERS, {"where": {"Комментарий": "б"}}) == []
    wrongs: list[dict[str, Any]] = [
        {},
        {"keys": [], "refs": []},
        {"keys": ["к"] * 101},
        {"where": {"Нет": 1}},
        {"where": {}, "limit": 0},
    ]
    for wrong in wrongs:
        assert (await client.service("POST", f"objects/{ORDERS}/query", wrong))[0] == 400, wrong


async def test_only_a_task_is_executed_and_only_once(client: Client) -> None:
    made = (await create(client, "exch:1", TASKS))[1]["object"]["fields"]["Ref_Key"]
    path = f"objects/{TASKS}/{made}/execute"
    status, first = await client.service("POST", path, {})
    assert (status, first["object"]["fields"]["Executed"]) == (200, True)
    assert await client.service("POST", path, {}) == (200, first)
    assert (await client.service("POST", f"objects/{PARTNERS}/{PARTNER}/execute", {}))[0] == 400


async def test_the_feed_gives_what_was_made_here_in_the_order_of_change(client: Client, clock: ManualClock) -> None:
    made = []
    for number in range(3):
        clock.advance(1)
        made.append((await create(client, f"exch:{number}"))[1]["object"]["fields"]["Ref_Key"])
    clock.advance(1)
    await client.service("PATCH", f"objects/{ORDERS}/{made[0]}", {"fields": {"Комментарий": "снова"}})
    await client.add(ORDERS, Date=DATE)  # not through the service
    _, page = await client.service("GET", f"changes/{ORDERS}?after=&limit=2")
    assert ([each["fields"]["Ref_Key"] for each in page["objects"]], page["more"]) == ([made[1], made[2]], True)
    _, rest = await client.service("GET", f"changes/{ORDERS}?after={page['next']}&limit=2")
    assert ([each["key"] for each in rest["objects"]], rest["more"]) == (["exch:0"], False)
    _, again = await client.service("GET", f"changes/{ORDERS}?after={rest['next']}&limit=9")
    assert len(again["objects"]) == 3  # the place is three minutes behind: rather twice than never
    clock.advance(181)
    later = (await client.service("GET", f"changes/{ORDERS}?after={again['next']}&limit=9"))[1]["next"]
    assert (await client.service("GET", f"changes/{ORDERS}?after={later}&limit=9"))[1]["objects"] == []
    assert (await client.service("GET", f"changes/{ORDERS}?after=xx&limit=9"))[0] == 400


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (FaultKind.HANDLER_REFUSAL, 422, "refused"),
        (FaultKind.LOCK_CONFLICT, 503, "busy"),
        (FaultKind.LOCK_TIMEOUT, 503, "busy"),
        (FaultKind.STOPPED_BEFORE, 500, "failed"),
        (FaultKind.STOPPED_AFTER, 500, "failed"),
    ],
)
async def test_trouble_inside_has_its_own_code(
    client: Client, base: Infobase, kind: FaultKind, status: int, code: str
) -> None:
    base.faults.add(Fault(kind, "POST"))
    got, said = await create(client, "exch:1")
    assert (got, said["error"]["code"]) == (status, code)
    assert len(base.rows[ORDERS]) == (kind is FaultKind.STOPPED_AFTER)


async def test_what_is_not_there_or_not_allowed(client: Client, base: Infobase) -> None:
    async def code(method: str, path: str, body: Any = None) -> tuple[int, str]:
        status, said = await client.service(method, path, body)
        return status, said["error"]["code"]

    assert await code("POST", "objects/Catalog_Нет", {"key": "к"}) == (404, "noSet")
    assert await code("POST", f"objects/{RATES}", {"key": "к"}) == (404, "noSet")
    assert await code("POST", f"objects/{PARTNERS}", {"key": "к", "post": True}) == (400, "badRequest")
    assert await code("PATCH", f"objects/{ORDERS}/{OTHER}", {"fields": {}}) == (404, "noObject")
    base.users[LOGIN].denied.add(ORDERS)
    assert await code("POST", f"objects/{ORDERS}", {"key": "к"}) == (403, "denied")
    base.users[LOGIN].hidden.add(CLERK)
    assert await code("PATCH", f"objects/Catalog_Пользователи/{CLERK}", {"fields": {}}) == (403, "denied")


async def test_a_base_without_the_extension_answers_404_without_our_error(client: Client) -> None:
    async with standin(default_base(), service=False) as running:
        answer = await Client(client.session, running).raw("GET", SERVICE + "about")
    assert (answer.status, "error" in answer.text) == (404, False)
