"""The bench runs and its figures make sense; how large they are is not this test's business."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.house import ROOT

TASKS = 30


@pytest.mark.e2e
@pytest.mark.timeout(240)
def test_the_quick_bench_measures_both_buses_beside_the_engines_limit(
    camunda: object, rabbitmq: object, tmp_path: Path
) -> None:
    # The fixtures only tell whether the parts can be had: the bench starts its own.
    command = [sys.executable, "-m", "bench", "--quick", "--name", "smoke", "--output", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (file,) = tmp_path.glob("*-smoke.json")
    result = json.loads(file.read_text(encoding="utf-8"))
    assert len(result["engine_limits"]) == 3
    assert all(limit["rate"] > 0 and limit["cpu_ms"] > 0 for limit in result["engine_limits"])
    assert all(ratio > 0 for ratio in result["ratio_to_engine_limit"].values())
    assert [loop["bus"] for loop in result["loops"]] == ["память", "RabbitMQ"]
    for loop in result["loops"]:
        assert loop["tasks"] == TASKS
        assert loop["api_calls"]["tasks.task.add"] == TASKS
        assert loop["engine_calls"]["POST external-task/{id}/complete"] >= TASKS
        assert loop["per_task"]["messages"] >= 3
        assert 0 < loop["latency"]["median"] <= loop["latency"]["most"]
        assert all(spent["cpu"] > 0 and spent["peak"] > 0 for spent in loop["spent"].values())
    assert "| весь путь, задач/с |" in (tmp_path / "latest.md").read_text(encoding="utf-8")
