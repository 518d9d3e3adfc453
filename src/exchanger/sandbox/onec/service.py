"""Профиль HTTP-сервиса расширения: договор — docs/reference/onec-http-service.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from exchanger.sandbox.onec import actions
from exchanger.sandbox.onec.call import Call
from exchanger.sandbox.onec.errors import (
    HANDLER,
    LOCK_CONFLICT,
    LOCK_TIMEOUT,
    Refusal,
    bad_request,
    no_method,
    no_type,
)
from exchanger.sandbox.onec.feed import Feed
from exchanger.sandbox.onec.infobase import Infobase
from exchanger.sandbox.onec.options import options
from exchanger.sandbox.onec.schema import EntityType, Kind, Row
from exchanger.sandbox.onec.strict import checked
from exchanger.sandbox.onec.tokens import guid
from exchanger.sandbox.onec.writing import change, create

_PATH = re.compile(r"^/(?P<root>about|objects|changes)(?:/(?P<set>[^/]+))?(?:/(?P<ref>[^/]+))?(?:/(?P<tail>execute))?$")
_KINDS = frozenset({"Catalog", "Document", "Task"})
_KEY_LENGTH, _MOST_KEYS, _MOST_ROWS = 200, 100, 1000
_BY_CODE = {"8": (404, "noSet"), "9": (404, "noObject"), "20": (403, "denied"), "keyTaken": (409, "keyTaken")}
FAILED = "Ошибка при вызове метода контекста"


class Service:
    """Ключи объектов и лента изменений; каждая запись — одной транзакцией."""

    def __init__(self, base: Infobase) -> None:
        self._base = base
        self._keys: dict[str, tuple[str, str]] = {}
        self._feed = Feed(base)

    def answer(self, call: Call) -> web.Response:
        """Выполнить вызов."""
        match = _PATH.match(call.tail)
        if match is None:
            raise no_method(call.tail)
        if match["root"] == "about":
            return _json(self._about())
        kind = call.base.type(match["set"] or "", call.user)
        if kind.kind not in _KINDS:
            raise no_type(kind.name)
        work = self._work(call.method, match)
        before = {name: dict(rows) for name, rows in self._base.rows.items()}, dict(self._keys)
        try:
            return work(call, kind, match["ref"] or "")
        except Refusal:
            self._base.rows, self._keys = before
            raise

    def refused(self, headers: Mapping[str, str], query: str, error: Refusal) -> web.Response:  # noqa: ARG002 - the profile's shape
        """Отказ: код HTTP и `code`."""
        status, code = _BY_CODE.get(error.code, (400, "badRequest"))
        if error.code == HANDLER:
            status, code = 422, "refused"
            if error.text in {LOCK_CONFLICT, LOCK_TIMEOUT}:
                status, code = 503, "busy"
            elif error.text == FAILED:
                status, code = 500, "failed"
        return _json({"error": {"code": code, "message": error.text}}, status)

    def _work(self, method: str, match: re.Match[str]) -> Callable[[Call, EntityType, str], web.Response]:
        shape = method, match["root"], match["ref"] == "query" or bool(match["ref"]), match["tail"] or ""
        if shape == ("POST", "objects", True, "") and match["ref"] == "query":
            return self._query
        work = {
            ("POST", "objects", False, ""): self._create,
            ("PATCH", "objects", True, ""): self._change,
            ("POST", "objects", True, "execute"): self._execute,
            ("GET", "changes", False, ""): self._changes,
        }.get(shape)
        if work is None:
            raise no_method(match[0])
        return work

    def _about(self) -> Row:
        zone = self._base.config.zone.key
        return {"service": "exchanger", "version": 1, "timeZone": zone, "time": self._base.local_now()}

    def _create(self, call: Call, kind: EntityType, _: str) -> web.Response:
        body = _body(call)
        key = body.get("key")
        if not isinstance(key, str) or not 0 < len(key) <= _KEY_LENGTH:
            raise bad_request("key: нужна непустая строка до 200 знаков")
        known, ref = self._keys.get(key, ("", ""))
        if known not in {"", kind.name}:
            raise Refusal(409, "keyTaken", f"Ключ занят объектом набора {known}")
        row = self._base.rows[kind.name].get((ref,))
        if row is not None:
            return _json({"created": False, "object": self._shown(kind, row)})
        made = create(self._base, kind, checked(kind, body.get("fields")))
        self._keys[key] = kind.name, str(made["Ref_Key"])
        return _json(
            {"created": True, "object": self._shown(kind, self._posted(kind, made, body.get("post") or None))}, 201
        )

    def _change(self, call: Call, kind: EntityType, ref: str) -> web.Response:
        body, row = _body(call), self._base.row(kind, (guid(ref),), call.user)
        fields = checked(kind, body.get("fields"))
        changed = change(self._base, kind, row, fields) if fields else row
        return _json({"object": self._shown(kind, self._posted(kind, changed, body.get("post")))})

    def _posted(self, kind: EntityType, row: Row, post: bool | None) -> Row:  # noqa: FBT001 - the field of the contract
        if post is not None and kind.kind != "Document":
            raise bad_request("post: проводят только документы")
        if post is None or row.get("Posted") is post:
            return row
        return actions.run(self._base, kind, row, "Post" if post else "Unpost", {})

    def _execute(self, call: Call, kind: EntityType, ref: str) -> web.Response:
        row = self._base.row(kind, (guid(ref),), call.user)
        if kind.kind != "Task":
            raise bad_request("выполняются только задачи")
        return _json({"object": self._shown(kind, row if row["Executed"] else actions.execute(call.base, kind, row))})

    def _query(self, call: Call, kind: EntityType, _: str) -> web.Response:
        body = _body(call)
        given = [name for name in ("keys", "refs", "where") if name in body]
        if len(given) != 1:
            raise bad_request("нужно ровно одно из: keys, refs, where")
        found = self._where(kind, body) if given == ["where"] else self._listed(kind, given[0], body[given[0]])
        seen = [row for row in found if str(row["Ref_Key"]) not in call.user.hidden]
        return _json({"objects": [self._shown(kind, row) for row in seen]})

    def _listed(self, kind: EntityType, name: str, values: Any) -> list[Row]:
        if not isinstance(values, list) or len(values) > _MOST_KEYS:
            raise bad_request(f"{name}: список до {_MOST_KEYS} значений")
        refs = [guid(str(each)) for each in values] if name == "refs" else self._refs(kind, values)
        rows = self._base.rows[kind.name]
        return [rows[each,] for each in dict.fromkeys(refs) if (each,) in rows]

    def _refs(self, kind: EntityType, keys: list[str]) -> list[str]:
        known = (self._keys.get(str(key), ("", "")) for key in keys)
        return [ref for name, ref in known if name == kind.name]

    def _where(self, kind: EntityType, body: Row) -> list[Row]:
        limit = _limit(body.get("limit", _MOST_KEYS))
        wanted = checked(kind, body["where"], search=True)
        rows = sorted(self._base.rows[kind.name].values(), key=lambda row: str(row["Ref_Key"]))
        return [row for row in rows if all(row[name] == value for name, value in wanted.items())][:limit]

    def _changes(self, call: Call, kind: EntityType, _: str) -> web.Response:
        named = options(call.query).named
        keyed = {ref for name, ref in self._keys.values() if name == kind.name}
        page = self._feed.page(
            kind, keyed - call.user.hidden, named.get("after", ""), _limit(named.get("limit", "100"))
        )
        return _json({"objects": [self._shown(kind, row) for row in page.rows], "next": page.next, "more": page.more})

    def _shown(self, kind: EntityType, row: Row) -> Row:
        place = kind.name, str(row["Ref_Key"])
        key = next((key for key, each in self._keys.items() if each == place), "")
        parts = {name: [line | {"LineNumber": str(line["LineNumber"])} for line in row[name]] for name in kind.parts}
        stored = {each.wire for each in kind.props if each.kind is Kind.STORAGE}
        fields = {name: value for name, value in row.items() if name not in stored}
        return {"key": key, "fields": fields | parts}


def _limit(given: object) -> int:
    text = str(given)
    if not text.isdigit() or not 0 < int(text) <= _MOST_ROWS:
        raise bad_request(f"limit: число от 1 до {_MOST_ROWS}")
    return int(text)


def _body(call: Call) -> Row:
    try:
        return call.body()
    except Refusal as error:  # here a broken body is a request that was not understood, unlike in OData
        raise bad_request(error.text) from None


def _json(body: Row, status: int = 200) -> web.Response:
    return web.Response(status=status, text=json.dumps(body, ensure_ascii=False), content_type="application/json")
