"""Запись в JSON: целые — строками, ссылка — с навигацией, представления по просьбе."""

from __future__ import annotations

from exchanger.sandbox.onec.errors import no_property
from exchanger.sandbox.onec.infobase import Infobase
from exchanger.sandbox.onec.options import Options
from exchanger.sandbox.onec.schema import TYPE_PREFIX, EntityType, Kind, Prop, Row

SUFFIX = "____Presentation"


def entity(base: Infobase, kind: EntityType, row: Row, asked: Options) -> Row:
    """Запись, как её отдаёт база: выбранные поля или все."""
    names = asked.select or ("*",)
    shown: Row = {}
    for name in names:
        shown |= _named(base, kind, row, name, asked)
    return shown


def _named(base: Infobase, kind: EntityType, row: Row, name: str, asked: Options) -> Row:
    if name == "*":
        return _all(kind, row, bare=asked.bare)
    if name == "*" + SUFFIX:
        return {wire + SUFFIX: _presentation(base, each, row) for each in kind.props for wire in (each.name,)
                if each.kind in {Kind.REF, Kind.ANYREF} and each.wire != "Ref_Key"}  # fmt: skip
    if name in kind.parts:
        return {name: [_values(kind.parts[name], each) for each in row[name]]}
    plain = name.removesuffix(SUFFIX)
    through = next(
        (each for each in kind.props if each.kind is Kind.REF and each.name == plain.partition("/")[0]), None
    )
    if name.endswith(SUFFIX):
        prop = through or kind.prop(plain)
        if prop is None:
            raise no_property(name)
        return {name: _presentation(base, prop, row)}
    if through is not None and through.targets:
        return _expanded(base, through, row, asked)
    prop = kind.prop(name)
    if prop is None:
        raise no_property(name)
    return {name: _wire(prop, row[name])}


def _all(kind: EntityType, row: Row, *, bare: bool) -> Row:
    shown = _values(kind.props, row) | {
        part: [_values(props, each) for each in row[part]] for part, props in kind.parts.items()
    }
    if bare or not kind.by_ref:
        return shown
    place = f"{kind.name}(guid'{row['Ref_Key']}')"
    refs = [each.name for each in kind.props if each.kind is Kind.REF and each.targets]
    return shown | {f"{name}@navigationLinkUrl": f"{place}/{name}" for name in refs}


def _expanded(base: Infobase, prop: Prop, row: Row, asked: Options) -> Row:
    """Навигация в `$select` раскрывается, только если она же названа в `$expand`."""
    if prop.name not in asked.expand:
        return {}
    target = base.types[prop.targets[0]]
    found = base.rows[target.name].get((row[prop.wire],))
    return {prop.name: None if found is None else _all(target, found, bare=True)}


def _values(props: tuple[Prop, ...], row: Row) -> Row:
    return {name: _wire(each, row[name]) for each in props for name in each.fields}


def _wire(prop: Prop, value: object) -> object:
    return str(value) if prop.kind is Kind.INT else value


def _presentation(base: Infobase, prop: Prop, row: Row) -> str:
    if prop.kind is Kind.ANYREF:
        return base.presentation(str(row[prop.name + "_Type"]).removeprefix(TYPE_PREFIX), row[prop.name])
    return base.presentation(prop.targets[0], row[prop.wire]) if prop.targets else str(row[prop.wire])
