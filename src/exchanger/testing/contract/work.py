"""Контракт работы (Work): всё, что держит любая операция, делающая объекты."""

from __future__ import annotations

from exchanger.testing.contract.work_answer import AnswerCases
from exchanger.testing.contract.work_find import FindCases
from exchanger.testing.contract.work_make import MakeCases
from exchanger.testing.contract.work_manners import MannersCases
from exchanger.testing.contract.work_tell import TellCases
from exchanger.testing.contract.work_watch import WatchCases


class WorkContract(FindCases, MakeCases, WatchCases, AnswerCases, TellCases, MannersCases):
    """Унаследуйте и дайте фикстуру `world` — WorkWorld: операция перед стендом системы."""
