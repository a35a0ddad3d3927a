"""Each of many series gets the champion, the scores and the intervals that a run of its own would
give it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from forecasting.panel_series import drawn, named

from energy.contract.panel import SeriesForecast
from energy.data.frame import temporal_split
from energy.forecasting import folds, panel_selection
from energy.forecasting.folds import plan_folds
from energy.forecasting.models import FORECASTERS
from energy.forecasting.panel_selection import FAST_FORECASTERS
from energy.pipelines.train import backtest_one, compare_forecasters, refit_best

NAIVE = ("seasonal_naive", "naive", "drift")


def plan(y: pd.Series, folds: int = 6, horizon: int = 12) -> folds.FoldPlan:
    return plan_folds(y.index, temporal_split(y.index)[0][-1], folds, horizon)


def judge(
    y: pd.Series, names: tuple[str, ...] = tuple(FAST_FORECASTERS), horizon: int = 12
) -> SeriesForecast:
    (found,) = panel_selection.select_models([y], [plan(y, horizon=horizon)], names, horizon)
    return found


def test_the_combination_is_that_of_a_run_of_its_own(monkeypatch) -> None:
    """Weights of every cutoff, scores and the forecast."""
    name = "weighted_combination"
    monkeypatch.setitem(FORECASTERS, name, replace(FORECASTERS[name], members=NAIVE))
    y = drawn(1, 3, 110, 120)[0]
    found = judge(y, (*NAIVE, name))
    results = {member: backtest_one(member, y, None, plan(y)) for member in NAIVE}
    compared = compare_forecasters((*NAIVE, name), results, y)
    assert found.forecaster == compared.champion == name
    assert found.backtest
    assert found.holdout
    assert found.backtest.mase == pytest.approx(compared.ranked[0].mase, abs=1e-4)
    assert found.holdout.wis == pytest.approx(compared.holdout[name].wis, rel=1e-3)
    _, table = refit_best(compared, y, None, 12, "t")
    np.testing.assert_allclose(found.mean, [row.mean for row in table.months], atol=1e-5)


@pytest.mark.parametrize("seed", [3, 4])
def test_it_is_what_a_run_of_its_own_would_say(seed: int) -> None:
    y = drawn(1, seed, 110, 120)[0]
    found = judge(y, NAIVE, horizon=18)
    results = {name: backtest_one(name, y, None, plan(y, horizon=18)) for name in NAIVE}
    compared = compare_forecasters(NAIVE, results, y)
    best, held = compared.ranked[0], compared.holdout
    assert found.forecaster == compared.champion
    assert found.backtest
    assert found.holdout
    for ours, theirs in ((found.backtest, best), (found.holdout, held[best.forecaster])):
        for name in ("folds", "mase", "mape", "wis", "coverage80", "coverage95"):
            assert getattr(ours, name) == pytest.approx(getattr(theirs, name), abs=1e-4)
    naive = next(s for s in compared.ranked if s.forecaster == "seasonal_naive")
    assert found.backtest.baseline_mase == pytest.approx(naive.mase, abs=1e-4)

    _, table = refit_best(compared, y, None, 18, "t")
    assert found.cutoff == table.cutoff
    np.testing.assert_allclose(found.mean, [row.mean for row in table.months], atol=1e-5)
    np.testing.assert_allclose(found.calibration.scale, table.calibration.scale, atol=1e-5)
    np.testing.assert_allclose(found.calibration.quantiles, table.calibration.quantiles, atol=1e-5)


def test_the_best_in_the_training_part_wins_whatever_the_holdout_says() -> None:
    y = drawn(1, 8, 130, 131)[0]
    rough = y.copy()
    rough.iloc[-20:] = y.iloc[-20:] * np.linspace(1, 4, 20)  # after the last cutoff's months
    calm = judge(y)
    found = judge(rough)
    assert found.forecaster == calm.forecaster
    assert found.backtest == calm.backtest
    assert found.holdout != calm.holdout


def test_one_too_short_to_be_judged_has_the_baselines_forecast_and_says_so() -> None:
    y = named(np.arange(1.0, 21.0), "new")
    (found,) = panel_selection.select_models([y], [None], tuple(FAST_FORECASTERS), 12)
    assert (found.forecaster, found.note) == ("seasonal_naive", panel_selection.TOO_SHORT)
    assert found.backtest is found.holdout is None
    assert found.mean == tuple(y.iloc[-12:])
    assert found.calibration.scale[0] > 0


def test_one_that_never_changes_is_scored_by_its_size() -> None:
    found = judge(named(np.full(80, 7.0)))
    assert found.backtest
    assert (found.note, found.backtest.mase) == ("", pytest.approx(0, abs=1e-4))
    assert found.mean == pytest.approx([7.0] * 12)


def test_zeros_and_figures_below_it_are_worked_on_as_they_are() -> None:
    y = named(np.where(np.arange(100) % 12 < 3, 0.0, 5.0 + np.arange(100) % 7), "snow")
    found = judge(y)
    assert not found.calibration.log
    assert found.backtest
    assert found.backtest.mape is None


def test_of_two_that_are_equal_the_first_of_the_bench_wins() -> None:
    """A season that repeats, but for one year that did not: seasonal naive and ETS can tie."""
    random = np.random.default_rng(0)
    y = named(random.normal(0, 1, 12)[np.arange(96) % 12] + (np.arange(96) == 5))
    found = judge(y, ("seasonal_naive", "naive"))
    assert found.forecaster == "seasonal_naive"


def test_what_one_forecaster_fails_on_is_won_by_another() -> None:
    y = named(np.exp(np.r_[np.linspace(0, 1, 60), 300.0, np.linspace(1, 1.5, 11)]), "steep")
    found = judge(y)
    assert np.isfinite(found.mean).all()


def test_each_series_is_judged_as_if_it_were_alone() -> None:
    series = drawn(3, seed=9)
    together = panel_selection.select_models(
        series, [plan(y) for y in series], tuple(FAST_FORECASTERS), 12
    )
    for y, found in zip(series, together, strict=True):
        alone = judge(y)
        assert found.forecaster == alone.forecaster
        np.testing.assert_allclose(found.mean, alone.mean, rtol=1e-5)
