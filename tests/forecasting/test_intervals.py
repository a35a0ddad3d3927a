"""Intervals rest on errors made before, and on the weather of years before: on nothing else."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import (
    altered,
    fold,
    made_up_series,
    made_up_weather,
    months,
    period,
    rolling_folds,
    unhurried,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from energy.contract import LEVELS, Calibration
from energy.contract.release import LOG_CAP
from energy.forecasting.folds import quantile_columns, resolved_folds
from energy.forecasting.intervals import (
    BOUND,
    NEIGHBOURS,
    PRIOR_ERRORS,
    PRIOR_SEASON,
    STEP,
    add_errors,
    add_quantiles,
    calibrate,
    forecast_errors,
    quantiles,
)
from energy.forecasting.metrics import empirical_coverage
from energy.forecasting.weather import spread_by_month, weather_effect
from energy.serving.intervals import add_error

WEATHER = made_up_weather(96)
Y = made_up_series(WEATHER)
END = Y.index[-1]
STEADY = pd.Series(np.tile(np.arange(12.0), 8) + np.repeat(np.arange(0.0, 16, 2), 12), Y.index)
"""Two more than the year before, in every month."""
NOTHING = fold("2012-12", [], [])
COLUMNS = quantile_columns()
SD = (np.pi / 2) ** 0.5
"""A normal variable's standard deviation over its mean absolute value: 1.2533."""
CUTOFFS = list(Y.index[35:84:5])
amounts, factors = st.floats(-3, 3), st.floats(1.1, 5)
positive = st.floats(0.01, 2)
twelve = st.lists(positive, min_size=12, max_size=12).map(tuple)
half_quantiles = st.tuples(*[st.floats(0.05, 2)] * 3).map(np.cumsum)
calibrations = st.builds(
    lambda scale, upper, log, season, weather: Calibration(
        tuple(scale), (*-upper[::-1], 0.0, *upper), log, 10, season, weather
    ),
    st.lists(positive, min_size=1, max_size=24),
    half_quantiles,
    st.booleans(),
    twelve,
    twelve,
)
asked = st.lists(
    st.tuples(st.integers(1, 120), st.integers(0, 600), st.floats(0.5, 50)), min_size=1, max_size=12
)


def known(found: list[float], horizon: int | None = None, last: pd.Period = END) -> pd.DataFrame:
    """One fold with these errors on a mean of ten, to the last month of the series.

    At horizons 1, 2, ... or all at one.
    """
    cutoff = last - len(found)
    rows = fold(str(cutoff), [10 + error for error in found], [10.0] * len(found))
    return rows if horizon is None else rows.assign(horizon=horizon)


def unpack(ways: list[tuple[int, int, float]]) -> tuple[np.ndarray, np.ndarray, pd.PeriodIndex]:
    """Means, horizons and months of what was drawn."""
    horizon, month, mean = map(np.array, zip(*ways, strict=True))
    return mean, horizon, pd.PeriodIndex([period("1990-01") + int(k) for k in month])


def width(calibration: Calibration, calendar: list[int], weather_known: bool = False) -> np.ndarray:
    """How wide the 95% interval is, one month ahead, in these calendar months."""
    index = pd.PeriodIndex([period(f"2020-{month:02}") for month in calendar])
    ones = np.ones(len(calendar))
    q = quantiles(10 * ones, ones.astype(int), index, calibration, weather_known)
    return np.asarray(q[:, -1] - q[:, 0])


def random_walk_folds(log: bool, count: int, reach: int) -> tuple[pd.Series, pd.DataFrame]:
    """A random walk, forecast as well as it can be, by where it stands, every five months."""
    index = months(60 + 5 * count + reach)
    walk = np.random.default_rng(12).normal(0, 0.03, len(index)).cumsum()
    y = pd.Series(np.exp(3 + walk) if log else 20 * walk, index)
    parts = []
    for start in range(60, 60 + 5 * count, 5):
        ahead, here = y.iloc[start : start + reach], y.iloc[start - 1]
        parts.append(fold(str(index[start - 1]), ahead.to_list(), [here] * reach))
    return y, pd.concat(parts, ignore_index=True)


def test_errors_are_ratios_on_logs_and_differences_on_levels() -> None:
    actual, mean = np.array([11.0, 20.0]), np.array([10.0, 25.0])
    assert forecast_errors(actual, mean, log=True) == pytest.approx([np.log(1.1), np.log(0.8)])
    assert forecast_errors(actual, mean, log=False) == pytest.approx([1, -5])


# What quantiles promise, whatever the calibration.


@unhurried
@given(calibrations, asked, st.booleans())
def test_quantiles_never_cross_and_the_median_is_the_forecast(calibration, ways, given) -> None:
    mean, horizon, index = unpack(ways)
    q = quantiles(mean, horizon, index, calibration, given)
    assert q.shape == (len(mean), len(LEVELS))
    assert (np.diff(q, axis=1) >= 0).all()
    assert (q > 0).all() or not calibration.log
    assert q[:, LEVELS.index(0.5)] == pytest.approx(mean)


@unhurried
@given(calibrations, asked)
def test_they_are_as_far_above_the_forecast_as_below(calibration, ways) -> None:
    """By the same factor on logs, by the same amount on levels."""
    mean, horizon, index = unpack(ways)
    q = quantiles(mean, np.minimum(horizon, 12), index, calibration)
    below = np.log(q / mean[:, None]) if calibration.log else q - mean[:, None]
    above = add_errors(mean[:, None], -below[:, 3::-1], calibration.log)
    np.testing.assert_allclose(q[:, 3:], above, atol=1e-9)


@unhurried
@given(calibrations, asked)
def test_a_month_whose_weather_is_known_is_narrower_than_the_same_month_without(
    calibration, ways
) -> None:
    mean, horizon, index = unpack(ways)
    unknown = quantiles(mean, horizon, index, calibration)
    told = quantiles(mean, horizon, index, calibration, weather_known=True)
    assert (told[:, 0] > unknown[:, 0]).all()
    assert (told[:, -1] < unknown[:, -1]).all()
    some = np.arange(len(mean)) % 2 == 0
    mixed = quantiles(mean, horizon, index, calibration, some)
    np.testing.assert_array_equal(mixed, np.where(some[:, None], told, unknown))


def test_error_and_weather_add_up_as_variances() -> None:
    season, weather = [1.0] * 12, [0.0] * 12
    season[6], weather[0] = 0.5, 4.0
    calibration = Calibration(
        (3.0,), (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), False, 9, tuple(season), tuple(weather)
    )
    assert width(calibration, [1, 2, 7]) == pytest.approx([4 * 5, 4 * 3, 4 * 1.5])
    assert width(calibration, [1, 2, 7], weather_known=True) == pytest.approx([12, 12, 6])


def test_beyond_the_calibrated_months_the_spread_grows_with_the_root() -> None:
    calibration = Calibration((1.0, 2.0), (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), False, 10)
    q = quantiles(np.zeros(4), np.array([1, 2, 8, 18]), months(4), calibration)
    assert q[:, -1] == pytest.approx([2.0, 4.0, 8.0, 12.0])
    assert q[:, len(LEVELS) // 2] == pytest.approx([0] * 4)


def test_on_levels_a_forecast_below_zero_has_quantiles_in_order_too() -> None:
    calibration = calibrate(Y, NOTHING, 1, log=False)
    q = quantiles(np.array([-5.0]), np.array([1]), months(1), calibration)
    assert (np.diff(q) > 0).all()


# What a calibration is made of.


@settings(unhurried, max_examples=25)
@given(st.lists(amounts, max_size=24), st.integers(1, 24), st.booleans(), st.booleans())
def test_a_calibration_is_sound_whatever_was_wrong(found, horizon: int, log, with_weather) -> None:
    calibration = calibrate(Y, known(found), horizon, log, WEATHER if with_weather else None)
    assert len(calibration.scale) == horizon
    assert (np.array(calibration.scale) > 0).all()
    assert np.mean(calibration.season) == pytest.approx(1)
    assert min(calibration.season) > 0
    assert min(calibration.weather) >= 0
    q = np.array(calibration.quantiles)
    assert (np.diff(q) >= 0).all()
    np.testing.assert_allclose(q, -q[::-1], atol=1e-12)
    assert (calibration.errors, calibration.log) == (len(found), log)


@pytest.mark.parametrize("log", [True, False])
def test_with_no_fold_known_the_seasonal_naive_s_spread_stands_in(log: bool) -> None:
    values = np.log(Y) if log else Y
    spread = 1.2533 * float(values.diff(12).abs().mean())
    found = calibrate(Y, NOTHING, 30, log)
    years = [1] * 12 + [2] * 12 + [3] * 6
    assert found.scale == pytest.approx([spread * year**0.5 for year in years], rel=1e-4)
    normal = [NormalDist().inv_cdf(level) for level in LEVELS]
    assert found.quantiles == pytest.approx(normal, abs=0.04)
    assert (found.errors, found.log) == (0, log)
    assert found.season == (1.0,) * 12
    assert found.weather == (0.0,) * 12


@pytest.mark.parametrize("log", [True, False])
def test_with_weather_what_it_did_to_each_year_is_no_part_of_that_spread(log: bool) -> None:
    effect = weather_effect(Y, WEATHER, log)
    calm = (np.log(Y) if log else Y) - effect
    found = calibrate(Y, NOTHING, 1, log, WEATHER)
    assert found.scale[0] == pytest.approx(SD * calm.diff(12).abs().mean())
    assert found.scale[0] < 0.6 * calibrate(Y, NOTHING, 1, log).scale[0]
    assert found.weather == pytest.approx(spread_by_month(effect))


@pytest.mark.parametrize("years_ago", [0, 2])
def test_the_spread_by_hand(years_ago: int) -> None:
    """One error among two errors' worth of prior; its month is blamed a little, and its neighbours.

    Errors of all years count the same.
    """
    prior, size = SD * 2, SD * 5

    def scale(factor: float) -> float:
        return (2 * prior + size / factor) / 3

    def season(spread: float) -> tuple[float, float]:
        blamed = (12 + size / spread) / 13
        average = (3 * blamed + 9) / 12
        return blamed / average, 1 / average

    first, _ = season(scale(1))
    blamed, others = season(scale(first))
    found = calibrate(STEADY, known([5.0], last=END - 12 * years_ago), 4, log=False)
    assert found.scale == pytest.approx([scale(blamed)] * 3 + [prior])  # two months on as well
    assert found.season == pytest.approx([blamed, *[others] * 9, blamed, blamed])
    assert (PRIOR_ERRORS, PRIOR_SEASON, NEIGHBOURS, found.errors) == (2, 12, 2, 1)


def test_the_order_of_the_errors_does_not_matter() -> None:
    calm, wild = [0.1] * 12, [3.0] * 12
    one, other = (
        calibrate(STEADY, known(errors, horizon=1), 1, log=False)
        for errors in (calm + wild, wild + calm)
    )
    assert one.scale == pytest.approx(other.scale)


@pytest.mark.parametrize("log", [True, False])
def test_errors_are_added_alike_with_and_without_numpy(log: bool) -> None:
    """Log errors multiply up to LOG_CAP, and grow in a straight line above it."""
    errors = np.array([-9.0, -0.5, 0.0, LOG_CAP, LOG_CAP + 1, 20.0])
    found = add_errors(np.array(10.0), errors, log)
    assert found == pytest.approx([add_error(10.0, error, log) for error in errors])
    if log:
        at_cap = 10 * np.exp(LOG_CAP)
        expected = [10 * np.exp(-9), 10 * np.exp(-0.5), 10, at_cap, 2 * at_cap, at_cap * 20.5]
        assert found == pytest.approx(expected)


def test_many_errors_outweigh_the_prior() -> None:
    many = pd.concat([known([0.2, -0.2] * 12, horizon=1)] * 50)
    assert calibrate(STEADY, NOTHING, 1, log=False).scale[0] == pytest.approx(SD * 2)
    assert calibrate(STEADY, many, 1, log=False).scale[0] == pytest.approx(SD * 0.2, rel=0.05)


def test_the_shape_follows_the_errors_once_there_are_many() -> None:
    """Nine in ten of one size: they end where the others begin, on either side."""
    rare = known(([-0.5] * 9 + [4.0]) * 9, horizon=1)
    with_tails = calibrate(Y, rare, 1, log=False)
    without = calibrate(Y, rare.assign(actual=10.5), 1, log=False)
    at = LEVELS.index(0.975)
    assert with_tails.quantiles[at] > 1.5 * without.quantiles[at]
    assert with_tails.quantiles[LEVELS.index(0.75)] < without.quantiles[LEVELS.index(0.75)]


@settings(unhurried, max_examples=25)
@given(st.lists(st.sampled_from([-2.0, -0.1, 0.5, 3.0]), min_size=1, max_size=24), factors)
def test_larger_past_errors_mean_a_wider_spread(found: list[float], factor: float) -> None:
    once = calibrate(Y, known(found), 24, log=False)
    more = calibrate(Y, known([factor * error for error in found]), 24, log=False)
    near = len(found) + NEIGHBOURS  # errors two months further on are pooled
    assert np.all(np.array(more.scale)[:near] > np.array(once.scale)[:near])
    assert more.scale[near:] == once.scale[near:]


@pytest.mark.parametrize("log", [True, False])
def test_larger_past_errors_mean_wider_intervals(log: bool) -> None:
    wide = []
    for size in (0.1, 0.4, 1.6):
        both_ways = pd.concat([known([size] * 12), known([-size] * 12)])
        wide.append(width(calibrate(Y, both_ways, 12, log, WEATHER), [*range(1, 13)]))
    assert (wide[0] < wide[1]).all()
    assert (wide[1] < wide[2]).all()


def test_months_with_larger_errors_get_wider_intervals_and_so_do_their_neighbours() -> None:
    by_month = [1.0 if month in (12, 1) else 0.2 for month in range(1, 13)]
    found = np.array(calibrate(Y, known(by_month * 4, horizon=1), 1, log=False).season)
    assert found[[11, 0]].min() > found[[10, 1]].min() > 1 > found[2:10].max()
    assert found[2:10] == pytest.approx([found[5]] * 8, rel=0.05)
    assert found.mean() == pytest.approx(1)


def in_weather(residual: float) -> pd.DataFrame:
    """Five years of errors one month ahead: what weather did, and as much again in each month."""
    effect = weather_effect(Y, WEATHER, log=True).iloc[-60:]
    signs = np.where(np.arange(60) % 2, 1, -1) * residual
    actual = 10 * np.exp(effect.to_numpy() + signs)
    return fold(str(END - 60), actual.tolist(), [10.0] * 60).assign(horizon=1)


def test_for_equal_residuals_a_winter_is_wider_than_a_summer_for_its_weather_alone() -> None:
    found = calibrate(Y, in_weather(0.01), 1, True, WEATHER)
    assert found.scale[0] == pytest.approx(SD * 0.01, rel=0.15)
    assert found.season == pytest.approx([1] * 12, abs=0.05)
    spread = spread_by_month(weather_effect(Y, WEATHER, log=True))
    assert found.weather == pytest.approx(spread)
    winter, summer = [12, 1, 2], [6, 7, 8]
    assert width(found, winter).mean() > 1.3 * width(found, summer).mean()
    given_weather = width(found, [*range(1, 13)], weather_known=True)
    assert given_weather == pytest.approx([given_weather.mean()] * 12, rel=0.05)
    blind = calibrate(Y, in_weather(0.01), 1, True)
    assert blind.weather == (0.0,) * 12
    assert blind.scale[0] > 1.3 * found.scale[0]  # the weather's part is an error like any other


def test_without_weather_known_or_not_makes_no_difference() -> None:
    found = calibrate(Y, known([0.5] * 12), 12, log=True)
    assert width(found, [1, 7]).tolist() == width(found, [1, 7], weather_known=True).tolist()


# Intervals that held too seldom, or too often.


def judged(held: int, missed: int, protocol: str = "backtest") -> pd.DataFrame:
    """Rows with quantiles, of which so many lay inside their 80% interval and so many outside."""
    off = [0.5] * held + [2.5] * missed
    return known(off, horizon=1).pipe(
        lambda rows: fold(
            str(rows["cutoff"].iloc[0]), rows["actual"], rows["mean"], width=1.0, protocol=protocol
        ).assign(horizon=1)
    )


def widened(rows: pd.DataFrame) -> float:
    """By what factor quantiles that were looked back on move the quantiles to come."""
    told = calibrate(STEADY, rows, 1, log=False)
    untold = calibrate(STEADY, rows.drop(columns=COLUMNS), 1, log=False)
    assert told.scale == untold.scale
    found = np.array(told.quantiles[-3:]) / untold.quantiles[-3:]
    assert found == pytest.approx([found[0]] * 3)
    return float(found[0])


@pytest.mark.parametrize(
    ("held", "missed", "log_factor"),
    [
        (8, 2, 0),  # as often as they said
        (0, 10, STEP * 8),
        (10, 0, -STEP * 2),
        (50, 0, -STEP * 10),
        (4, 6, STEP * 4),
        (0, 60, BOUND),
        (96, 0, -STEP * 96 * 0.2),
    ],
)
def test_intervals_are_widened_by_each_miss_and_narrowed_by_each_hit(
    held: int, missed: int, log_factor: float
) -> None:
    assert widened(judged(held, missed)) == pytest.approx(np.exp(log_factor))


def test_they_are_never_narrowed_without_end_either() -> None:
    rows = pd.concat([judged(90, 0)] * 2)
    assert widened(rows) == pytest.approx(np.exp(-BOUND))


def test_bounds_are_inside_their_interval() -> None:
    rows = judged(10, 0)
    assert widened(rows.assign(actual=rows["q0.9"])) == pytest.approx(np.exp(-STEP * 2))
    assert widened(rows.assign(actual=rows["q0.1"])) == pytest.approx(np.exp(-STEP * 2))
    assert widened(rows.assign(actual=rows["q0.9"] + 0.01)) == pytest.approx(np.exp(STEP * 8))


def test_warmup_folds_teach_the_spread_but_their_intervals_are_not_judged() -> None:
    assert widened(judged(0, 10, protocol="warmup")) == 1
    warmed = calibrate(STEADY, judged(0, 10, protocol="warmup"), 1, log=False)
    assert warmed.errors == 10
    both = pd.concat([judged(0, 10, protocol="warmup"), judged(10, 0, protocol="holdout")])
    assert widened(both) == pytest.approx(np.exp(-STEP * 2))


def test_intervals_that_were_never_given_are_not_judged() -> None:
    rows = judged(0, 10)
    rows.loc[rows.index[:5], COLUMNS] = np.nan
    assert widened(rows) == pytest.approx(np.exp(STEP * 4))


# Which errors count.


@pytest.mark.parametrize("horizon", [1, 6, 12, 24, 60])
def test_how_far_is_published_changes_no_interval(horizon: int) -> None:
    known = pd.concat(
        [fold("2014-12", [10.5] * 24, [10.0] * 24), fold("2015-12", [9.0] * 12, [10.0] * 12)]
    )
    found, most = (calibrate(Y, known, months, log=False) for months in (horizon, 60))
    assert found.scale == most.scale[:horizon]
    assert replace(found, scale=()) == replace(most, scale=())


def test_how_well_intervals_held_is_judged_a_year_ahead_at_most() -> None:
    held = fold("2014-12", [10.0] * 24, [10.0] * 24, width=0.5)
    far = held.assign(actual=held["actual"].where(held["horizon"] <= 12, 99.0))
    quantiles_of = [calibrate(Y, known, 24, log=False).quantiles for known in (held, far)]
    assert quantiles_of[0] == quantiles_of[1]


def test_only_errors_on_months_up_to_the_cutoff_count() -> None:
    folds = pd.concat(
        [fold("2015-12", [1.0] * 12, [2.0] * 12), fold("2016-06", [1.0] * 12, [2.0] * 12)]
    )
    found = resolved_folds(folds, period("2016-06"))
    assert set(found["cutoff"]) == {period("2015-12")}
    assert list(found["month"].astype(str)) == [f"2016-{month:02}" for month in range(1, 7)]
    assert len(resolved_folds(folds, period("2015-12"))) == 0
    assert len(resolved_folds(folds, period("2016-07"))) == 7 + 1
    assert len(resolved_folds(folds, period("2030-01"))) == 24


@pytest.mark.parametrize("protocol", ["warmup", "backtest", "holdout"])
def test_each_month_of_a_rolling_fold_counts_once(protocol: str) -> None:
    """What the single origin and nowcasts say of it again, and in known weather, does not."""
    once = fold("2015-12", [1.0] * 12, [2.0] * 12, protocol=protocol)
    again = ("single_origin", "nowcast", "nowcast_holdout")
    more = pd.concat([once, *(once.assign(protocol=name) for name in again)], ignore_index=True)
    found = resolved_folds(more, period("2017-01"))
    pd.testing.assert_frame_equal(found, resolved_folds(once, period("2017-01")))
    assert len(found) == 12


def with_nowcasts(folds: pd.DataFrame) -> pd.DataFrame:
    """A nowcast of the first month of each fold, as good as its forecast."""
    first = folds[folds["horizon"] == 1]
    return pd.concat([folds, first.assign(protocol="nowcast")], ignore_index=True)


@pytest.mark.parametrize("weather", [WEATHER, None])
def test_each_fold_has_the_intervals_of_what_was_known_then(weather) -> None:
    folds = with_nowcasts(rolling_folds(Y, CUTOFFS))
    found = add_quantiles(folds, Y, log=True, weather=weather)
    pd.testing.assert_frame_equal(found[folds.columns], folds)
    for cutoff, rows in found.groupby("cutoff"):
        seen = None if weather is None else weather.loc[:cutoff]
        past = resolved_folds(found, cutoff)
        calibration = calibrate(Y.loc[:cutoff], past, 12, log=True, weather=seen)
        expected = quantiles(
            rows["mean"].to_numpy(),
            rows["horizon"].to_numpy(),
            pd.PeriodIndex(rows["month"]),
            calibration,
            (rows["protocol"] == "nowcast").to_numpy(),
        )
        np.testing.assert_array_equal(rows[COLUMNS], expected)
    assert len(past) == sum(min(12, (CUTOFFS[-1] - cutoff).n) for cutoff in CUTOFFS)
    assert past[COLUMNS].notna().all().all()  # so that they are judged


def test_a_nowcast_is_narrower_than_the_forecast_of_its_month() -> None:
    found = add_quantiles(with_nowcasts(rolling_folds(Y, CUTOFFS)), Y, True, WEATHER)
    wide = found.assign(width=found["q0.9"] / found["q0.1"]).set_index("cutoff")["width"]
    first = (found["horizon"] == 1).to_numpy()
    nowcast = (found["protocol"] == "nowcast").to_numpy()
    assert (wide[nowcast] < wide[first & ~nowcast]).all()


def test_what_nowcasts_got_wrong_moves_no_quantile() -> None:
    folds = with_nowcasts(rolling_folds(Y, CUTOFFS))
    wrong = folds.assign(mean=folds["mean"].where(folds["protocol"] == "backtest", 99.0))
    kept = (folds["protocol"] == "backtest").to_numpy()
    for weather in (WEATHER, None):
        seen, other = (add_quantiles(frame, Y, True, weather)[COLUMNS] for frame in (folds, wrong))
        pd.testing.assert_frame_equal(seen[kept], other[kept])


def test_an_earlier_error_is_that_against_the_figures_as_they_were_known() -> None:
    folds = rolling_folds(Y, CUTOFFS[:2])
    second = CUTOFFS[1]
    then, warmer = (Y * 1.1).loc[:second], WEATHER + 1.0
    found = add_quantiles(folds, Y, True, WEATHER, {second: (then, warmer)})
    plain = add_quantiles(folds, Y, True, WEATHER)
    first = (found["cutoff"] == CUTOFFS[0]).to_numpy()
    pd.testing.assert_frame_equal(found[first], plain[first])
    past = resolved_folds(found, second)
    past = past.assign(actual=then.loc[past["month"]].to_numpy())
    calibration = calibrate(then, past, 12, True, warmer.loc[:second])
    rows = found[~first]
    expected = quantiles(
        rows["mean"].to_numpy(), np.arange(1, 13), pd.PeriodIndex(rows["month"]), calibration
    )
    np.testing.assert_array_equal(rows[COLUMNS], expected)
    assert not np.allclose(rows[COLUMNS], plain[~first][COLUMNS])


@pytest.mark.parametrize("log", [True, False])
def test_what_comes_after_a_cutoff_moves_no_quantile_at_it(log: bool) -> None:
    """Neither the series nor the weather; both moved all quantiles after it."""
    folds, cutoff = rolling_folds(Y, CUTOFFS), CUTOFFS[5]
    other_y, other_weather = altered(Y, WEATHER, cutoff)
    changed = folds.assign(actual=other_y.loc[folds["month"]].to_numpy())
    upto = (folds["cutoff"] <= cutoff).to_numpy()
    before = add_quantiles(folds, Y, log, WEATHER)[COLUMNS]
    for actuals, y, weather in ((changed, other_y, WEATHER), (folds, Y, other_weather)):
        after = add_quantiles(actuals, y, log, weather)[COLUMNS]
        np.testing.assert_array_equal(before[upto], after[upto])
        assert not np.isclose(before[~upto]["q0.1"], after[~upto]["q0.1"]).any()


# Whether they hold.


def covered(found: pd.DataFrame) -> list[float]:
    """Empirical coverage of the 95, 80 and 50% intervals."""
    actual, q = found["actual"].to_numpy(), found[COLUMNS].to_numpy()
    return [empirical_coverage(actual, q[:, k], q[:, -1 - k]) for k in range(3)]


@pytest.mark.parametrize("log", [True, False])
def test_on_a_random_walk_that_is_well_forecast_coverage_is_near_nominal(log: bool) -> None:
    """Neighbouring errors all but repeat each other, so that few of them tell of the tails."""
    y, folds = random_walk_folds(log, 60, 12)
    found = add_quantiles(folds, y, log)
    found = found[found["cutoff"] > found["cutoff"].iloc[0] + 24]
    assert covered(found) == pytest.approx([0.95, 0.8, 0.5], abs=0.06)
    for horizon in (3, 6, 9):  # at either end, pooling with one side alone leans on it
        at = found[found["horizon"] == horizon]
        assert covered(at)[1] == pytest.approx(0.8, abs=0.12)


def test_where_errors_are_independent_coverage_is_nominal_in_known_and_unknown_weather() -> None:
    """A forecaster that knows everything but the noise and, but for nowcasts, the weather."""
    weather = made_up_weather(60 + 180)
    y = made_up_series(weather, noise=0.2)
    calm = made_up_series(weather, noise=0.0)
    blind = calm - weather_effect(calm + 0.01 * (y - calm), weather, log=False)
    parts = []
    for cutoff in y.index[59:-12:5]:
        ahead = y.loc[cutoff + 1 : cutoff + 12]
        said = blind.loc[ahead.index]
        parts.append(fold(str(cutoff), ahead.to_list(), said.to_list()))
        parts.append(fold(str(cutoff), ahead[:1], calm.loc[ahead.index[:1]], protocol="nowcast"))
    found = add_quantiles(pd.concat(parts, ignore_index=True), y, False, weather)
    rolling = found["protocol"] == "backtest"
    assert covered(found[rolling]) == pytest.approx([0.95, 0.8, 0.5], abs=0.05)
    assert covered(found[~rolling]) == pytest.approx([0.95, 0.8, 0.5], abs=0.15)
    winter = pd.PeriodIndex(found["month"]).month.isin([12, 1, 2])
    for season in (rolling & winter, rolling & ~winter):
        assert covered(found[season]) == pytest.approx([0.95, 0.8, 0.5], abs=0.08)
