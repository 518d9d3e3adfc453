"""Обход базы 1С по OData: чтения нашего клиента. `$metadata` он не спрашивает: у настоящей базы это мегабайты."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from exchanger.connect import Answer, Intent
from exchanger.ops.record.onec_names import NOBODY_KEY, NOBODY_REF, ONE, PAGE, ROWS, known_name, sets_of
from exchanger.ops.record.walk import Step
from exchanger.ports import Clock
from exchanger.systems.onec.faults import Fault, Meaning, query_error
from exchanger.systems.onec.foreign import as_map, as_rows, as_text
from exchanger.systems.onec.moments import local
from exchanger.systems.onec.odata.answers import read_answer
from exchanger.systems.onec.odata.api import ODataApi
from exchanger.systems.onec.odata.feed import asked_since
from exchanger.systems.onec.odata.marks import Marks
from exchanger.systems.onec.odata.quoting import any_of, equals, guid, path_of, text
from exchanger.systems.onec.odata.selection import fields_of
from exchanger.systems.onec.refs import TYPE_PREFIX, is_ref
from exchanger.systems.onec.settings import KeyScheme, OnecOptions

_LOOK_BACK = timedelta(days=1)


class ODataTour:
    """Обход нашим клиентом базы; вместо имён наборов в запись идут их роли."""

    codes: frozenset[str] = frozenset()  # the platform's are numbers

    def __init__(self, api: ODataApi, options: OnecOptions, clock: Clock) -> None:
        self._api = api
        self._options = options
        self._clock = clock
        self._marks = Marks(options.key_field)
        self._sets = sets_of(options)

    def opening(self) -> Iterator[Step]:
        """Наборы, лента задач, отказы."""
        yield self._step("tasks", "tasks", {"$top": str(ROWS)})
        names = "Ref_Key,Description,DeletionMark"
        yield self._step("users", "users", {"$top": str(ROWS), "$select": names})
        yield self._step("counterparties", "counterparties", {"$top": str(ROWS), "$select": f"{names},Code"})
        since = local(self._clock.now() - _LOOK_BACK, self._options.zone)
        fields = fields_of(self._options.task_set, self._marks)
        yield self._step("feed", "tasks", {**asked_since(since, fields, ROWS), "$skip": "0"})
        yield from self._missing()
        yield self._step("unknown field chosen", "tasks", {"$top": "1", "$select": "ExchangerNoSuchField"})
        yield self._step("unknown field sought", "tasks", {"$top": "1", "$filter": "ExchangerNoSuchField eq 1"})
        yield Step("unknown set", "GET <set>", {"$top": "1"}, path_of("Catalog_ExchangerNoSuchSet"))

    def about(self, name: str, result: object) -> Iterable[Step]:
        """Записи набора целиком и по ссылкам, как их читает клиент."""
        refs = [ref for row in as_rows(as_map(result).get("value")) if is_ref(ref := as_text(row.get("Ref_Key")))]
        if name not in ONE or not refs:
            return
        for ref in refs[:ROWS]:
            yield Step(ONE[name], f"GET <{name}>(<id>)", {}, path_of(self._sets[name], ref))
        if name == "tasks":
            chosen = ",".join(fields_of(self._options.task_set, self._marks))
            sought = any_of("Ref_Key", map(guid, refs[:ROWS]))
            yield self._step("tasks by refs", name, {"$filter": sought, "$select": chosen, "$top": str(ROWS)})

    async def ask(self, step: Step) -> object:
        """Тело ответа; ответила не 1С — ошибка."""
        query = {name: str(value) for name, value in step.params.items()}
        said = await self._api.ask("GET", step.path, intent=Intent.READ, query=query)
        if isinstance(said, Fault) and said.meaning is Meaning.FOREIGN:
            raise query_error(said, step.method)
        return None if isinstance(said, Fault) else said

    def code(self, answer: Answer) -> str:
        """Внутренний код платформы."""
        read = read_answer(answer)
        return (read.code or PAGE) if isinstance(read, Fault) else ""

    def key(self, name: str) -> str:
        """Реквизиты конфигурации и людей в запись не идут."""
        return known_name(name)

    def _missing(self) -> Iterator[Step]:
        by_ref = self._options.scheme is not KeyScheme.MARKER
        key = any_of("Ref_Key", [guid(NOBODY_REF)]) if by_ref else any_of(self._marks.field, [text(NOBODY_KEY)])
        one = {"$select": "Ref_Key", "$top": "1"}
        performer = {"Исполнитель": NOBODY_REF, "Исполнитель_Type": TYPE_PREFIX + self._options.users_set}
        yield Step("missing task", "GET <tasks>(<id>)", {}, path_of(self._options.task_set, NOBODY_REF))
        yield self._step("missing key", "tasks", {**one, "$filter": key})
        yield self._step("missing performer", "tasks", {**one, "$filter": equals(performer)})
        yield self._step("missing name", "users", {**one, "$filter": equals({"Description": NOBODY_KEY})})
        yield self._step("missing tax number", "counterparties", {**one, "$filter": equals({"ИНН": "0000000000"})})

    def _step(self, name: str, role: str, query: Mapping[str, object]) -> Step:
        return Step(name, f"GET <{role}>", query, path_of(self._sets[role]))
