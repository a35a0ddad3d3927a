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
def test_the_better_direction_depends_on_the_ratio(
    comparing: ModuleType, now: float, lower_is_better: str, higher_is_better: str
) -> None:
    for direction, word in (
        (comparing.LOWER, lower_is_better),
        (comparing.HIGHER, higher_is_better),
    ):
        (verdict,) = comparing.compare(
            "a.json", {"ratio": 2.0}, measured(now), {"ratio": direction}
        )
        assert verdict.word == word


def test_noise_is_not_a_regression(comparing: ModuleType) -> None:
    words = {}
    for spread in (0.05, 0.5):
        (verdict,) = comparing.compare(
            "a.json", {"ratio": 2.0}, measured(2.3, spread), {"ratio": comparing.LOWER}
        )
        words[spread] = verdict.word
    assert words == {0.05: "worse", 0.5: "the same"}


def test_noise_has_a_floor(
    comparing: ModuleType,
) -> None:
    (verdict,) = comparing.compare(
        "a.json", {"ratio": 2.0}, measured(2.05, 0.0), {"ratio": comparing.LOWER}
    )
    assert verdict.word == "the same"


def test_more_runs_have_less_noise(comparing: ModuleType) -> None:
    margins = [comparing.noise(2.0, 0.5, runs) for runs in (2, 3, 4, 5)]
    assert margins == sorted(margins, reverse=True)


@pytest.mark.parametrize(("now", "word"), [(2.15, "the same"), (2.25, "worse")])
def test_a_file_without_a_spread_has_ten_per_cent_noise(
    comparing: ModuleType, now: float, word: str
) -> None:
    (verdict,) = comparing.compare(
        "a.json", {"ratio": 2.0}, {"ratio": now}, {"ratio": comparing.LOWER}
    )
    assert verdict.word == word


def test_ratios_may_be_nested_new_or_gone(comparing: ModuleType) -> None:
    better = dict.fromkeys(("a.deep", "gone", "new", "nowhere"), comparing.LOWER)
    committed, now = {"a": {"deep": 1.0}, "gone": 1.0}, {"a": {"deep": 2.0}, "new": 1.0}
    verdicts = {
        verdict.key: verdict.word for verdict in comparing.compare("a.json", committed, now, better)
    }
    assert verdicts == {"a.deep": "worse", "gone": "gone", "new": "new"}


def test_each_ratio_has_its_spread(comparing: ModuleType) -> None:
    runs = [{"a": 1.0, "b": 2.0}, {"a": 1.5, "b": 2.0}, {"a": 1.2, "b": 2.25}]
    assert comparing.spreads(runs, ["a", "b"]) == {"a": 0.5, "b": 0.25}


def test_every_committed_file_has_compared_ratios(comparing: ModuleType) -> None:
    for file, better in comparing.RATIOS.items():
        assert set(better.values()) <= {comparing.LOWER, comparing.HIGHER}
        path = ROOT / "benchmarks" / file
        if path.exists():
            content = json.loads(path.read_text("utf-8"))
            assert any(comparing.at(content, key) is not None for key in better), file


@pytest.mark.parametrize(("ratio", "code", "word"), [(1.5, 0, "the same"), (4.0, 1, "worse")])
def test_the_exit_status_is_1_if_a_ratio_got_worse(
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
    committed = {**run, "flow_wall_over_ideal": 1.5, "machine": "a kettle"}
    monkeypatch.setattr(comparing, "_committed", lambda file: committed)
    from scripts.benchmarks import bench_flow

    monkeypatch.setattr(bench_flow, "measure", lambda: dict(run))
    assert comparing.main([]) == code
    lines = capsys.readouterr().out.splitlines()
    assert "another machine: a kettle, now a toaster" in lines[0]
    assert "other programs used 40% of the cores" in lines[1]
    assert lines[2].split() == ["file", "ratio", "committed", "now", "noise", "verdict"]
    assert [line.endswith(word) for line in lines if "flow_wall_over_ideal" in line] == [True]
