"""Отказы API v3: вид ошибки и её атрибут; слова переводимы, поэтому по ним судить нельзя."""

from __future__ import annotations

from collections.abc import Sequence

URN = "urn:openproject-org:api:v3:errors:"


class ApiError(Exception):
    """Отказ с кодом HTTP и телом HAL."""

    def __init__(self, status: int, identifier: str, message: str, attribute: str = "") -> None:
        super().__init__(message)
        self.status, self.identifier, self.message, self.attribute = status, identifier, message, attribute

    def body(self) -> dict[str, object]:
        """Тело ответа."""
        said: dict[str, object] = {
            "_type": "Error", "errorIdentifier": URN + self.identifier, "message": self.message,
        }  # fmt: skip
        if self.attribute:
            said["_embedded"] = {"details": {"attribute": self.attribute}}
        return said


class ManyErrors(ApiError):
    """Несколько отказов сразу."""

    def __init__(self, errors: Sequence[ApiError]) -> None:
        super().__init__(422, "MultipleErrors", "Multiple field constraints have been violated.")
        self.errors = errors

    def body(self) -> dict[str, object]:
        """Тело ответа."""
        return ApiError.body(self) | {"_embedded": {"errors": [error.body() for error in self.errors]}}


def invalid(attribute: str, message: str) -> ApiError:
    """Значение не проходит проверку."""
    return ApiError(422, "PropertyConstraintViolation", message, attribute)


def malformed(attribute: str, expected: str) -> ApiError:
    """Значение не того вида."""
    return ApiError(422, "PropertyFormatError", f"The format is invalid: expected {expected}.", attribute)


def wrong_resource(attribute: str, expected: str) -> ApiError:
    """Ссылка не на тот род записей."""
    return ApiError(
        422, "ResourceTypeMismatch", f"For property '{attribute}' a link like '{expected}' is expected.", attribute
    )


def conflict() -> ApiError:
    """Пакет тем временем изменился (или lockVersion не прислан)."""
    return ApiError(409, "UpdateConflict", "Your changes could not be saved, because of a conflict.")


def not_found() -> ApiError:
    """Нет или не видно."""
    return ApiError(404, "NotFound", "The requested resource could not be found.")


def forbidden() -> ApiError:
    """Не хватает прав."""
    return ApiError(403, "MissingPermission", "You are not authorized to access this resource.")


def invalid_query(message: str) -> ApiError:
    """Запрос списка негоден."""
    return ApiError(400, "InvalidQuery", message)


def raise_all(errors: Sequence[ApiError]) -> None:
    """Бросить один отказ как есть, несколько — вместе."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ManyErrors(errors)
