"""Хранилище поверх OData: поиск по нашей ссылке или реквизиту, запись с чтением обратно."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from exchanger.connect import Finding, Intent
from exchanger.domain.errors import BusinessError, ExchangerError, OutcomeUnknown, Reject, SystemPaused
from exchanger.ports import Clock
from exchanger.systems.onec.faults import Fault, Meaning, query_error, to_error
from exchanger.systems.onec.foreign import Row, as_map, as_text
from exchanger.systems.onec.moments import local
from exchanger.systems.onec.odata.api import ODataApi
from exchanger.systems.onec.odata.check import findings
from exchanger.systems.onec.odata.feed import Feed
from exchanger.systems.onec.odata.marks import Marks
from exchanger.systems.onec.odata.quoting import any_of, equals, guid, path_of, text
from exchanger.systems.onec.odata.scheme import Proof, Schemes
from exchanger.systems.onec.odata.selection import fields_of
from exchanger.systems.onec.readback import matches
from exchanger.systems.onec.refs import ref_of
from exchanger.systems.onec.settings import KeyScheme, OnecOptions
from exchanger.systems.onec.store import Record
from exchanger.telemetry.log import log

_REFS = 30  # keys of one request: its address must stay below what web servers let through
_MANY = 1000


class ODataStore:
    """Объекты базы через OData."""

    def __init__(self, api: ODataApi, options: OnecOptions, clock: Clock) -> None:
        self._api = api
        self._options = options
        self.marks = Marks(options.key_field)
        self.schemes = Schemes(api, options.scheme, options.key_field, lambda: local(clock.now(), options.zone))
        self._feed = Feed(api, self.marks, options, clock)

    async def find(self, entity: str, keys: Sequence[str]) -> list[Record]:
        """Объекты этих ключей."""
        await self.schemes.require(entity)
        if self._options.scheme is KeyScheme.NONE:
            return []
        by_ref = self._options.scheme is KeyScheme.REF
        wanted = {ref_of(key): key for key in keys} if by_ref else {key: key for key in keys}
        field = "Ref_Key" if by_ref else self.marks.field
        write = guid if by_ref else text
        return [
            Record(row, wanted[as_text(row.get(field))])
            for chunk in _chunks(list(wanted))
            for row in await self._chosen(entity, field, chunk, [write(value) for value in chunk])
        ]

    async def create(self, entity: str, key: str, fields: Row, *, post: bool = False) -> Record:  # noqa: ARG002 - posting is a request of its own here
        """Создать, не проводя; объект с этим ключом уже есть — вернуть его."""
        proof = await self.schemes.require(entity)
        keyed = self._options.scheme is not KeyScheme.NONE
        body = _numbered(self.marks.marked(entity, fields, key)) | ({"Ref_Key": ref_of(key)} if keyed else {})
        try:
            row = await self._add(entity, key, body)
        except OutcomeUnknown as error:
            if proof is Proof.UNPROVED and self._options.scheme is KeyScheme.REF:
                raise Reject(f"{error} Примет ли база нашу ссылку, ещё не доказано.", remedy=_LOOK) from None
            raise
        return Record(row, key)

    async def read(self, entity: str, refs: Sequence[str]) -> list[Record]:
        """Главные поля по ссылкам."""
        found: list[Record] = []
        for chunk in _chunks(list(dict.fromkeys(refs))):
            rows = await self._chosen(entity, "Ref_Key", chunk, [guid(ref) for ref in chunk])
            found += [Record(row, self.marks.key_of(entity, row)) for row in rows]
        return found

    async def whole(self, entity: str, ref: str) -> Record | None:
        """Объект целиком."""
        path = path_of(entity, ref)
        answer = await self._api.ask("GET", path, intent=Intent.READ)
        if not isinstance(answer, Fault):
            return Record(answer, self.marks.key_of(entity, answer))
        if answer.meaning is Meaning.NO_OBJECT:
            return None
        raise query_error(answer, f"GET {entity}")

    async def change(self, entity: str, ref: str, fields: Row, *, post: bool | None = None) -> Record:
        """Записать поля и прочитать обратно. Отмена проведения — до записи: проведённый документ нельзя пометить."""
        if post is False:
            await self._act(entity, ref, "Unpost")
        if fields:
            await self._api.call("PATCH", path_of(entity, ref), intent=Intent.IDEMPOTENT, body=_numbered(fields))
        if post:
            await self._act(entity, ref, "Post")
        stored = await self.whole(entity, ref)
        if stored is None:
            raise Reject(f"1С, {entity}: объекта {ref} нет.", remedy="проверьте ссылку и повторите инцидент.")
        return stored

    async def execute(self, entity: str, ref: str) -> None:
        """Выполнить задачу; что ответит база на второй раз, неизвестно, поэтому решает чтение."""
        try:
            await self._act(entity, ref, "ExecuteTask")
        except (BusinessError, Reject):
            stored = await self.whole(entity, ref)
            if stored is not None and stored.fields.get("Executed") is not True:
                raise

    async def matching(self, entity: str, where: Row, limit: int, fields: Sequence[str] = ()) -> list[Record]:
        """Объекты по равенству полей."""
        asked = {"$top": str(limit)} | ({"$filter": equals(where)} if where else {})
        if fields:
            asked["$select"] = ",".join(dict.fromkeys(("Ref_Key", *where, *fields)))
        answer = await self._api.call("GET", path_of(entity), intent=Intent.READ, query=asked)
        value = answer.get("value")
        rows = [as_map(row) for row in value] if isinstance(value, list) else []
        if any(not matches(where, row) for row in rows):
            raise _ignored(entity, ", ".join(where))
        return [Record(row, self.marks.key_of(entity, row)) for row in rows]

    def changed(self, entity: str, since: str) -> AsyncIterator[tuple[list[Record], str]]:
        """Лента задач."""
        return self._feed.changed(entity, since)

    async def check(self) -> list[Finding]:
        """Вход, состав интерфейса, схема ключа, сеансы."""
        return await findings(self._api, self.schemes, self._options)

    async def _chosen(self, entity: str, field: str, values: Sequence[str], written: Sequence[str]) -> list[Row]:
        """Rows with these values; a row with any other proves that the filter was passed over."""
        asked = {
            "$filter": any_of(field, written),
            "$select": ",".join(fields_of(entity, self.marks)),
            "$top": str(_MANY),
        }
        rows = await self._api.rows(path_of(entity), asked)
        if any(as_text(row.get(field)) not in values for row in rows):
            self.schemes.ignored(entity)
            raise _ignored(entity, field)
        return rows

    async def _add(self, entity: str, key: str, body: Row) -> Row:
        path = path_of(entity)
        answer = await self._api.ask("POST", path, intent=Intent.CREATE, body=body)
        if not isinstance(answer, Fault):
            return self._added(entity, key, body, answer)
        if answer.meaning is Meaning.EXISTS and (existing := await self.whole(entity, ref_of(key))) is not None:
            self.schemes.created(entity, honoured=True)
            return existing.fields
        raise to_error(answer, f"POST {entity}", Intent.CREATE)

    def _added(self, entity: str, key: str, body: Row, row: Row) -> Row:
        ref = as_text(row.get("Ref_Key"))
        if not ref:
            raise OutcomeUnknown(f"1С, POST {entity}: в ответе нет ссылки созданного.")
        honoured = ref == body.get("Ref_Key")
        self.schemes.created(entity, honoured=honoured)
        if not honoured and self._options.scheme is KeyScheme.REF:
            log.error("1С дала объекту свою ссылку вместо нашей", entity=entity, ref=ref, key=key)
        return row

    async def _act(self, entity: str, ref: str, action: str) -> None:
        query = {"PostingModeOperational": "false"} if action == "Post" else {}
        path = path_of(entity, ref, action)
        answer = await self._api.ask("POST", path, intent=Intent.IDEMPOTENT, query=query)
        if isinstance(answer, Fault):
            raise _acted(answer, f"{entity}/{action}")


_LOOK = "найдите в 1С объект, созданный сейчас: если его нет — повторите инцидент, если есть — удалите его и повторите."


def _acted(fault: Fault, what: str) -> ExchangerError:
    return to_error(fault, f"POST {what}", Intent.IDEMPOTENT)


def _ignored(entity: str, field: str) -> SystemPaused:
    return SystemPaused(
        f"1С, {entity}: условие на «{field}» пропущено, отданы чужие объекты.",
        remedy="создание остановлено, чтобы не задвоить объекты; проверьте посредников перед 1С.",
    )


def _chunks(values: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _REFS):
        yield list(values[start : start + _REFS])


def _numbered(fields: Row) -> dict[str, object]:
    """Rows of tabular parts must be numbered from one."""
    return {
        name: [{**as_map(row), "LineNumber": str(number)} for number, row in enumerate(value, 1)]
        if isinstance(value, list)
        else value
        for name, value in fields.items()
    }
