"""Хранилище поверх сервиса расширения: ключ и объект записывает одна транзакция самой базы."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime
from urllib.parse import quote
from uuid import uuid4

from exchanger.connect import Finding, Intent, Severity
from exchanger.domain.errors import ExchangerError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.ports import Clock
from exchanger.systems.onec.faults import Fault, to_error
from exchanger.systems.onec.foreign import Row, as_map, as_rows, as_text
from exchanger.systems.onec.moments import local
from exchanger.systems.onec.readback import matches
from exchanger.systems.onec.service.api import ServiceApi
from exchanger.systems.onec.settings import OnecOptions
from exchanger.systems.onec.store import Record

_MANY = 100
_CLOCK_MINUTES = 5


class ServiceStore:
    """Объекты базы через сервис."""

    def __init__(self, api: ServiceApi, options: OnecOptions, clock: Clock) -> None:
        self._api = api
        self._options = options
        self._clock = clock
        self._doubted = False

    async def find(self, entity: str, keys: Sequence[str]) -> list[Record]:
        """Объекты этих ключей."""
        found: list[Record] = []
        for chunk in _chunks(list(dict.fromkeys(keys))):
            self._doubted = True
            found += _only(await self._query(entity, {"keys": chunk}), entity, set(chunk), lambda each: each.key)
            self._doubted = False
        return found

    async def create(self, entity: str, key: str, fields: Row, *, post: bool = False) -> Record:
        """Создать вместе с ключом; повтор под тем же ключом вернёт созданное."""
        if self._doubted:  # the last search failed or brought strangers: first it must find nothing where nothing is
            await self.find(entity, [f"exch-selftest-{uuid4()}"])
        body = {"key": key, "fields": fields, "post": post}
        answer = await self._api.ask("POST", "objects", entity, intent=Intent.CREATE, body=body)
        if isinstance(answer, Fault):
            raise to_error(answer, f"POST сервиса {entity}", Intent.CREATE)
        made = _record(answer.get("object"))
        if not made.ref or made.key != key:
            raise OutcomeUnknown(f"1С, POST сервиса {entity}: в ответе нет созданного объекта.")
        return made

    async def read(self, entity: str, refs: Sequence[str]) -> list[Record]:
        """Объекты по ссылкам."""
        return [
            found
            for chunk in _chunks(list(dict.fromkeys(refs)))
            for found in _only(await self._query(entity, {"refs": chunk}), entity, set(chunk), lambda each: each.ref)
        ]

    async def whole(self, entity: str, ref: str) -> Record | None:
        """Объект целиком: сервис других не отдаёт."""
        return next(iter(await self.read(entity, [ref])), None)

    async def change(self, entity: str, ref: str, fields: Row, *, post: bool | None = None) -> Record:
        """Записать поля и прочитать обратно."""
        body = {"fields": fields} | ({} if post is None else {"post": post})
        await self._api.call("PATCH", "objects", entity, ref, intent=Intent.IDEMPOTENT, body=body)
        stored = await self.whole(entity, ref)
        if stored is None:
            raise Reject(f"1С, {entity}: объекта {ref} нет.", remedy="проверьте ссылку и повторите инцидент.")
        return stored

    async def execute(self, entity: str, ref: str) -> None:
        """Выполнить задачу."""
        await self._api.call("POST", "objects", entity, ref, "execute", intent=Intent.IDEMPOTENT, body={})

    async def matching(self, entity: str, where: Row, limit: int, fields: Sequence[str] = ()) -> list[Record]:  # noqa: ARG002 - the service always gives whole objects
        """Объекты по равенству полей."""
        body = {"where": where, "limit": limit}
        answer = await self._api.call("POST", "objects", entity, "query", intent=Intent.READ, body=body)
        found = _records(answer, entity)
        if any(not matches(where, each.fields) for each in found):
            raise _ignored(entity)
        return found

    async def changed(self, entity: str, since: str) -> AsyncIterator[tuple[list[Record], str]]:
        """Лента изменений сервиса."""
        place = since
        while True:
            query = f"after={quote(place, safe='')}&limit={self._options.page}"
            answer = await self._api.read("GET", "changes", entity, query=query)
            following = as_text(answer.get("next"))
            if not following:
                raise Retry(f"1С, лента {entity}: в ответе нет следующего места.")
            yield [each for each in _records(answer, entity) if each.key], following
            if answer.get("more") is not True or following == place:
                return
            place = following

    async def check(self) -> list[Finding]:
        """Связь, вход, версия договора и часы базы."""
        try:
            about = await self._api.read("GET", "about")
        except ExchangerError as error:
            return [Finding(Severity.ERROR, str(error).partition(" Что делать:")[0], error.remedy)]
        return list(self._about(about))

    def _about(self, about: Row) -> Iterator[Finding]:
        if about.get("version") == 1:
            yield Finding(Severity.OK, "1С: сервис exchanger отвечает; ключ и объект записываются одной транзакцией.")
        else:
            yield Finding(Severity.ERROR, "1С: версия сервиса exchanger не та.", "обновите расширение в базе.")
        ours = local(self._clock.now(), self._options.zone)
        theirs = as_text(about.get("time"))
        if abs(_minutes(ours) - _minutes(theirs)) > _CLOCK_MINUTES:
            yield Finding(
                Severity.WARNING,
                f"1С: время базы {theirs}, а по ONEC_TIME_ZONE сейчас {ours}: сроки задач сместятся.",
                f"проверьте ONEC_TIME_ZONE (база называет пояс {as_text(about.get('timeZone'))}) и часы серверов.",
            )

    async def _query(self, entity: str, body: Row) -> list[Record]:
        return _records(await self._api.read("POST", "objects", entity, "query", body=body), entity)


def _record(value: object) -> Record:
    found = as_map(value)
    return Record(as_map(found.get("fields")), as_text(found.get("key")))


def _records(answer: Row, entity: str) -> list[Record]:
    """An answer without a list proves no absence."""
    rows = answer.get("objects")
    if not isinstance(rows, list):
        raise Retry(f"1С, сервис, {entity}: в ответе нет списка.")
    return [_record(row) for row in as_rows(rows)]


def _only(found: list[Record], entity: str, asked: set[str], of: Callable[[Record], str]) -> list[Record]:
    if any(of(each) not in asked for each in found):
        raise _ignored(entity)
    return found


def _ignored(entity: str) -> SystemPaused:
    return SystemPaused(
        f"1С, сервис, {entity}: отданы объекты, которых не спрашивали.",
        remedy="создание остановлено, чтобы не задвоить объекты; проверьте расширение и посредников перед 1С.",
    )


def _chunks(values: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _MANY):
        yield list(values[start : start + _MANY])


def _minutes(shown: str) -> float:
    try:
        return datetime.fromisoformat(shown).timestamp() / 60
    except ValueError:
        return 0.0
