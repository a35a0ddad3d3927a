"""When a ratio counts as better or worse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts.benchmarks import bench_flow, compare_benchmarks

ROOT = Path(__file__).parents[3]


def measured(value: float, spread: float = 0.1, runs: int = 2) -> dict[str, Any]:
    return {"ratio": value, "runs": runs, "spread": {"ratio": spread}}


def verdict(now: dict[str, Any], direction: Any = None) -> str:
    """The verdict on a ratio that was 2."""
    better = {"ratio": direction or compare_benchmarks.LOWER}
    (result,) = compare_benchmarks.compare("a.json", {"ratio": 2.0}, now, better)
    return str(result.word)


@pytest.mark.parametrize(
    ("now", "lower_is_better", "higher_is_better"),
    [
        (1.0, "better", "worse"),
        *((value, "the same", "the same") for value in (1.95, 2.0, 2.05)),
        (3.0, "worse", "better"),
    ],
)
def test_the_better_direction_depends_on_the_ratio(
    now: float, lower_is_better: str, higher_is_better: str
) -> None:
    assert verdict(measured(now), compare_benchmarks.LOWER) == lower_is_better
    assert verdict(measured(now), compare_benchmarks.HIGHER) == higher_is_better


@pytest.mark.parametrize(
    ("now", "spread", "word"),
    [
        *((2.3, 0.05, "worse"), (2.3, 0.5, "the same")),
        (2.05, 0.0, "the same"),  # noise has a floor
        *((2.15, None, "the same"), (2.25, None, "worse")),  # without a spread it is ten per cent
    ],
)
def test_noise_is_not_a_regression(now: float, spread: float | None, word: str) -> None:
    result = {"ratio": now} if spread is None else measured(now, spread)
    assert verdict(result) == word


def test_more_runs_have_less_noise() -> None:
    margins = [compare_benchmarks.noise(2.0, 0.5, runs) for runs in (2, 3, 4, 5)]
    assert margins == sorted(margins, reverse=True)


def test_ratios_may_be_nested_new_or_gone() -> None:
    better = dict.fromkeys(("a.deep", "gone", "new", "nowhere"), compare_benchmarks.LOWER)
    committed, now = {"a": {"deep": 1.0}, "gone": 1.0}, {"a": {"deep": 2.0}, "new": 1.0}
    verdicts = {
        verdict.key: verdict.word
        for verdict in compare_benchmarks.compare("a.json", committed, now, better)
    }
    assert verdicts == {"a.deep": "worse", "gone": "gone", "new": "new"}


@pytest.mark.parametrize(("ratio", "code", "word"), [(1.5, 0, "the same"), (4.0, 1, "worse")])
def test_the_exit_status_is_1_if_a_ratio_got_worse(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ratio: float,
    code: int,
    word: str,
) -> None:
    run = {"flow_seconds": 50.0, "flow_wall_over_ideal": ratio, "flow_cpu_over_fit": 1.2}
    run |= {"machine": "a toaster", "busy_elsewhere": 0.4}
    monkeypatch.setattr(compare_benchmarks, "RATIOS", {"flow.json": compare_benchmarks.FLOW})
    committed = {**run, "flow_wall_over_ideal": 1.5, "machine": "a kettle"}
    monkeypatch.setattr(compare_benchmarks, "_committed", lambda file: committed)
    monkeypatch.setattr(bench_flow, "measure", lambda: dict(run))
    assert compare_benchmarks.main([]) == code
    lines = capsys.readouterr().out.splitlines()
    assert "another machine: a kettle, now a toaster" in lines[0]
    assert "other programs used 40% of the cores" in lines[1]
    assert lines[2].split() == ["file", "ratio", "committed", "now", "noise", "verdict"]
    assert [line.endswith(word) for line in lines if "flow_wall_over_ideal" in line] == [True]
