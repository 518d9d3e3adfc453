"""Отказы OData 1С: код HTTP, внутренний код платформы и слова; слова зависят от языка и версии."""

from __future__ import annotations

HANDLER = "-1"  # handlers of the configuration, locks and anything else that stopped inside: always HTTP 500
LOCK_CONFLICT = "Конфликт блокировок при выполнении транзакции: запись заблокирована другим пользователем"
LOCK_TIMEOUT = "Превышено время ожидания предоставления блокировки"


class Refusal(Exception):
    """Отказ в форме OData."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text

    def body(self) -> dict[str, object]:
        """Тело JSON."""
        return {"odata.error": {"code": self.code, "message": {"lang": "ru", "value": self.text}}}


def malformed(what: str) -> Refusal:
    """Значение не разобрано."""
    return Refusal(400, "1", f"Ошибка разбора значения: {what}")


def bad_request(what: str) -> Refusal:
    """Запрос негоден."""
    return Refusal(400, "2", what)


def bad_value(what: str) -> Refusal:
    """Значение недопустимо."""
    return Refusal(400, "4", f"Неверное значение: {what}")


def no_method(name: str) -> Refusal:
    """Неверный адрес: у этого вида нет такого метода."""
    return Refusal(404, "6", f"Метод не найден: {name}")


def no_key(name: str) -> Refusal:
    """В ключе нет нужной части."""
    return Refusal(400, "7", f"Не указано ключевое поле: {name}")


def no_type(name: str) -> Refusal:
    """Такого набора нет или он не включён в состав интерфейса."""
    return Refusal(404, "8", f"Тип сущности не найден: {name}")


def no_instance(name: str, key: str) -> Refusal:
    """Записи с таким ключом нет."""
    return Refusal(404, "9", f"Экземпляр сущности {name}({key}) не найден")


def no_property(name: str) -> Refusal:
    """Такого свойства нет (в записи об этом молчат, в запросе — отказ)."""
    return Refusal(400, "10", f"Свойство не найдено: {name}")


def bad_rows(part: str) -> Refusal:
    """Строки табличной части пронумерованы не с единицы подряд."""
    return Refusal(400, "13", f"Неверная нумерация строк табличной части {part}")


def bad_option(name: str) -> Refusal:
    """Опция запроса не разобрана."""
    return Refusal(400, "14", f"Ошибка при разборе опции запроса {name}")


def exists() -> Refusal:
    """Ключ занят."""
    return Refusal(400, "15", "Сущность с таким ключом уже существует")


def forbidden_method(name: str) -> Refusal:
    """Метод для этого вида запрещён."""
    return Refusal(405, "19", f"Метод запрещён: {name}")


def denied(name: str) -> Refusal:
    """Нет прав: 401, хотя вход верен."""
    return Refusal(401, "20", f"Доступ запрещен: {name}")


def no_function(name: str) -> Refusal:
    """Такой функции в языке запросов нет."""
    return Refusal(400, "21", f"Функция не поддерживается: {name}")


def stopped(text: str) -> Refusal:
    """Остановлено внутри: обработчик, блокировка, запрос к базе."""
    return Refusal(500, HANDLER, text)
