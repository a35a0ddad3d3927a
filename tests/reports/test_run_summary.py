"""What a training run prints and logs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from made_results import (
    AND_WEATHER,
    make_breakdown,
    make_compared,
    make_comparison,
    make_parts,
    make_plan,
    make_published,
    make_series,
    make_table,
)
from printed import prints

from energy.contract import Calibration
from energy.contract.panel import BacktestScores, SeriesForecast
from energy.data.dataset import UK
from energy.forecasting.models import VERSION
from energy.pipelines.many_series import summarise_panel
from energy.reports.run_summary import run_summary, tracked_run


def make_flow(
    horizon: int = 24,
    y: Any = None,
    holdout: bool = True,
    observed: Any = None,
    breakdown: Any = None,
    rejected: str = "",
    **changes: Any,
) -> Any:
    """The artifacts of a flow after publishing."""
    y = make_series() if y is None else y
    plan = make_plan(y, holdout=holdout)
    table = make_table(y, plan, horizon, observed=observed)
    training_plan = SimpleNamespace(
        dataset=UK,
        target=str(y.name),
        series={str(y.name): y},
        plan=plan,
        vintage={"b.ods": "b" * 64, "a.xlsx": "a" * 64},
        store="s3://bucket/prefix/",
    )
    return SimpleNamespace(
        training_plan=training_plan,
        comparisons={str(y.name): make_comparison(y, plan, **changes)},
        result=make_published(table, failed=rejected),
        table=table,
        breakdown=breakdown,
        panel=None,
        horizon=horizon,
        mlflow_runs={str(y.name): "f" * 32},
        version="7",
        commit="1" * 40,
    )


def zeros() -> Any:
    y = make_series("net_imports", -5.0)
    y.iloc[:] = np.where(y.abs() > 1, y.round(0), 0.0)
    return y


def test_the_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    flow = make_flow()
    text = run_summary(flow)
    assert text.startswith("Champion   theta for total\n\nBacktest   MASE ")
    assert " for seasonal_naive; MAPE " in text
    assert "(4 folds to 2020-07)" in text
    assert "folds after it, not used for selection)" in text
    assert text.count("80% interval ") == 12 + 3  # twelve months, two coverages
    assert f"Release    s3://bucket/prefix/releases/{flow.result.manifest.release_id}" in text
    assert "MLflow     http://127.0.0.1:5000, run ffff" in text
    assert "models:/energy-total@champion is version 7" in text
    assert "None" not in text
    assert max(map(len, text.splitlines())) < 200


def test_what_a_run_does_not_have_is_not_mentioned() -> None:
    text = run_summary(make_flow(holdout=False, horizon=1))
    for word in ("Holdout", "Nowcast", "its weather", "Parts", "Series", "promote"):
        assert word not in text


def test_no_mape_if_an_actual_is_zero() -> None:
    text = run_summary(make_flow(y=zeros()))
    assert "MAPE n/a against n/a" in text
    assert "None" not in text


@pytest.mark.parametrize("failed", [["seasonal_naive"], ["seasonal_naive", "ridge"]])
def test_a_failed_baseline(failed: list[str]) -> None:
    flow = make_flow(failed=failed)
    text = run_summary(flow)
    assert text.startswith("Champion   theta for total\n")
    assert "; seasonal_naive failed; MAPE " in text
    assert "None" not in text
    assert tracked_run(flow, "total", "123").params["holdout_baseline_mase"] is None


def test_nowcasts() -> None:
    flow = make_flow(names=AND_WEATHER, observed={"2022-08": 1.5})
    comparison = flow.comparisons["total"]
    nowcast, later = (
        scores[comparison.champion].mape
        for scores in (comparison.nowcast, comparison.nowcast_holdout)
    )
    text = run_summary(flow)
    sentence = "\nNowcast    MAPE #% one month ahead with that month's weather; #% in the holdout\n"
    assert prints(text, sentence, nowcast, later)
    marked = [line for line in text.splitlines() if line.endswith("(its weather is known)")]
    assert [line.split()[0] for line in marked] == ["2022-08"]
    without = run_summary(make_flow(names=AND_WEATHER, holdout=False))
    assert "with that month's weather\n" in without


def test_the_parts_are_listed() -> None:
    text = run_summary(make_flow(breakdown=make_breakdown()))
    assert "\nParts      coal, natural_gas, net_imports; they add up to the total\n" in text


def test_a_rejected_release() -> None:
    text = run_summary(make_flow(rejected="beats_naive"))
    release_id = "2022-07-20261123T170002Z-3f9a1c22"
    assert f"\nNot promoted: {release_id} did not pass the gate; no release is live yet\n" in text
    assert "\n           beats_naive: MASE 0.700 against 1.020.\n" in text
    assert f"promote {release_id} --store s3://bucket/prefix/ --why ...\n" in text
    assert "energy-total version 7, without the alias champion" in text
    assert "@champion is" not in text
    assert "answers:" not in text


def test_many_series() -> None:
    scores = BacktestScores(4, 0.5, 1.0, None, 1.0, 0.75, 0.9)
    calibration = Calibration((0.1,), (0.0,) * 7, True, 1)
    forecast = SeriesForecast("a", "2022-12", (1.0,), "theta", (1.0,), calibration, scores)
    flow = make_flow()
    flow.panel = (summarise_panel([forecast], {}, "Mtoe"), [forecast])
    text = run_summary(flow)
    assert "Series     1 other series are forecast, 1 of them by a champion" in text
    assert "           theta 1\n" in text


@pytest.mark.parametrize("y", [None, zeros()], ids=["total", "zeros"])
def test_what_is_logged(y: Any) -> None:
    flow = make_flow(y=y, failed=["ridge"])
    target = flow.training_plan.target
    run = tracked_run(flow, target, "123")
    assert (
        run.params.items()
        >= {
            "run": "TrainFlow/123",
            "target": target,
            "bench_version": VERSION,
            "months": 120,
            "split": flow.training_plan.plan.split,
            "data_sha256": f"{'a' * 64}, {'b' * 64}",
            "data_files": "a.xlsx, b.ods",
            "commit": "1" * 40,
        }.items()
    )
    assert [score.forecaster for score in run.ranked] == ["theta", "seasonal_naive", "ridge"]
    assert set(run.images) == {"leaderboard.png", "by_horizon.png", "champion_folds.png"}
    assert all(draw().startswith(b"\x89PNG") for draw in run.images.values())


def test_each_target_is_logged_with_its_own_comparison() -> None:
    flow, series = make_flow(names=AND_WEATHER), make_parts()
    total = flow.comparisons["total"]
    reported = tracked_run(flow, "total", "123").reported
    assert reported == {"holdout": total.holdout, "nowcast": total.nowcast}
    flow.training_plan.series, flow.comparisons = series, make_compared(series)
    run = tracked_run(flow, "coal", "123")
    assert run.target == run.params["target"] == "coal"
    assert (run.ranked, run.folds) == (
        flow.comparisons["coal"].ranked,
        flow.comparisons["coal"].folds,
    )
