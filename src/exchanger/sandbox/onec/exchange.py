"""План обмена: изменения регистрируются за узлом, выбираются с номером и повторяются, пока приём не подтверждён."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from exchanger.sandbox.onec import atom
from exchanger.sandbox.onec.errors import bad_request, bad_value
from exchanger.sandbox.onec.infobase import Infobase, Key
from exchanger.sandbox.onec.schema import EntityType
from exchanger.sandbox.onec.tokens import guid

_POINT = re.compile(r"(?P<plan>ExchangePlan_[^/(]+)\(guid'(?P<node>[^']*)'\)")


@dataclass(slots=True)
class Exchange:
    """Регистрация изменений: узел → (набор, ключ) → номер сообщения; None — ещё не выбрано."""

    base: Infobase
    plan: str
    _noted: dict[str, dict[tuple[str, Key], int | None]] = field(default_factory=dict)

    def register(self) -> None:
        """Слушать записи базы."""
        self.base.listeners.append(self._note)

    def select(self, query: Mapping[str, str]) -> str:
        """Лента: всё неподтверждённое, в том числе выбранное прежде."""
        node, number = self._asked(query)
        noted = self._noted.setdefault(node, {})
        for each in noted:
            noted[each] = number
        self._number(node, "SentNo", number)
        rows = self.base.rows
        changed = [(name, rows[name][key]) for name, key in noted if key in rows[name]]
        gone = [f"{name}(guid'{key[0]}')" for name, key in noted if key not in rows[name]]
        return atom.changes(changed, gone)

    def confirm(self, query: Mapping[str, str]) -> None:
        """Приём подтверждён: выбранное с этим номером и раньше снято с регистрации."""
        node, number = self._asked(query)
        noted = self._noted.setdefault(node, {})
        self._noted[node] = {each: sent for each, sent in noted.items() if sent is None or sent > number}
        self._number(node, "ReceivedNo", number)

    def _note(self, kind: EntityType, key: Key, gone: bool) -> None:  # noqa: ARG002, FBT001 - the listener's shape
        if kind.kind == "ExchangePlan":
            return
        for ref, row in self.base.rows[self.plan].items():
            if not row["ThisNode"]:
                self._noted.setdefault(ref[0], {})[kind.name, key] = None

    def _asked(self, query: Mapping[str, str]) -> tuple[str, int]:
        match = _POINT.search(query.get("DataExchangePoint", ""))
        if match is None or match["plan"] != self.plan:
            raise bad_request("Не указан узел плана обмена: DataExchangePoint")
        node, number = guid(match["node"]), query.get("MessageNo", "")
        self.base.row(self.base.type(self.plan), (node,))
        if not number.isdigit():
            raise bad_value("MessageNo")
        return node, int(number)

    def _number(self, node: str, name: str, number: int) -> None:
        row = self.base.rows[self.plan][node,]
        self.base.rows[self.plan][node,] = row | {name: max(number, int(row[name]))}
