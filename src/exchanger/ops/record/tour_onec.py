"""Обход базы 1С: профиль — из настроек, набор задач, пользователей и контрагентов — тоже."""

from __future__ import annotations

from exchanger.connect import Limiter
from exchanger.ops.record.compare import Rules
from exchanger.ops.record.recording import Recorded
from exchanger.ops.record.tour_onec_odata import ODataTour
from exchanger.ops.record.tour_onec_service import ServiceTour
from exchanger.ops.record.walk import Listening, walk
from exchanger.ports import Clock
from exchanger.systems.onec import OnecOptions, Profile
from exchanger.systems.onec.desk import limits, require_key_field
from exchanger.systems.onec.odata.api import ODataApi
from exchanger.systems.onec.odata.sessions import Leases
from exchanger.systems.onec.service.api import ServiceApi
from exchanger.systems.onec.web import http_options

# 8 and noSet: the set is not published, 20 and denied: it is not given to our user.
RULES = Rules(("value", "objects"), frozenset({"8", "20", "NOSET", "DENIED", "PAGE"}))


async def record(options: OnecOptions, clock: Clock) -> list[Recorded]:
    """Обойти базу; сеансы, занятые обходом, завершаются."""
    require_key_field(options)
    async with Listening(http_options(options), Limiter(limits(options))) as http:
        if options.profile is Profile.SERVICE:
            return await walk(ServiceTour(ServiceApi(options.base, http), options), http)
        api = ODataApi(options.base, http, Leases(enabled=options.sessions))
        try:
            return await walk(ODataTour(api, options, clock), http)
        finally:
            await api.close()
