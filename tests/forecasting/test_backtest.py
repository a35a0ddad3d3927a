"""What would each forecaster have said, knowing only what was known?"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import (
    altered,
    for_each,
    made_up_series,
    made_up_weather,
    months,
    period,
    unhurried,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from energy.data.monthly import MINIMUM, temporal_split
from energy.errors import MissingWeather, NotPlausible, TooShortToBacktest
from energy.forecasting import backtest
from energy.forecasting.backtest import SHORTEST, Plan, combine, plan, run
from energy.forecasting.bench import BENCH
from energy.forecasting.fitting import forecast
from energy.forecasting.intervals import add_quantiles
from energy.forecasting.scores import MONTHS_SCORED, quantile_columns, seasonal_naive_scale

FITTED = [name for name, entry in BENCH.items() if not entry.members]
COMBINED = [name for name, entry in BENCH.items() if entry.members]
SAID = ["cutoff", "month", "horizon", "mean", "scale", *quantile_columns()]
lengths, fold_counts, horizons = st.integers(45, 400), st.integers(1, 60), st.integers(1, 120)


def planned(count: int, folds: int, horizon: int) -> Plan:
    index = months(count)
    train, _ = temporal_split(index)
    return plan(index, train[-1], folds, horizon)


@unhurried
@given(lengths, fold_counts, horizons)
def test_a_plan_keeps_choosing_and_reporting_apart(count: int, folds: int, horizon: int) -> None:
    found = planned(count, folds, horizon)
    index = months(count)
    # Chosen on: scored months all lie in the training part, after two years to be fitted on.
    assert 1 <= len(found.backtest) <= folds
    assert found.backtest[-1] + MONTHS_SCORED == found.split
    assert (found.backtest[0] - index[0]).n + 1 >= SHORTEST
    assert list(found.backtest) == sorted(set(found.backtest))
    # Reported: from the split on, every scored month in the series, as far as it reaches.
    after = (index[-1] - found.split).n
    assert bool(found.holdout) is (after >= MONTHS_SCORED)
    if found.holdout:
        assert found.holdout[0] == found.split
        assert found.holdout[-1] + MONTHS_SCORED <= index[-1]
    assert found.reach == max(MONTHS_SCORED, horizon)


@unhurried
@given(lengths, st.integers(12, 60), horizons)
def test_cutoffs_visit_every_calendar_month(count: int, folds: int, horizon: int) -> None:
    found = planned(count, folds, horizon)
    assume(len(found.backtest) >= 12)
    assert {cutoff.month for cutoff in found.backtest} == set(range(1, 13))


@unhurried
@given(lengths, fold_counts)
def test_as_many_folds_as_asked_for_where_there_is_room(count: int, folds: int) -> None:
    found = planned(count, folds, 12)
    train = (found.split - months(1)[0]).n + 1
    assert len(found.backtest) == min(folds, train - SHORTEST - MONTHS_SCORED + 1)


def test_the_plan_for_the_published_figures() -> None:
    found = planned(259, 24, 24)
    assert len(found.backtest) == 24
    assert {(b - a).n for a, b in zip(found.backtest, found.backtest[1:], strict=False)} == {5}
    assert {(b - a).n for a, b in zip(found.holdout, found.holdout[1:], strict=False)} == {5}


def test_a_training_part_with_no_room_for_a_fold_is_refused() -> None:
    index = months(60)
    assert plan(index, index[35], 24, 12).backtest == (index[23],)
    with pytest.raises(TooShortToBacktest) as caught:
        plan(index, index[34], 24, 12)
    assert (caught.value.months, caught.value.needed) == (35, 36)


def test_five_years_are_enough_from_end_to_end() -> None:
    weather = made_up_weather(MINIMUM)
    y = made_up_series(weather)
    laid_out = planned(MINIMUM, 24, 24)
    found, seconds = run("seasonal_naive", y, weather, laid_out)
    assert seconds >= 0
    assert set(found["protocol"]) == {"backtest", "holdout", "single_origin"}
    assert found["cutoff"].nunique() == len(laid_out.backtest) + 1
    assert not found.isna().any().any()


def test_a_fold_frame_is_what_its_documentation_says() -> None:
    weather = made_up_weather(120)
    y = made_up_series(weather)
    laid_out = planned(120, 3, 18)
    found, _ = run("seasonal_naive", y, weather, laid_out)
    assert list(found.columns) == [
        *("protocol", "cutoff", "month", "horizon", "actual", "mean", "scale"),
        *quantile_columns(),
    ]
    for cutoff, rows in found.groupby("cutoff"):
        assert rows["month"].to_list() == [cutoff + h for h in rows["horizon"]]
        assert rows["actual"].to_list() == y.loc[rows["month"]].to_list()
        last_year = [cutoff - 11 + (h - 1) % 12 for h in rows["horizon"]]
        np.testing.assert_array_equal(rows["mean"], y.loc[last_year])
        scale = seasonal_naive_scale(y.loc[:cutoff].to_numpy())
        assert rows["scale"].to_list() == [scale] * len(rows)
    chosen_on = found[found["protocol"] == "backtest"]
    assert tuple(chosen_on["cutoff"].unique()) == laid_out.backtest
    assert chosen_on["month"].max() == laid_out.split
    reported = found[found["protocol"] == "holdout"]
    assert tuple(reported["cutoff"].unique()) == laid_out.holdout
    assert reported["month"].min() == laid_out.split + 1
    # As far as published where there are actuals, and never less than is scored.
    reach = found[found["protocol"] != "single_origin"].groupby("cutoff")["horizon"].max()
    assert reach.min() == 12
    assert reach.max() == 18


def test_the_single_origin_reaches_from_the_split_to_the_end() -> None:
    weather = made_up_weather(120)
    y = made_up_series(weather)
    laid_out = planned(120, 1, 12)
    found, _ = run("seasonal_naive", y, weather, laid_out)
    single = found[found["protocol"] == "single_origin"]
    assert set(single["cutoff"]) == {laid_out.split}
    assert single["horizon"].to_list() == list(range(1, 25))
    assert single["month"].iloc[-1] == y.index[-1]
    same = found[(found["protocol"] == "holdout") & (found["cutoff"] == laid_out.split)]
    both = single.head(12).drop(columns="protocol").reset_index(drop=True)
    pd.testing.assert_frame_equal(same.drop(columns="protocol").reset_index(drop=True), both)


@pytest.fixture(scope="module")
def elsewhere(total, weather, two_folds) -> Callable[[str], pd.DataFrame]:
    """Fold frames of a world that is another one from the second cutoff on."""
    y, other_weather = altered(total, weather, two_folds.backtest[-1])

    @functools.cache
    def run_once(name: str) -> pd.DataFrame:
        if members := BENCH[name].members:
            return combine([run_once(member) for member in members], y)
        return run(name, y, other_weather, two_folds)[0]

    return run_once


@for_each(BENCH)
def test_nothing_after_a_cutoff_reaches_a_forecast(name, folds, elsewhere) -> None:
    """Not the series, not the weather, not the errors of earlier folds: bit for bit."""
    seen, other = folds(name), elsewhere(name)
    assert not seen["actual"].equals(other["actual"])
    pd.testing.assert_frame_equal(seen[SAID], other[SAID], check_exact=True)


@for_each(FITTED)
def test_weather_before_a_cutoff_reaches_those_that_use_it_and_no_others(
    name, total, weather, two_folds, folds
) -> None:
    """So that the test above can fail."""
    first = two_folds.backtest[0]
    other = weather.copy()
    other.loc[first - 14 : first - 12, "degree_days"] += 3.0
    one = Plan((first,), (), two_folds.split, 12)
    found, _ = run(name, total, other, one)
    seen = folds(name).head(12)
    assert found["mean"].equals(seen["mean"]) is not BENCH[name].weather


def test_the_series_before_a_cutoff_reaches_its_forecast(total, weather, two_folds, folds) -> None:
    first = two_folds.backtest[0]
    other, _ = altered(total, weather, first - 1)
    found, _ = run("theta", other, weather, Plan((first,), (), two_folds.split, 12))
    assert not np.isclose(found["mean"], folds("theta")["mean"].head(12)).any()


@for_each(BENCH)
def test_every_forecaster_gets_quantiles_that_do_not_cross(name, folds) -> None:
    q = folds(name)[quantile_columns()].to_numpy()
    assert np.isfinite(q).all()
    assert (np.diff(q, axis=1) > 0).all()
    assert (q[:, 0] > 0).all()


def test_a_backtest_leaves_what_it_was_given_alone(total, weather, two_folds) -> None:
    before = total.copy(), weather.copy()
    run("weather_normalised_theta", total, weather, two_folds)
    pd.testing.assert_series_equal(total, before[0])
    pd.testing.assert_frame_equal(weather, before[1])


@for_each(COMBINED)
def test_combining_folds_equals_fitting_the_combination(name, fitted, folds, total) -> None:
    last = folds(name)[folds(name)["cutoff"] == folds(name)["cutoff"].max()]
    direct = forecast(name, fitted(name), 12, True)
    np.testing.assert_allclose(last["mean"], direct, rtol=1e-9)


def test_a_combination_is_the_median_and_has_intervals_of_its_own(folds, total) -> None:
    members = [folds(name) for name in ("theta", "ets", "ridge")]
    found = combine(members, total)
    middle = np.median([frame["mean"] for frame in members], axis=0)
    assert found["mean"].to_list() == middle.tolist()
    assert list(found.columns) == list(members[0].columns)
    kept = ["protocol", "cutoff", "month", "horizon", "actual", "scale"]
    pd.testing.assert_frame_equal(found[kept], members[0][kept])
    own = add_quantiles(found.drop(columns=quantile_columns()), total, log=True)
    pd.testing.assert_frame_equal(found, own)
    alone = combine([members[0]], total)
    pd.testing.assert_frame_equal(alone, members[0])


def test_what_is_not_a_number_ends_the_backtest(monkeypatch, total, weather, two_folds) -> None:
    def nothing(forecaster: str, fitted: object, horizon: int, positive: bool) -> pd.Series:
        raise NotPlausible(forecaster, "2017-01", float("nan"), positive)

    monkeypatch.setattr(backtest, "forecast", nothing)
    with pytest.raises(NotPlausible):
        run("naive", total, weather, two_folds)


def test_without_weather_those_that_need_it_say_so(total, weather, two_folds) -> None:
    blank = weather.assign(degree_days=np.nan)
    with pytest.raises(MissingWeather):
        run("sarimax", total, blank, two_folds)
    assert len(run("naive", total, blank, two_folds)[0]) == 24


def test_a_series_below_zero_is_backtested_on_levels(net_imports, weather) -> None:
    one = Plan((period("2003-12"),), (), period("2004-12"), 12)
    found, _ = run("ets", net_imports, weather, one)
    assert np.isfinite(found[SAID[3:]].to_numpy()).all()
    spread = found["q0.975"] - found["q0.5"]
    assert spread.nunique() < len(spread)  # added, not multiplied: the same wherever the mean is
