"""Обычная база: пользователи, контрагенты, номенклатура, документ, задачи, план обмена."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from exchanger.sandbox.onec.infobase import Infobase, User
from exchanger.sandbox.onec.schema import EMPTY_REF, EntityType, Kind, Prop, Row

LOGIN, PASSWORD = "Обмен", "пароль-стенда"
USERS, PARTNERS, GOODS = "Catalog_Пользователи", "Catalog_Контрагенты", "Catalog_Номенклатура"
COMPANIES, ROLES, CURRENCIES = "Catalog_Организации", "Catalog_ГруппыИсполнителейЗадач", "Catalog_Валюты"
ORDERS, TASKS, PROCESSES = "Document_ЗаказПокупателя", "Task_ЗадачаИсполнителя", "BusinessProcess_Задание"
RATES, PLAN = "InformationRegister_КурсыВалют", "ExchangePlan_Exchanger"
KEY_FIELD = "КлючОбмена"
CLERK = "11111111-0000-4000-8000-000000000001"
ENGINEER = "11111111-0000-4000-8000-000000000002"
TWIN = "11111111-0000-4000-8000-000000000003"
PARTNER = "22222222-0000-4000-8000-000000000001"
COMPANY = "33333333-0000-4000-8000-000000000001"
GOOD = "44444444-0000-4000-8000-000000000001"
CURRENCY = "55555555-0000-4000-8000-000000000001"
NODE, THIS_NODE = "66666666-0000-4000-8000-000000000001", "66666666-0000-4000-8000-000000000002"

_REF = (Prop("Ref", Kind.REF), Prop("DataVersion", length=12), Prop("DeletionMark", Kind.BOOL))
_CATALOG = (*_REF, Prop("Code", length=9), Prop("Description", length=100))
_TREE = (Prop("Parent", Kind.REF, targets=(PARTNERS,)), Prop("IsFolder", Kind.BOOL))
_DOCUMENT = (*_REF, Prop("Number", length=11), Prop("Date", Kind.DATE), Prop("Posted", Kind.BOOL))
_ROW = Prop("LineNumber", Kind.INT)
_KEY = Prop(KEY_FIELD, length=150)


def _text(name: str, length: int = 0) -> Prop:
    return Prop(name, length=length)


def _date(name: str) -> Prop:
    return Prop(name, Kind.DATE)


def _link(name: str, *targets: str) -> Prop:
    return Prop(name, Kind.REF if len(targets) == 1 else Kind.ANYREF, targets=targets)


def _catalogs(own: tuple[Prop, ...]) -> list[EntityType]:
    contacts = (_ROW, _text("Тип", 50), _text("Представление", 200), _text("АдресЭП", 100))
    legal = Prop("ЮридическоеФизическоеЛицо", Kind.ENUM, values=("ЮридическоеЛицо", "ФизическоеЛицо"))
    partner = (*_CATALOG, *_TREE, _text("НаименованиеПолное"), _text("ИНН", 12), _text("КПП", 9), legal,
               _text("Комментарий"), *own)  # fmt: skip
    return [
        EntityType(USERS, (*_CATALOG, Prop("Недействителен", Kind.BOOL)), {"КонтактнаяИнформация": contacts}),
        EntityType(PARTNERS, partner, {"КонтактнаяИнформация": contacts}),
        EntityType(GOODS, (*_CATALOG, _text("Артикул", 25), Prop("Картинка", Kind.STORAGE))),
        *(EntityType(name, _CATALOG) for name in (COMPANIES, ROLES, CURRENCIES)),
    ]


def _orders(own: tuple[Prop, ...]) -> EntityType:
    props = (*_DOCUMENT, _link("Контрагент", PARTNERS), _link("Организация", COMPANIES),
             Prop("СуммаДокумента", Kind.NUMBER), Prop("Приоритет", Kind.INT), _text("Комментарий"), *own)  # fmt: skip
    goods = (_ROW, _link("Номенклатура", GOODS), *(Prop(name, Kind.NUMBER) for name in ("Количество", "Цена", "Сумма")))
    return EntityType(ORDERS, props, {"Товары": goods})


def _tasks(own: tuple[Prop, ...]) -> list[EntityType]:
    people = USERS, ROLES
    weight = Prop("Важность", Kind.ENUM, values=("Низкая", "Обычная", "Высокая"))
    state = Prop("СостояниеБизнесПроцесса", Kind.ENUM, values=("Активен", "Остановлен", "Прерван"))
    task = (
        *_REF, _text("Number", 14), _date("Date"), Prop("Executed", Kind.BOOL), _text("Description", 150),
        _text("Описание"), _link("Предмет", ORDERS, PARTNERS), _text("ПредметСтрокой"), _link("Исполнитель", *people),
        _link("Автор", *people), _link("BusinessProcess", PROCESSES, ORDERS),
        _link("RoutePoint", PROCESSES + "_RoutePoint", TASKS), weight, _link("ГруппаИсполнителейЗадач", ROLES),
        _date("ДатаНачала"), Prop("ПринятаКИсполнению", Kind.BOOL), state, _date("СрокИсполнения"),
        _date("ДатаИсполнения"), _text("РезультатВыполнения"), *own,
    )  # fmt: skip
    process = (
        *_REF, _text("Number", 11), _date("Date"), Prop("Started", Kind.BOOL), Prop("Completed", Kind.BOOL),
        _text("Наименование", 150), _text("Содержание"), _link("Исполнитель", *people), _link("Автор", *people),
        _date("СрокИсполнения"), _date("ДатаЗавершения"), *own,
    )  # fmt: skip
    return [EntityType(TASKS, task), EntityType(PROCESSES, process)]


def _others() -> list[EntityType]:
    numbers = (Prop("ThisNode", Kind.BOOL), Prop("SentNo", Kind.INT), Prop("ReceivedNo", Kind.INT))
    rates = (_date("Period"), _link("Валюта", CURRENCIES), Prop("Курс", Kind.NUMBER), Prop("Кратность", Kind.INT))
    return [EntityType(PLAN, (*_CATALOG, *numbers)), EntityType(RATES, rates, key=("Period", "Валюта_Key"))]


def default_base(*, clock: Callable[[], datetime] = lambda: datetime.now(UTC), key_field: bool = True) -> Infobase:
    """База с известными ссылками; без `key_field` реквизита для ключа в ней нет."""
    base, own = Infobase(clock=clock), (_KEY,) if key_field else ()
    base.add_types(*_catalogs(own), _orders(own), *_tasks(own), *_others())
    base.users = {LOGIN: User(LOGIN, PASSWORD)}
    for ref, name in ((CLERK, "Клерк Кирилл"), (ENGINEER, "Инженер Игорь"), (TWIN, "Инженер Игорь")):
        _put(base, USERS, ref, {"Description": name})
    _put(base, PARTNERS, PARTNER, {"Description": "ООО Ромашка", "ИНН": "7701234567"})
    _put(base, COMPANIES, COMPANY, {"Description": "Наша организация"})
    _put(base, GOODS, GOOD, {"Description": "Стол", "Артикул": "СТ-1"})
    _put(base, CURRENCIES, CURRENCY, {"Description": "USD"})
    _put(base, PLAN, THIS_NODE, {"Description": "Эта база", "ThisNode": True})
    _put(base, PLAN, NODE, {"Description": "Exchanger"})
    return base


def _put(base: Infobase, name: str, ref: str, fields: Row) -> None:
    kind = base.types[name]
    parent = {"Parent_Key": EMPTY_REF} if kind.prop("Parent_Key") else {}
    row = kind.blank() | {"Ref_Key": ref, "Code": base.next_number(name)} | parent | fields
    base.stored(kind, row)
