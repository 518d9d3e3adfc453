"""Обход базы 1С через сервис нашего расширения: POST …/query — тоже чтение."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from exchanger.connect import Answer, Intent
from exchanger.ops.record.onec_names import NOBODY_KEY, NOBODY_REF, ONE, PAGE, ROWS, known_name, sets_of
from exchanger.ops.record.walk import Step
from exchanger.systems.onec.faults import Fault, Meaning, query_error
from exchanger.systems.onec.foreign import as_map, as_rows, as_text
from exchanger.systems.onec.refs import is_ref
from exchanger.systems.onec.service.api import ServiceApi, read_answer
from exchanger.systems.onec.settings import OnecOptions

FIRST = "about"
"""Место обхода, которого у OData нет."""


class ServiceTour:
    """Обход нашим клиентом сервиса; вместо имён наборов в запись идут их роли."""

    codes = frozenset({"badRequest", "denied", "failed", "keyTaken", "noObject", "noSet", "refused", "busy"})

    def __init__(self, api: ServiceApi, options: OnecOptions) -> None:
        self._api = api
        self._sets = sets_of(options)

    def opening(self) -> Iterator[Step]:
        """О сервисе, наборы, лента, отказы."""
        yield Step(FIRST, "GET /about", {}, "about")
        for role in self._sets:
            yield self._query(role, role, {"where": {}, "limit": ROWS})
        yield Step("feed", "GET /changes/<tasks>", {"after": "", "limit": ROWS}, f"changes/{self._sets['tasks']}")
        yield self._query("missing key", "tasks", {"keys": [NOBODY_KEY]})
        yield self._query("missing task", "tasks", {"refs": [NOBODY_REF]})
        yield self._query("missing name", "users", {"where": {"Description": NOBODY_KEY}, "limit": 1})
        yield self._query("unknown field", "tasks", {"where": {"ExchangerNoSuchField": 1}, "limit": 1})
        yield self._query("nothing sought", "tasks", {})
        yield Step("unknown set", "POST /objects/<set>/query", {"refs": []}, "objects/Catalog_ExchangerNoSuchSet/query")

    def about(self, name: str, result: object) -> Iterable[Step]:
        """Те же записи по ссылкам."""
        rows = [as_map(each.get("fields")) for each in as_rows(as_map(result).get("objects"))]
        refs = [ref for row in rows if is_ref(ref := as_text(row.get("Ref_Key")))]
        if name in ONE and refs:
            yield self._query(ONE[name], name, {"refs": refs[:ROWS]})

    async def ask(self, step: Step) -> object:
        """Тело ответа; ответил не сервис — ошибка."""
        method, path = step.method.partition(" ")[0], step.path.split("/")
        if method == "POST":
            said = await self._api.ask(method, *path, intent=Intent.READ, body=step.params)
        else:
            query = "&".join(f"{name}={value}" for name, value in step.params.items())
            said = await self._api.ask(method, *path, intent=Intent.READ, query=query)
        if isinstance(said, Fault) and said.meaning is Meaning.FOREIGN:
            raise query_error(said, step.method)
        return None if isinstance(said, Fault) else said

    def code(self, answer: Answer) -> str:
        """Код договора."""
        read = read_answer(answer)
        return (read.code or PAGE) if isinstance(read, Fault) else ""

    def key(self, name: str) -> str:
        """Реквизиты конфигурации и людей в запись не идут."""
        return known_name(name)

    def _query(self, name: str, role: str, body: Mapping[str, object]) -> Step:
        return Step(name, f"POST /objects/<{role}>/query", body, f"objects/{self._sets[role]}/query")
