"""What a run says of itself."""

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

from energy.data.dataset import UK
from energy.forecasting.models import VERSION
from energy.reports import release_card, run_summary


def ended(
    horizon: int = 24,
    y: Any = None,
    holdout: bool = True,
    observed: Any = None,
    breakdown: Any = None,
    refused: str = "",
    **changes: Any,
) -> Any:
    """A flow at its end, as far as its words go."""
    y = make_series() if y is None else y
    laid = make_plan(y, holdout=holdout)
    table = make_table(y, laid, horizon, observed=observed)
    training_plan = SimpleNamespace(
        dataset=UK,
        target=str(y.name),
        series={str(y.name): y},
        plan=laid,
        vintage={"b.ods": "b" * 64, "a.xlsx": "a" * 64},
        store="s3://bucket/prefix/",
    )
    return SimpleNamespace(
        training_plan=training_plan,
        comparisons={str(y.name): make_comparison(y, laid, **changes)},
        result=make_published(table, failed=refused),
        table=table,
        breakdown=breakdown,
        panel=None,
        horizon=horizon,
        mlflow_runs={str(y.name): "f" * 32},
        version="7",
        commit="1" * 40,
    )


def test_the_closing_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    flow = ended()
    words = run_summary.run_summary(flow)
    assert words.startswith("Champion   theta for total\n\nBacktest   MASE ")
    assert " for seasonal_naive; MAPE " in words
    assert "(4 folds to 2020-07)" in words
    assert "\nHoldout    MASE " in words
    assert words.count("80% from") == 12
    assert f"Release    s3://bucket/prefix/releases/{flow.result.manifest.release_id}" in words
    assert "MLflow     http://127.0.0.1:5000, run ffff" in words
    assert "models:/energy-total@champion is version 7" in words
    assert "None" not in words
    assert max(map(len, words.splitlines())) < 200


def test_one_month_is_one_month() -> None:
    flow = ended(horizon=1)
    mean = flow.table.months[0].mean
    told = "2022-08 to 2022-08: # Mtoe (# TWh) in 1 month"
    assert prints(release_card.next_twelve_months(flow.table), told, mean, mean * 11.63)
    assert run_summary.run_summary(flow).count("80% from") == 1


def test_next_year_is_twelve_months_of_a_longer_table() -> None:
    table = ended().table
    total = sum(row.mean for row in table.months[:12])
    assert prints(release_card.next_twelve_months(table), "2022-08 to 2023-07: # Mtoe", total)
    assert release_card.next_twelve_months(table).endswith("in 12 months")


def test_no_holdout() -> None:
    assert "Holdout" not in run_summary.run_summary(ended(holdout=False))


def zeros() -> Any:
    y = make_series("net_imports", -5.0)
    y.iloc[:] = np.where(y.abs() > 1, y.round(0), 0.0)
    return y


def test_no_mape_where_an_actual_is_zero() -> None:
    words = run_summary.run_summary(ended(y=zeros()))
    assert "MAPE n/a against n/a" in words
    assert "None" not in words


@pytest.mark.parametrize("failed", [["seasonal_naive"], ["seasonal_naive", "ridge"]])
def test_a_baseline_that_failed_does_not_lose_the_run(failed: list[str]) -> None:
    words = run_summary.run_summary(ended(failed=failed))
    assert words.startswith("Champion   theta for total\n")
    assert "None" not in words


@pytest.mark.parametrize("y", [None, zeros()], ids=["total", "zeros"])
def test_the_experiment_keeps_all_that_matters(y: Any) -> None:
    flow = ended(y=y, failed=["ridge"])
    found = run_summary.tracked_run(flow, flow.training_plan.target, "123")
    assert found.params["run"] == "TrainFlow/123"
    assert found.params["data_sha256"] == f"{'a' * 64}, {'b' * 64}"
    assert found.params["data_files"] == "a.xlsx, b.ods"
    assert found.params["commit"] == "1" * 40
    assert found.params["target"] == found.target == flow.training_plan.target
    assert found.params["bench_version"] == VERSION
    assert found.params["months"] == 120
    assert found.params["split"] == flow.training_plan.plan.split
    assert [score.forecaster for score in found.ranked] == [*("theta", "seasonal_naive", "ridge")]
    assert set(found.figures) == {"leaderboard.png", "by_horizon.png", "champion_folds.png"}
    assert all(draw().startswith(b"\x89PNG") for draw in found.figures.values())


def test_a_baseline_that_failed_leaves_an_experiment() -> None:
    found = run_summary.tracked_run(ended(failed=["seasonal_naive"]), "total", "123")
    assert found.params["holdout_baseline_mase"] is None


def test_each_target_has_an_experiment_of_its_own() -> None:
    series = make_parts()
    flow = ended()
    flow.training_plan.series, flow.comparisons = series, make_compared(series)
    found = run_summary.tracked_run(flow, "coal", "123")
    assert found.target == found.params["target"] == "coal"
    assert found.ranked == flow.comparisons["coal"].ranked
    assert found.folds == flow.comparisons["coal"].folds


def test_the_holdout_and_nowcasts_are_reported_to_mlflow() -> None:
    flow = ended(names=AND_WEATHER)
    compared = flow.comparisons["total"]
    found = run_summary.tracked_run(flow, "total", "123")
    assert found.reported == {"holdout": compared.holdout, "nowcast": compared.nowcast}
    assert set(found.reported["nowcast"]) == {"weather_normalised_theta"}


def test_the_closing_lines_tell_how_good_a_nowcast_is() -> None:
    flow = ended(names=AND_WEATHER)
    words = run_summary.run_summary(flow)
    compared = flow.comparisons["total"]
    now, later = (
        scores[compared.champion].mape for scores in (compared.nowcast, compared.nowcast_holdout)
    )
    told = "\nNowcast    MAPE #% one month ahead in the weather that came; #% in the holdout\n"
    assert prints(words, told, now, later)
    alone = run_summary.run_summary(ended(names=AND_WEATHER, holdout=False))
    assert " one month ahead in the weather that came\n" in alone
    assert "Nowcast" not in run_summary.run_summary(ended())


def test_the_closing_lines_mark_a_month_whose_weather_is_known() -> None:
    words = run_summary.run_summary(ended(observed={"2022-08": 1.5}))
    marked = [line for line in words.splitlines() if line.endswith("(its weather is known)")]
    assert [line.split()[0] for line in marked] == ["2022-08"]
    assert "its weather" not in run_summary.run_summary(ended())


def test_the_closing_lines_name_the_fuels() -> None:
    words = run_summary.run_summary(ended(breakdown=make_breakdown()))
    assert "\nBy part    coal, natural_gas, net_imports, adding up to the total\n" in words
    assert "By part" not in run_summary.run_summary(ended())


def test_every_unit_is_the_one_that_terawatt_hours_are_for() -> None:
    assert {UK.unit(target) for target in UK.targets} == {"Mtoe"}


def test_a_refusal_is_told_with_what_failed_and_how_to_promote_all_the_same() -> None:
    words = run_summary.run_summary(ended(refused="beats_naive"))
    release = "2022-07-20261123T170002Z-3f9a1c22"
    assert f"\nNot promoted: {release} was refused; in service stays nothing\n" in words
    assert "\n           beats_naive: MASE 0.700 against 1.020.\n" in words
    assert f"energy releases promote {release} --store s3://bucket/prefix/ --why ...\n" in words
    assert f"\nRelease    s3://bucket/prefix/releases/{release}\n" in words
    assert "energy-total version 7, without the alias champion" in words
    assert "@champion is" not in words
    assert "answers:" not in words


def test_a_promotion_says_nothing_of_refusals() -> None:
    assert "romote" not in run_summary.run_summary(ended())


def test_many_series_have_a_line_of_their_own() -> None:
    from energy.contract import Calibration
    from energy.contract.panel import BacktestScores, SeriesForecast
    from energy.pipelines.many_series import summarise_panel

    calibration = Calibration((0.1,), (0.0,) * 7, True, 1)
    judged = BacktestScores(4, 0.5, 1.0, None, 1.0, 0.75, 0.9)
    one = SeriesForecast("a", "2022-12", (1.0,), "theta", (1.0,), calibration, judged)
    flow = ended()
    flow.panel = (summarise_panel([one], {}, "Mtoe"), [one])
    told = run_summary.run_summary(flow)
    assert "Series     1 other series are forecast, 1 of them by a champion" in told
    assert "           theta 1\n" in told
