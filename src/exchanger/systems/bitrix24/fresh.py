"""Задачи, созданные этим процессом только что: у них ещё ничего нет, и содержание их уже прочитано."""

from __future__ import annotations

from collections import OrderedDict

from exchanger.systems.bitrix24.content.gather import Content

_BOUND = 500


class Fresh:
    """Память между созданием и доделкой. Забытая или однажды взятая задача доделывается чтением."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, Content] = OrderedDict()

    def made(self, task_id: str, content: Content) -> None:
        """Задача создана с этим содержанием."""
        self._made[task_id] = content
        if len(self._made) > _BOUND:
            self._made.popitem(last=False)

    def take(self, task_id: str) -> Content | None:
        """Содержание только что созданной задачи; второй раз — None: шаг мог быть сделан наполовину."""
        return self._made.pop(task_id, None)
