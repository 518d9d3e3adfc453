"""The page for authors: its example is code that works."""

from __future__ import annotations

import re
from pathlib import Path

from exchanger.systems.python import PythonOptions, open_services
from exchanger.telemetry.clock import SystemClock
from tests.connect.orders import KEY, order

PAGE = Path(__file__).parents[3] / "docs/how-to/python-services.md"


async def test_the_example_of_the_page_is_loaded_and_runs(tmp_path: Path) -> None:
    # Given the module of the page
    [text] = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "documented_billing.py").write_text(text, "utf-8")
    options = PythonOptions(modules=("documented_billing",), home=tmp_path, ready=False)
    # When it is served
    async with open_services(options, SystemClock()) as opened:
        call, given = opened.calls["calculate_total"], order({"client": "Ромашка", "price": 2.5, "count": 4})
        variables = await call.run(call.prepare(given), given, KEY)
    # Then its functions are there and do what the page says
    assert opened.topics == ["calculate_total", "charge_client"]
    assert variables["total"].value == 10.0
