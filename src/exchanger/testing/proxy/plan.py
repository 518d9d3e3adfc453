"""План отказов: какой отказ достанется запросу."""

from __future__ import annotations

from random import Random

from exchanger.testing.proxy.call import HttpCall
from exchanger.testing.proxy.fault import HttpFault


class ArmedFault:
    """Заряженный отказ и его счётчики."""

    def __init__(self, fault: HttpFault, seed: str) -> None:
        self.fault = fault
        self._dice = Random(seed)  # noqa: S311  a repeatable plan, not a secret
        self._matched = 0
        self._fired = 0

    @property
    def fired(self) -> int:
        """Сколько раз отказ сработал."""
        return self._fired

    @property
    def spent(self) -> bool:
        """Больше не сработает."""
        return self.fault.times is not None and self._fired >= self.fault.times

    def strikes(self, call: HttpCall) -> bool:
        """Достанется ли отказ этому запросу; спрашивать один раз на запрос."""
        if self.spent or not self.fault.match(call):
            return False
        self._matched += 1
        # The dice are thrown for skipped requests too: the n-th one fares the same whatever skip_first is.
        struck = self._dice.random() < self.fault.probability and self._matched > self.fault.skip_first
        self._fired += struck
        return struck


class FaultPlan:
    """Заряженные отказы по порядку; запросу достаётся не больше одного, первый сработавший."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._armed: list[ArmedFault] = []
        self._ever = 0

    def arm(self, fault: HttpFault) -> ArmedFault:
        """Добавить отказ в конец плана."""
        armed = ArmedFault(fault, f"{self._seed}:{self._ever}")
        self._ever += 1
        self._armed.append(armed)
        return armed

    def clear(self) -> None:
        """Снять все отказы."""
        self._armed.clear()

    def choose(self, call: HttpCall) -> HttpFault | None:
        """Отказ для запроса или None."""
        return next((armed.fault for armed in self._armed if armed.strikes(call)), None)
