from __future__ import annotations

import pytest

from exchanger.connect import BLIND, REPEATABLE
from exchanger.domain.errors import BusinessError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.sandbox.onec import Fault, FaultKind, default_base
from exchanger.sandbox.onec.seed import GOOD, GOODS, KEY_FIELD, ORDERS, PARTNER, PARTNERS
from exchanger.systems.onec import KeyScheme, Profile, system_for
from exchanger.systems.onec.faults import REFUSED
from tests.systems.onec.calls import COUNTERPARTY, DOCUMENT, open_calls

_PLAIN = {"document": "ЗаказПокупателя", "documentFields": {"Контрагент_Key": PARTNER}}
_POST = r"/Document_[^(/]*$"
_PROFILES = pytest.mark.parametrize("profile", list(Profile))


@_PROFILES
async def test_a_document_is_written_with_its_rows_and_posted(profile: Profile) -> None:
    async with open_calls(profile=profile) as world:
        rows = [{"Номенклатура_Key": GOOD, "Количество": 2, "Цена": 10.5}]
        given = _PLAIN | {"documentFields": {"Контрагент_Key": PARTNER, "Товары": rows}, "postDocument": "true"}
        told = await world.does(given, documentDate="2026-11-30T18:00:00+00:00")
        (row,) = world.base.rows[ORDERS].values()
    assert (told["onec_document_ref"], told["onec_document_posted"]) == (row["Ref_Key"], True)
    assert row["Date"] == told["onec_document_date"] == "2026-11-30T21:00:00"  # the base lives in Moscow
    assert [(line["Номенклатура_Key"], line["Количество"]) for line in row["Товары"]] == [(GOOD, 2.0)]


@pytest.mark.parametrize("name", ["Коментарий", "НетТакого"])
async def test_a_field_that_1c_passes_over_in_silence_is_an_incident_and_nothing_is_posted(name: str) -> None:
    async with open_calls() as world:
        given = _PLAIN | {"documentFields": {name: "важное"}, "postDocument": True}
        for _ in range(2):  # the second attempt finds the document and tells the same
            with pytest.raises(Reject, match=name):
                await world.does(given)
        (row,) = world.base.rows[ORDERS].values()
    assert row["Posted"] is False


async def test_after_the_diagram_is_mended_the_same_document_gets_what_it_lacked() -> None:
    async with open_calls() as world:
        with pytest.raises(Reject):
            await world.does(_PLAIN | {"documentFields": {"Коментарий": "важное"}})
        await world.does(_PLAIN | {"documentFields": {"Комментарий": "важное"}})
        (row,) = world.base.rows[ORDERS].values()
    assert row["Комментарий"] == "важное"


async def test_a_retry_leaves_alone_what_a_person_has_changed_since() -> None:
    async with open_calls() as world:
        told = await world.does(_PLAIN | {"documentFields": {"Комментарий": "от процесса"}})
        row = world.base.rows[ORDERS][told["onec_document_ref"],]
        row["Комментарий"] = "от бухгалтера"
        assert await world.does(_PLAIN | {"documentFields": {"Комментарий": "от процесса"}}) == told
        assert row["Комментарий"] == "от бухгалтера"


@_PROFILES
async def test_a_refusal_of_the_configuration_is_a_branch_of_the_diagram(profile: Profile) -> None:
    async with open_calls(profile=profile) as world:
        world.base.faults.add(Fault(FaultKind.HANDLER_REFUSAL, "POST", _POST, text="Не заполнена организация"))
        with pytest.raises(BusinessError, match="Не заполнена организация") as refused:
            await world.does(_PLAIN)
        assert refused.value.code == REFUSED
        assert world.effects() == 0


@_PROFILES
@pytest.mark.parametrize("kind", [FaultKind.LOCK_CONFLICT, FaultKind.LOCK_TIMEOUT])
async def test_locked_data_are_tried_again(profile: Profile, kind: FaultKind) -> None:
    async with open_calls(profile=profile) as world:
        world.base.faults.add(Fault(kind, "POST", _POST))
        with pytest.raises(Retry):
            await world.does(_PLAIN)
        await world.does(_PLAIN)
        assert world.effects() == 1


@_PROFILES
async def test_an_update_is_read_back_and_may_be_repeated(profile: Profile) -> None:
    async with open_calls(profile=profile) as world:
        made = await world.does(_PLAIN | {"postDocument": True})
        change = {"document": "ЗаказПокупателя", "documentRef": made["onec_document_ref"]}
        given = change | {"documentFields": {"Комментарий": "оплачен", "Приоритет": 3}, "postDocument": "false"}
        first = await world.does(given, topic="1c_update_document")
        assert await world.does(topic="1c_update_document", **given) == first
        (row,) = world.base.rows[ORDERS].values()
    assert (row["Комментарий"], row["Приоритет"], row["Posted"]) == ("оплачен", 3, False)


async def test_an_update_that_1c_ignored_is_told() -> None:
    async with open_calls() as world:
        made = await world.does(_PLAIN)
        change = {"document": "ЗаказПокупателя", "documentRef": made["onec_document_ref"]}
        with pytest.raises(Reject, match="Приоритет"):
            await world.does(change, topic="1c_update_document", documentFields={"Приоритет": "высокий"})


async def test_a_counterparty_that_people_have_entered_is_taken() -> None:
    async with open_calls(COUNTERPARTY) as world:
        told = await world.does(counterpartyName="Ромашка, ООО", inn="7701234567")
    assert told["onec_counterparty_ref"] == PARTNER


async def test_data_are_brought_to_the_wanted_state_and_read() -> None:
    async with open_calls() as world:
        items = [{"Артикул": "СТ-1", "Description": "Стол большой"}, {"Артикул": "СТ-2", "Description": "Стул"}]
        given = {"onecSet": GOODS, "items": items, "matchBy": "Артикул"}
        first = await world.does(given, topic="1c_sync_data")
        again = await world.does(given, topic="1c_sync_data")
        read = await world.does(topic="1c_sync_data", onecSet=GOODS, where={"Артикул": "СТ-2"}, columns="Description")
    counts = ("onec_created", "onec_updated", "onec_unchanged")
    assert ([first[name] for name in counts], [again[name] for name in counts]) == ([1, 1, 0], [0, 0, 2])
    assert first["onec_refs"] == again["onec_refs"]
    assert read["onec_rows"] == [{"Ref_Key": first["onec_refs"][1], "Description": "Стул"}]


def test_what_the_base_itself_does_not_keep_single_is_never_repeated_blindly() -> None:
    creating = (DOCUMENT, COUNTERPARTY, "1c_sync_data")
    promises = {scheme: system_for(scheme).topics for scheme in KeyScheme}
    assert {promises[KeyScheme.REF][topic] for topic in creating} == {REPEATABLE}
    assert {promises[scheme][topic] for scheme in (KeyScheme.MARKER, KeyScheme.NONE) for topic in creating} == {BLIND}
    assert "1c_create_task" not in promises[KeyScheme.NONE]


@pytest.mark.parametrize(("kind", "made"), [(FaultKind.COMMIT_THEN_DROP, 1), (FaultKind.DROP_BEFORE_COMMIT, 0)])
async def test_a_doubt_under_a_marker_is_settled_by_a_search_after_the_quarantine(kind: FaultKind, made: int) -> None:
    async with open_calls(scheme=KeyScheme.MARKER, key_field=KEY_FIELD) as world:
        world.base.config.ref_key_honoured = False
        world.base.faults.add(Fault(kind, "POST", _POST))
        if made:
            await world.does(_PLAIN)
        else:
            with pytest.raises(Retry):
                await world.does(_PLAIN)
        assert world.effects() == made
        assert max(world.clock.slept) == 120
        await world.does(_PLAIN)
        assert world.effects() == 1


async def test_without_a_key_a_doubt_stays_a_doubt() -> None:
    async with open_calls(scheme=KeyScheme.NONE) as world:
        world.base.faults.add(Fault(FaultKind.COMMIT_THEN_DROP, "POST", _POST))
        with pytest.raises(OutcomeUnknown):
            await world.does(_PLAIN)


async def test_a_base_that_gives_references_of_its_own_stops_creation_before_it_begins() -> None:
    base = default_base()
    base.config.ref_key_honoured = False
    before = dict(base.rows[PARTNERS])
    async with open_calls(COUNTERPARTY, base=base, scheme=KeyScheme.MARKER, key_field=KEY_FIELD) as world:
        await world.does(counterpartyName="ООО Лютик")
    with pytest.raises(SystemPaused, match="Ref_Key") as paused:
        async with open_calls(COUNTERPARTY, base=base, scheme=KeyScheme.REF):
            pass
    assert "ONEC_KEY=marker" in paused.value.remedy
    assert len(base.rows[PARTNERS]) == len(before) + 1  # the probe's own object has been removed
