"""Intervals rest on errors made before, and on nothing else."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import (
    fold,
    made_up_series,
    made_up_weather,
    months,
    period,
    unhurried,
)
from hypothesis import given
from hypothesis import strategies as st

from energy.contract import LEVELS, Calibration
from energy.forecasting.intervals import (
    add_quantiles,
    calibrate,
    errors,
    made_before,
    quantiles,
)
from energy.forecasting.scores import empirical_coverage, quantile_columns

Y = made_up_series(made_up_weather(60))
NOTHING = fold("2012-12", [], [])
COLUMNS = quantile_columns()
amounts, factors = st.floats(-3, 3), st.floats(1.1, 5)


def known(found: list[float], horizon: int | None = None) -> pd.DataFrame:
    """One fold with these errors on a mean of ten, at horizons 1, 2, ... or all at one."""
    rows = fold("2012-12", [10 + error for error in found], [10.0] * len(found))
    return rows if horizon is None else rows.assign(horizon=horizon)


def random_walk_folds(log: bool, count: int, reach: int) -> tuple[pd.Series, pd.DataFrame]:
    """A random walk, forecast as well as it can be: by where it stands."""
    index = months(60 + count + reach)
    walk = np.random.default_rng(12).normal(0, 0.03, len(index)).cumsum()
    y = pd.Series(np.exp(3 + walk) if log else 20 * walk, index)
    parts = []
    for start in range(60, 60 + count):
        ahead, here = y.iloc[start : start + reach], y.iloc[start - 1]
        parts.append(fold(str(index[start - 1]), ahead.to_list(), [here] * reach))
    return y, pd.concat(parts, ignore_index=True)


def test_errors_are_ratios_on_logs_and_differences_on_levels() -> None:
    actual, mean = np.array([11.0, 20.0]), np.array([10.0, 25.0])
    assert errors(actual, mean, log=True) == pytest.approx([np.log(1.1), np.log(0.8)])
    assert errors(actual, mean, log=False) == pytest.approx([1, -5])


@pytest.mark.parametrize("log", [True, False])
def test_with_no_fold_known_the_seasonal_naive_s_spread_stands_in(log: bool) -> None:
    values = np.log(Y) if log else Y
    spread = float(np.sqrt(((values - values.shift(12)).dropna() ** 2).mean()))
    found = calibrate(Y, NOTHING, 30, log)
    years = [1] * 12 + [2] * 12 + [3] * 6
    assert found.scale == pytest.approx([spread * year**0.5 for year in years])
    normal = [NormalDist().inv_cdf(level) for level in LEVELS]
    assert found.quantiles == pytest.approx(normal, abs=0.03)
    assert (found.errors, found.log) == (0, log)


def test_the_spread_by_hand() -> None:
    """Two errors' worth of prior, and the errors at a horizon and two on either side."""
    steady = pd.Series(np.tile(np.arange(12.0), 3) + np.repeat([0.0, 2.0, 4.0], 12), months(36))
    found = calibrate(steady, known([3.0, 0.0, 0.0, 0.0, 0.0, 1.0]), 6, log=False)
    prior = 2 * 2.0**2
    expected = [
        (prior + 9) / (2 + 3),
        (prior + 9) / (2 + 4),
        (prior + 9) / (2 + 5),
        (prior + 1) / (2 + 5),
        (prior + 1) / (2 + 4),
        (prior + 1) / (2 + 3),
    ]
    assert found.scale == pytest.approx(np.sqrt(expected))
    assert found.errors == 6


def test_the_shape_follows_the_errors_once_there_are_many() -> None:
    skewed = known([-0.5] * 300 + [2.0] * 100, horizon=1)
    found = calibrate(Y, skewed, 1, log=False)
    offset = np.array(found.quantiles) * found.scale[0]
    assert offset[LEVELS.index(0.25)] == offset[LEVELS.index(0.5)] == pytest.approx(-0.5)
    assert offset[LEVELS.index(0.9)] == pytest.approx(2.0)


@unhurried
@given(st.lists(st.sampled_from([-2.0, -0.1, 0.5, 3.0]), min_size=1, max_size=24), factors)
def test_larger_past_errors_mean_a_wider_spread(found: list[float], factor: float) -> None:
    once = calibrate(Y, known(found), 24, log=False)
    more = calibrate(Y, known([factor * error for error in found]), 24, log=False)
    near = len(found) + 2  # errors two months further on are pooled
    assert np.all(np.array(more.scale)[:near] > np.array(once.scale)[:near])
    assert more.scale[near:] == once.scale[near:]


@pytest.mark.parametrize("log", [True, False])
def test_larger_past_errors_mean_wider_intervals(log: bool) -> None:
    ahead, width = np.arange(1, 13), []
    for size in (0.1, 0.4, 1.6):
        both_ways = pd.concat([known([size] * 12), known([-size] * 12)])
        q = quantiles(np.full(12, 10.0), ahead, calibrate(Y, both_ways, 12, log))
        width.append(q[:, -1] - q[:, 0])
    assert (width[0] < width[1]).all()
    assert (width[1] < width[2]).all()


@unhurried
@given(
    st.lists(amounts, max_size=30),
    st.integers(1, 30),
    st.lists(st.integers(1, 120), min_size=1, max_size=12),
    st.booleans(),
)
def test_quantiles_never_cross(found, horizon: int, asked: list[int], log: bool) -> None:
    calibration = calibrate(Y, known(found), horizon, log)
    q = quantiles(np.linspace(0.5, 50, len(asked)), np.array(asked), calibration)
    assert q.shape == (len(asked), len(LEVELS))
    assert np.isfinite(q).all()
    assert (np.diff(q, axis=1) >= 0).all()
    assert (q > 0).all() or not log


def test_on_levels_a_forecast_below_zero_has_quantiles_in_order_too() -> None:
    q = quantiles(np.array([-5.0]), np.array([1]), calibrate(Y, NOTHING, 1, log=False))
    assert (np.diff(q) > 0).all()


@unhurried
@given(st.lists(amounts, max_size=24), st.integers(1, 24))
def test_beyond_the_calibrated_months_intervals_only_grow(found, horizon: int) -> None:
    calibration = calibrate(Y, known(found), horizon, log=True)
    ahead = np.arange(horizon, 121)
    q = quantiles(np.full(len(ahead), 10.0), ahead, calibration)
    assert (np.diff(q[:, -1] - q[:, 0]) > 0).all()


def test_beyond_the_calibrated_months_the_spread_grows_with_the_root() -> None:
    calibration = Calibration((1.0, 2.0), (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), False, 10)
    q = quantiles(np.zeros(4), np.array([1, 2, 8, 18]), calibration)
    assert q[:, -1] == pytest.approx([2.0, 4.0, 8.0, 12.0])
    assert q[:, len(LEVELS) // 2] == pytest.approx([0] * 4)


def test_errors_further_ahead_than_asked_are_left_out() -> None:
    assert calibrate(Y, known([0.5] * 24), 12, log=False) == calibrate(
        Y, known([0.5] * 12 + [99.0] * 12), 12, log=False
    )


def test_only_errors_on_months_up_to_the_cutoff_count() -> None:
    folds = pd.concat(
        [fold("2015-12", [1.0] * 12, [2.0] * 12), fold("2016-06", [1.0] * 12, [2.0] * 12)]
    )
    found = made_before(folds, period("2016-06"))
    assert set(found["cutoff"]) == {period("2015-12")}
    assert list(found["month"].astype(str)) == [f"2016-{month:02}" for month in range(1, 7)]
    assert len(made_before(folds, period("2015-12"))) == 0
    assert len(made_before(folds, period("2016-07"))) == 7 + 1
    assert len(made_before(folds, period("2030-01"))) == 24


def test_a_single_origin_s_months_never_count_twice() -> None:
    once = pd.concat([fold("2015-12", [1.0] * 12, [2.0] * 12)], ignore_index=True)
    twice = pd.concat([once, once.assign(protocol="single_origin")], ignore_index=True)
    found = made_before(twice, period("2017-01"))
    pd.testing.assert_frame_equal(found, made_before(once, period("2017-01")))
    holdout = once.assign(protocol="holdout")
    assert len(made_before(holdout, period("2017-01"))) == 12


def test_each_fold_has_the_intervals_of_what_was_known_then() -> None:
    y = Y.to_list()
    folds = pd.concat(
        [
            fold("2011-12", y[36:48], [16.0] * 12),
            fold("2012-06", y[42:54], [17.0] * 12, protocol="holdout"),
        ],
        ignore_index=True,
    )
    found = add_quantiles(folds, Y, log=True)
    pd.testing.assert_frame_equal(found[folds.columns], folds)
    for cutoff, rows in found.groupby("cutoff"):
        calibration = calibrate(Y.loc[:cutoff], made_before(folds, cutoff), 12, log=True)
        assert calibration.errors == (0 if str(cutoff) == "2011-12" else 6)
        expected = quantiles(rows["mean"].to_numpy(), rows["horizon"].to_numpy(), calibration)
        np.testing.assert_array_equal(rows[COLUMNS], expected)


@pytest.mark.parametrize("log", [True, False])
def test_what_comes_after_a_cutoff_moves_no_quantile_at_it(log: bool) -> None:
    y, folds = random_walk_folds(log, 30, 12)
    before = add_quantiles(folds, y, log).set_index(["cutoff", "month"])
    cutoff = folds["cutoff"].iloc[12 * 20]
    later = folds["month"] > cutoff
    changed = y.copy()
    changed[y.index > cutoff] *= 7
    after = folds.assign(actual=folds["actual"].where(~later, folds["actual"] * 7))
    after = add_quantiles(after, changed, log).set_index(["cutoff", "month"])
    same = before.index.get_level_values("cutoff") <= cutoff
    np.testing.assert_array_equal(before[COLUMNS][same], after[COLUMNS][same])
    assert not np.allclose(before[COLUMNS][~same], after[COLUMNS][~same])


@pytest.mark.parametrize("log", [True, False])
def test_on_a_series_that_is_well_forecast_coverage_is_near_nominal(log: bool) -> None:
    y, folds = random_walk_folds(log, 180, 12)
    found = add_quantiles(folds, y, log)
    found = found[found["cutoff"] > found["cutoff"].iloc[0] + 24]
    for low, high, nominal in ((0, -1, 0.95), (1, -2, 0.8), (2, -3, 0.5)):
        actual, q = found["actual"].to_numpy(), found[COLUMNS].to_numpy()
        assert empirical_coverage(actual, q[:, low], q[:, high]) == pytest.approx(nominal, abs=0.05)
        for horizon in (3, 6, 9):  # at either end, pooling with one side alone leans on it
            at = (found["horizon"] == horizon).to_numpy()
            covered = empirical_coverage(actual[at], q[at, low], q[at, high])
            assert covered == pytest.approx(nominal, abs=0.12)
