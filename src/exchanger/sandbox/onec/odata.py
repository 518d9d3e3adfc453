"""Профиль OData: наборы, записи, действия, планы обмена."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote

from aiohttp import web

from exchanger.sandbox.onec import actions, atom, metadata, render, writing
from exchanger.sandbox.onec.call import Call
from exchanger.sandbox.onec.errors import Refusal, forbidden_method, no_key, no_method
from exchanger.sandbox.onec.exchange import Exchange
from exchanger.sandbox.onec.listing import listed
from exchanger.sandbox.onec.options import Options, Resource, options, resource
from exchanger.sandbox.onec.schema import EntityType, Kind, Row

_XML = "application/xml"


class OData:
    """Обработчик профиля; `exchange` — план обмена, если он в конфигурации есть."""

    def __init__(self, exchange: Exchange | None) -> None:
        self._exchange = exchange

    def answer(self, call: Call) -> web.Response:
        """Выполнить вызов."""
        asked, tail = options(call.query), call.tail.strip("/")
        if tail == "$metadata":
            return web.Response(text=metadata.document(call.base), content_type=_XML)
        if not tail:
            return _contents(call)
        if tail in {"SelectChanges", "NotifyChangesReceived"}:
            return self._changes(call, tail, asked.named)
        place = resource(tail)
        kind = call.base.type(place.name, call.user)
        if place.key is None:
            return _of_set(call, kind, place, asked)
        return _of_row(call, kind, place, asked)

    def refused(self, headers: Mapping[str, str], query: str, error: Refusal) -> web.Response:
        """Отказ: JSON или Atom."""
        if wants_json(headers, query):
            return _json(error.body(), error.status)
        return web.Response(status=error.status, text=atom.error(error), content_type=_XML)

    def _changes(self, call: Call, name: str, query: Mapping[str, str]) -> web.Response:
        if self._exchange is None or call.method != "POST":
            raise no_method(name)
        if name == "NotifyChangesReceived":
            self._exchange.confirm(query)
            return web.Response(status=200)
        return web.Response(text=self._exchange.select(query), content_type=atom.TYPE)


def wants_json(headers: Mapping[str, str], query: str) -> bool:
    """Просили ли JSON; иначе Atom."""
    raw = unquote(query)
    asked = raw.partition("$format=")[2] if "$format=" in raw else headers.get("Accept", "")
    return "json" in asked.partition("&")[0]


def _contents(call: Call) -> web.Response:
    names = [each for each in call.base.types if each not in call.base.hidden_types]
    value = [{"name": each, "url": each} for each in names]
    return web.json_response({"odata.metadata": f"{call.root}/$metadata", "value": value})


def _of_set(call: Call, kind: EntityType, place: Resource, asked: Options) -> web.Response:
    if place.action:
        raise no_method(place.action)
    if call.method == "GET":
        return _collection(call, kind, listed(call.base, kind, call.user, asked), asked)
    if call.method != "POST":
        raise no_key(kind.key[0])
    made = writing.create(call.base, kind, call.body())
    answer = _one(call, kind, made, Options(named=asked.named), 201 if kind.by_ref else 200)
    if kind.by_ref:
        location = f"{call.root}/{kind.name}(guid'{made['Ref_Key']}')"
        answer.headers["Location"] = location if call.base.config.raw_location else quote(location, safe=":/()'")
    return answer


def _of_row(call: Call, kind: EntityType, place: Resource, asked: Options) -> web.Response:
    row = call.base.row(kind, place.of(kind), call.user)
    if place.action:
        return _acted(call, kind, row, place.action, asked)
    if call.method == "GET":
        return _one(call, kind, row, asked)
    work = _WRITES.get(call.method)
    if work is None:
        raise forbidden_method(call.method)
    if call.base.config.if_match and call.headers.get("If-Match", row["DataVersion"]) != row["DataVersion"]:
        raise Refusal(412, "-1", "Версия данных не совпадает")
    written = work(call, kind, row)
    return web.Response(status=204) if written is None else _one(call, kind, written, Options(named=asked.named))


def _patch(call: Call, kind: EntityType, row: Row) -> Row:
    return writing.change(call.base, kind, row, call.body())


def _put(call: Call, kind: EntityType, row: Row) -> Row:
    return writing.replace(call.base, kind, row, call.body())


def _delete(call: Call, kind: EntityType, row: Row) -> None:
    """Удаление физическое: пометка ставится записью DeletionMark."""
    call.base.erased(kind, tuple(str(row[name]) for name in kind.key))


_WRITES: dict[str, Callable[[Call, EntityType, Row], Row | None]] = {"PATCH": _patch, "PUT": _put, "DELETE": _delete}


def _acted(call: Call, kind: EntityType, row: Row, name: str, asked: Options) -> web.Response:
    if call.method == "POST":
        return _one(call, kind, actions.run(call.base, kind, row, name, asked.named), Options(named=asked.named))
    link = next((each for each in kind.props if each.name == name and each.kind is Kind.REF and each.targets), None)
    if link is None:
        raise no_method(name)
    target = call.base.type(link.targets[0], call.user)
    return _one(call, target, call.base.row(target, (row[link.wire],), call.user), asked)


def _collection(call: Call, kind: EntityType, found: Row, asked: Options) -> web.Response:
    if not wants_json(call.headers, call.query):
        text = atom.feed(kind.name, found["value"], found.get("odata.count"))
        return web.Response(text=text, content_type=atom.TYPE)
    head = {} if asked.bare else {"odata.metadata": f"{call.root}/$metadata#{kind.name}"}
    return _json(head | found)


def _one(call: Call, kind: EntityType, row: Row, asked: Options, status: int = 200) -> web.Response:
    shown = render.entity(call.base, kind, row, asked)
    if not wants_json(call.headers, call.query):
        return web.Response(status=status, text=atom.entry(kind.name, shown), content_type=atom.TYPE)
    head = {} if asked.bare else {"odata.metadata": f"{call.root}/$metadata#{kind.name}/@Element"}
    return _json(head | shown, status)


def _json(body: Mapping[str, object], status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(status=status, text=text, content_type="application/json")
