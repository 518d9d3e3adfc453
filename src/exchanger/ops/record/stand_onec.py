"""Стенд 1С для сравнения: выполненная и невыполненная задачи, контрагент; профиль — какой записан."""

from __future__ import annotations

from collections.abc import Sequence

from exchanger.connect import Limiter
from exchanger.ops.record.recording import Recorded
from exchanger.ops.record.tour_onec import record
from exchanger.ops.record.tour_onec_service import FIRST
from exchanger.sandbox.onec import Infobase, Person, default_base, standin
from exchanger.sandbox.onec.schema import TYPE_PREFIX
from exchanger.sandbox.onec.seed import CLERK, ENGINEER, LOGIN, PARTNER, PARTNERS, PASSWORD, TASKS, USERS
from exchanger.sandbox.onec.writing import create
from exchanger.systems.onec import OnecOptions, Profile
from exchanger.systems.onec.desk import limits, open_desk
from exchanger.telemetry.clock import SystemClock


def profile_of(recorded: Sequence[Recorded]) -> Profile:
    """Каким профилем сделана запись."""
    return Profile.SERVICE if any(each.step == FIRST for each in recorded) else Profile.ODATA


async def record_stand(base: Infobase, profile: Profile = Profile.ODATA) -> list[Recorded]:
    """Обойти стенд тем же обходом."""
    async with standin(base) as running:
        options = OnecOptions(running.url, LOGIN, PASSWORD, profile=profile)
        if profile is Profile.SERVICE:
            await _keyed(options)
        return await record(options, SystemClock())


async def _keyed(options: OnecOptions) -> None:
    """The feed of the service tells of objects with a key of ours only."""
    async with open_desk(options, Limiter(limits(options)), SystemClock()) as desk:
        await desk.store.create(TASKS, "record", {"Description": "С ключом"})


def filled() -> Infobase:
    """Обычная база с задачами."""
    base = default_base()
    fill(base)
    return base


def fill(base: Infobase) -> None:
    """Одна простая задача и одна выполненная со всем, что бывает."""
    kind, now = base.types[TASKS], base.local_now()
    create(base, kind, {"Description": "Простая", "Date": now})
    done = create(
        base,
        kind,
        {
            "Description": "Полная",
            "Описание": "Описание",
            "Date": now,
            "СрокИсполнения": now,
            "Важность": "Высокая",
            "СостояниеБизнесПроцесса": "Активен",
            "Исполнитель": ENGINEER,
            "Исполнитель_Type": TYPE_PREFIX + USERS,
            "Автор": CLERK,
            "Автор_Type": TYPE_PREFIX + USERS,
            "Предмет": PARTNER,
            "Предмет_Type": TYPE_PREFIX + PARTNERS,
        },
    )
    Person(base).execute(str(done["Ref_Key"]), "Сделано")
