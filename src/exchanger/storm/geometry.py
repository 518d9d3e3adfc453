"""Прямоугольники и точки полотна: размеры новых узлов, где линия касается границы."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from exchanger.storm.names import EVENTS, GATEWAYS

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """Прямоугольник: левый верхний угол и размеры, в пикселях полотна."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Правый край."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Нижний край."""
        return self.y + self.height

    @property
    def center(self) -> Point:
        """Середина."""
        return self.x + self.width / 2, self.y + self.height / 2

    def near(self, point: Point, by: float) -> bool:
        """Лежит ли точка внутри прямоугольника или не дальше `by` от него."""
        x, y = point
        return self.x - by <= x <= self.right + by and self.y - by <= y <= self.bottom + by

    def around_center(self, width: float, height: float) -> Box:
        """Прямоугольник других размеров с той же серединой."""
        x, y = self.center
        return Box(x - width / 2, y - height / 2, width, height)

    def border_towards(self, point: Point) -> Point:
        """Точка границы на луче из середины к точке."""
        (x, y), (to_x, to_y) = self.center, point
        dx, dy = to_x - x, to_y - y
        if not dx and not dy:
            return self.right, y
        reach = min(
            self.width / 2 / abs(dx) if dx else float("inf"),
            self.height / 2 / abs(dy) if dy else float("inf"),
        )
        return x + dx * reach, y + dy * reach


def size_of(kind: str) -> tuple[float, float]:
    """Ширина и высота узла, как их рисует bpmn-js."""
    if kind in EVENTS:
        return 36, 36
    return (50, 50) if kind in GATEWAYS else (100, 80)


def number(value: float) -> str:
    """Число для атрибута: целое — без дробной части."""
    rounded = round(value, 2)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)
