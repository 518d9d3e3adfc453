"""Самопроверка базы через OData: вход, наборы, схема ключа, сеансы."""

from __future__ import annotations

from collections.abc import AsyncIterator

from exchanger.connect import Finding, Intent, Severity
from exchanger.domain.errors import ExchangerError
from exchanger.systems.onec.faults import Fault, Meaning, query_error
from exchanger.systems.onec.odata.api import ODataApi
from exchanger.systems.onec.odata.quoting import path_of
from exchanger.systems.onec.odata.scheme import Proof, Schemes
from exchanger.systems.onec.settings import KeyScheme, OnecOptions

_SET_REMEDY = "включите его в состав стандартного интерфейса OData или задайте верное имя; дайте пользователю права."


async def findings(api: ODataApi, schemes: Schemes, options: OnecOptions) -> list[Finding]:
    """Находки; недоступная база — тоже находка."""
    try:
        return [each async for each in _findings(api, schemes, options)]
    except ExchangerError as error:
        return [Finding(Severity.ERROR, str(error).partition(" Что делать:")[0], error.remedy)]


async def _findings(api: ODataApi, schemes: Schemes, options: OnecOptions) -> AsyncIterator[Finding]:
    keyed = options.scheme is not KeyScheme.NONE
    if not keyed:
        yield Finding(
            Severity.WARNING,
            "Ключ в 1С не хранится (ONEC_KEY=none): создающие вызовы после сомнения ждут человека, задачи не ставятся.",
            "задайте ONEC_KEY=ref или marker либо ONEC_PROFILE=service.",
        )
    wanted = [options.counterparty_set, options.users_set, *([options.task_set] if keyed else [])]
    for entity in dict.fromkeys(wanted):
        found = await _reachable(api, entity)
        yield found
        if found.severity is Severity.OK and keyed and entity != options.users_set:
            yield _proved(await schemes.proof(entity), entity, options)
    if options.sessions and not api.leases.enabled:
        yield Finding(
            Severity.WARNING,
            "База не даёт сеансов по IBSession: каждый вызов занимает новую лицензию.",
            'включите в публикации reuseSessions="autouse" (или "use").',
        )


async def _reachable(api: ODataApi, entity: str) -> Finding:
    query = {"$top": "1", "$select": "Ref_Key"}
    answer = await api.ask("GET", path_of(entity), intent=Intent.READ, query=query)
    if not isinstance(answer, Fault):
        return Finding(Severity.OK, f"1С: набор {entity} читается.")
    if answer.meaning in {Meaning.NO_SET, Meaning.DENIED}:
        return Finding(Severity.ERROR, f"1С: набор {entity} не читается (код {answer.code}).", _SET_REMEDY)
    raise query_error(answer, f"GET {entity}")


def _proved(proof: Proof, entity: str, options: OnecOptions) -> Finding:
    how = "принимает нашу ссылку (Ref_Key)" if options.scheme is KeyScheme.REF else f"ищет по «{options.key_field}»"
    if proof is Proof.PROVED:
        return Finding(Severity.OK, f"1С: {entity} — база {how}, объект создаётся ровно один раз.")
    if proof is Proof.REFUTED:
        return Finding(
            Severity.ERROR,
            f"1С: {entity} — неверно, что база {how}: создание остановлено.",
            "смените ONEC_KEY (ref или marker с ONEC_KEY_FIELD) или поставьте расширение: ONEC_PROFILE=service.",
        )
    return Finding(
        Severity.WARNING,
        f"1С: {entity} — не удалось узнать, что база {how}; докажет первый созданный объект.",
        "после первого создания запустите exchanger doctor ещё раз.",
    )
