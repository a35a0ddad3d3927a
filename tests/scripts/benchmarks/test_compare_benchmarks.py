"""What counts as worse: invented figures against invented figures."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def comparing() -> ModuleType:
    from scripts.benchmarks import compare_benchmarks

    return compare_benchmarks


def measured(value: float, spread: float = 0.1, runs: int = 2) -> dict[str, Any]:
    return {"ratio": value, "runs": runs, "spread": {"ratio": spread}}


@pytest.mark.parametrize(
    ("now", "lower_is_better", "higher_is_better"),
    [
        (1.0, "better", "worse"),
        (1.95, "the same", "the same"),
        (2.0, "the same", "the same"),
        (2.05, "the same", "the same"),
        (3.0, "worse", "better"),
    ],
)
def test_what_is_better_hangs_on_the_ratio(
    comparing: ModuleType, now: float, lower_is_better: str, higher_is_better: str
) -> None:
    for way, word in ((comparing.LOWER, lower_is_better), (comparing.HIGHER, higher_is_better)):
        (verdict,) = comparing.compare("a.json", {"ratio": 2.0}, measured(now), {"ratio": way})
        assert verdict.word == word


def test_what_two_runs_differ_by_anyway_is_no_regression(comparing: ModuleType) -> None:
    words = {}
    for spread in (0.05, 0.5):
        (verdict,) = comparing.compare(
            "a.json", {"ratio": 2.0}, measured(2.3, spread), {"ratio": comparing.LOWER}
        )
        words[spread] = verdict.word
    assert words == {0.05: "worse", 0.5: "the same"}


def test_two_runs_that_agree_by_chance_do_not_make_a_hair_a_regression(
    comparing: ModuleType,
) -> None:
    (verdict,) = comparing.compare(
        "a.json", {"ratio": 2.0}, measured(2.05, 0.0), {"ratio": comparing.LOWER}
    )
    assert verdict.word == "the same"


def test_more_runs_tell_smaller_differences(comparing: ModuleType) -> None:
    margins = [comparing.noise(2.0, 0.5, runs) for runs in (2, 3, 4, 5)]
    assert margins == sorted(margins, reverse=True)


@pytest.mark.parametrize(("now", "word"), [(2.15, "the same"), (2.25, "worse")])
def test_a_file_without_a_spread_has_a_tenth(comparing: ModuleType, now: float, word: str) -> None:
    (verdict,) = comparing.compare(
        "a.json", {"ratio": 2.0}, {"ratio": now}, {"ratio": comparing.LOWER}
    )
    assert verdict.word == word


def test_ratios_lie_deep_and_some_are_on_one_side_alone(comparing: ModuleType) -> None:
    better = dict.fromkeys(("a.deep", "gone", "new", "nowhere"), comparing.LOWER)
    kept, now = {"a": {"deep": 1.0}, "gone": 1.0}, {"a": {"deep": 2.0}, "new": 1.0}
    verdicts = {one.key: one.word for one in comparing.compare("a.json", kept, now, better)}
    assert verdicts == {"a.deep": "worse", "gone": "gone", "new": "new"}


def test_the_spread_is_that_of_each_ratio(comparing: ModuleType) -> None:
    runs = [{"a": 1.0, "b": 2.0}, {"a": 1.5, "b": 2.0}, {"a": 1.2, "b": 2.25}]
    assert comparing.spreads(runs, ["a", "b"]) == {"a": 0.5, "b": 0.25}


def test_every_file_that_is_kept_has_ratios_that_are_compared(comparing: ModuleType) -> None:
    for file, better in comparing.RATIOS.items():
        assert set(better.values()) <= {comparing.LOWER, comparing.HIGHER}
        path = ROOT / "benchmarks" / file
        if path.exists():
            kept = json.loads(path.read_text("utf-8"))
            assert any(comparing.at(kept, key) is not None for key in better), file


@pytest.mark.parametrize(("ratio", "code", "word"), [(1.5, 0, "the same"), (4.0, 1, "worse")])
def test_it_ends_with_one_if_anything_got_worse_and_says_what(
    comparing: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ratio: float,
    code: int,
    word: str,
) -> None:
    run = {"flow_seconds": 50.0, "flow_wall_over_ideal": ratio, "flow_cpu_over_fit": 1.2}
    run |= {"machine": "a toaster", "busy_elsewhere": 0.4}
    monkeypatch.setattr(comparing, "RATIOS", {"flow.json": comparing.FLOW})
    kept = {**run, "flow_wall_over_ideal": 1.5, "machine": "a kettle"}
    monkeypatch.setattr(comparing, "_committed", lambda file: kept)
    from scripts.benchmarks import bench_flow

    monkeypatch.setattr(bench_flow, "measure", lambda: dict(run))
    assert comparing.main([]) == code
    said = capsys.readouterr().out.splitlines()
    assert "another machine: a kettle, now a toaster" in said[0]
    assert "other programs used 40% of the cores" in said[1]
    assert said[2].split() == ["file", "ratio", "committed", "now", "noise", "verdict"]
    assert [line.endswith(word) for line in said if "flow_wall_over_ideal" in line] == [True]
