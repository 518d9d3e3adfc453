"""`$metadata`: описание наборов. У настоящей базы — мегабайты и десятки секунд, поэтому его кэшируют."""

from __future__ import annotations

from exchanger.sandbox.onec.infobase import Infobase
from exchanger.sandbox.onec.schema import EntityType, Kind, Prop

_EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx"
_EDM = "http://schemas.microsoft.com/ado/2009/11/edm"
_ACTIONS = {"Document": ("Post", "Unpost"), "BusinessProcess": ("Start",), "Task": ("ExecuteTask",)}


def document(base: Infobase) -> str:
    """Описание наборов, включённых в состав интерфейса."""
    shown = [each for each in base.types.values() if each.name not in base.hidden_types]
    types = "".join(_type(each) + "".join(_rows(each, part) for part in each.parts) for each in shown)
    sets = "".join(f'<EntitySet Name="{each.name}" EntityType="StandardODATA.{each.name}"/>' for each in shown)
    actions = "".join(_actions(each) for each in shown)
    container = f'<EntityContainer Name="EnterpriseV8">{sets}{actions}</EntityContainer>'
    schema = f'<Schema xmlns="{_EDM}" Namespace="StandardODATA">{types}{container}</Schema>'
    services = f"<edmx:DataServices>{schema}</edmx:DataServices>"
    return f'<?xml version="1.0" encoding="UTF-8"?><edmx:Edmx xmlns:edmx="{_EDMX}" Version="1.0">{services}</edmx:Edmx>'


def _type(kind: EntityType) -> str:
    keys = "".join(f'<PropertyRef Name="{name}"/>' for name in kind.key)
    props = "".join(_property(each) for each in kind.props)
    parts = "".join(
        f'<Property Name="{part}" Type="Collection(StandardODATA.{kind.name}_{part}_RowType)"/>' for part in kind.parts
    )
    links = "".join(
        f'<NavigationProperty Name="{each.name}"/>' for each in kind.props if each.kind is Kind.REF and each.targets
    )
    return f'<EntityType Name="{kind.name}"><Key>{keys}</Key>{props}{parts}{links}</EntityType>'


def _rows(kind: EntityType, part: str) -> str:
    props = "".join(_property(each) for each in kind.parts[part])
    return f'<ComplexType Name="{kind.name}_{part}_RowType">{props}</ComplexType>'


def _property(prop: Prop) -> str:
    plain = prop.kind.value if prop.kind.value.startswith("Edm.") else Kind.STRING.value
    return "".join(f'<Property Name="{name}" Type="{plain}" Nullable="true"/>' for name in prop.fields)


def _actions(kind: EntityType) -> str:
    return "".join(
        f'<FunctionImport Name="{name}" IsBindable="true" m:HttpMethod="POST" '
        'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
        f'<Parameter Name="bindingParameter" Type="StandardODATA.{kind.name}"/></FunctionImport>'
        for name in _ACTIONS.get(kind.kind, ())
    )
