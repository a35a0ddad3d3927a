"""What would each forecaster have said, knowing only what was known?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import (
    altered,
    backtested,
    for_each,
    made_up_series,
    made_up_weather,
    months,
    period,
)

from energy.contract import WEATHER_AHEAD
from energy.data.frame import MINIMUM, temporal_split
from energy.errors import ForecastingError, MissingWeather
from energy.forecasting import backtest, combination
from energy.forecasting.backtest import combine_backtests, fit, forecast, regressors, run_backtest
from energy.forecasting.folds import (
    FoldPlan,
    plan_folds,
    quantile_columns,
    resolved_folds,
)
from energy.forecasting.intervals import add_quantiles
from energy.forecasting.metrics import seasonal_naive_scale
from energy.forecasting.models import FORECASTERS

FITTED = [name for name, entry in FORECASTERS.items() if not entry.members]
NOWCAST = [name for name, entry in FORECASTERS.items() if entry.weather]
QUICK = "weather_normalised_theta"
"""Uses weather, and is fitted in no time."""
FORECAST_COLUMNS = ["cutoff", "month", "horizon", "mean", "scale", *quantile_columns()]


def planned(count: int, folds: int, horizon: int) -> FoldPlan:
    index = months(count)
    train, _ = temporal_split(index)
    return plan_folds(index, train[-1], folds, horizon)


def test_five_years_are_enough_from_end_to_end() -> None:
    weather = made_up_weather(MINIMUM)
    y = made_up_series(weather)
    plan = planned(MINIMUM, 24, 24)
    found, seconds = run_backtest("seasonal_naive", y, weather, plan)
    assert seconds >= 0
    assert set(found["protocol"]) == {"backtest", "holdout", "single_origin"}
    assert found["cutoff"].nunique() == len(plan.backtest) + 1
    assert not found.isna().any().any()


def test_a_fold_frame_is_what_its_documentation_says() -> None:
    weather = made_up_weather(120)
    y = made_up_series(weather)
    plan = planned(120, 3, 18)
    found, _ = run_backtest("seasonal_naive", y, weather, plan)
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
    assert tuple(chosen_on["cutoff"].unique()) == plan.backtest
    assert chosen_on["month"].max() <= plan.split
    reported = found[found["protocol"] == "holdout"]
    assert tuple(reported["cutoff"].unique()) == plan.holdout
    assert reported["month"].min() > plan.split
    # As far as published where there are actuals, and never less than is scored.
    reach = found[found["protocol"] != "single_origin"].groupby("cutoff")["horizon"].max()
    assert reach.min() == 12
    assert reach.max() == 18


def test_the_single_origin_reaches_from_the_split_to_the_end() -> None:
    weather = made_up_weather(120)
    y = made_up_series(weather)
    plan = planned(120, 1, 12)
    found, _ = run_backtest("seasonal_naive", y, weather, plan)
    single = found[found["protocol"] == "single_origin"]
    assert set(single["cutoff"]) == {plan.split}
    assert single["horizon"].to_list() == list(range(1, 25))
    assert single["month"].iloc[-1] == y.index[-1]
    assert plan.split not in plan.holdout
    assert set(found.loc[found["cutoff"] == plan.split, "protocol"]) == {"single_origin"}


def small_case() -> tuple[pd.Series, pd.DataFrame, FoldPlan]:
    """Eight years, and every kind of cutoff: two each to warm up, to choose on and to report."""
    weather = made_up_weather(96)
    y = made_up_series(weather)
    at = y.index
    return y, weather, FoldPlan((at[46], at[51]), (at[63], at[68]), at[63], 18, (at[36], at[41]))


@pytest.fixture(scope="module")
def every_protocol() -> pd.DataFrame:
    return run_backtest(QUICK, *small_case())[0]


def test_every_protocol_has_its_cutoffs_and_reach(every_protocol) -> None:
    y, _, plan = small_case()
    found = {
        (protocol, int((cutoff - y.index[0]).n)): len(rows)
        for (protocol, cutoff), rows in every_protocol.groupby(["protocol", "cutoff"])
    }
    assert found == {
        ("warmup", 36): 18,
        ("warmup", 41): 18,
        ("backtest", 46): 17,  # no further than to the split
        ("backtest", 51): 12,
        ("holdout", 63): 18,
        ("holdout", 68): 18,
        ("single_origin", 63): 32,  # to the end
        ("nowcast", 46): 1,
        ("nowcast", 51): 1,
        ("nowcast_holdout", 63): 1,
        ("nowcast_holdout", 68): 1,
    }
    assert list(plan.cutoffs.values()) == ["warmup"] * 2 + ["backtest"] * 2 + ["holdout"] * 2
    assert list(plan.cutoffs) == sorted(plan.cutoffs)
    assert not every_protocol.isna().any().any()


def test_a_nowcast_is_of_the_month_after_its_cutoff(every_protocol) -> None:
    y, _, _ = small_case()
    found = every_protocol[every_protocol["protocol"].str.startswith("nowcast")]
    assert (found["horizon"] == 1).all()
    assert found["month"].to_list() == [cutoff + 1 for cutoff in found["cutoff"]]
    assert found["actual"].to_list() == y.loc[found["month"]].to_list()
    scales = [seasonal_naive_scale(y.loc[:cutoff].to_numpy()) for cutoff in found["cutoff"]]
    assert found["scale"].to_list() == scales


def test_a_nowcast_is_made_in_the_weather_that_came(every_protocol) -> None:
    y, weather, plan = small_case()
    cutoff = plan.backtest[-1]
    fitted = fit(QUICK, y.loc[:cutoff], regressors(QUICK, y.loc[:cutoff], weather), True)
    came = weather[["degree_days"]].loc[[cutoff + 1]]
    rows = every_protocol[every_protocol["cutoff"] == cutoff].set_index("protocol")["mean"]
    assert rows["nowcast"] == forecast(QUICK, fitted, 1, True, came).iloc[0]
    assert rows["backtest"].iloc[0] == forecast(QUICK, fitted, 1, True).iloc[0]


def test_a_nowcast_errs_less_and_claims_less_than_the_forecast_of_its_month(every_protocol) -> None:
    ahead = every_protocol[every_protocol["horizon"] == 1].set_index("cutoff")
    for kinds in (("nowcast", "backtest"), ("nowcast_holdout", "holdout")):
        nowcast, first = (ahead[ahead["protocol"] == protocol] for protocol in kinds)
        assert (nowcast["q0.9"] - nowcast["q0.1"] < first["q0.9"] - first["q0.1"]).all()
        missed = [(rows["actual"] - rows["mean"]).abs().mean() for rows in (nowcast, first)]
        assert missed[0] < missed[1]


@pytest.mark.parametrize("name", ["theta", QUICK])
def test_without_weather_ahead_or_a_use_for_it_there_is_no_nowcast(name: str) -> None:
    y, weather, plan = small_case()
    cutoff = plan.backtest[0]
    cut = weather if name == "theta" else weather.loc[:cutoff]
    found, _ = run_backtest(name, y, cut, FoldPlan((cutoff,), (), plan.split, 12))
    assert set(found["protocol"]) == {"backtest"}


def test_warmup_folds_are_what_the_first_fold_has_to_learn_from(every_protocol) -> None:
    y, weather, plan = small_case()
    cold, _ = run_backtest(QUICK, y, weather, FoldPlan(plan.backtest, (), plan.split, 18))
    warm = every_protocol[every_protocol["cutoff"].isin(plan.backtest)]
    kept = ["protocol", "cutoff", "month", "mean"]
    pd.testing.assert_frame_equal(warm[kept].reset_index(drop=True), cold[kept])
    first = plan.backtest[0]
    assert resolved_folds(cold, first).empty
    learnt_from = resolved_folds(every_protocol, first)
    assert set(learnt_from["protocol"]) == {"warmup"}
    assert len(learnt_from) == 10 + 5  # months between each of them and the first fold
    moved = (cold["cutoff"] == first).to_numpy()
    assert not np.isclose(warm["q0.1"].to_numpy()[moved], cold["q0.1"][moved]).any()


def test_a_cutoff_in_real_time_knows_the_figures_as_they_were_published() -> None:
    """Actuals are today's; what is fitted, scaled and nowcast is of then."""
    y, weather, plan = small_case()
    cutoff = plan.backtest[-1]
    plan = FoldPlan(plan.backtest, (), plan.split, 12)
    then = (y * 1.5).loc[:cutoff]
    colder = weather.loc[: cutoff + 1].assign(degree_days=lambda rows: rows["degree_days"] + 2)
    found, _ = run_backtest(QUICK, y, weather, plan, {cutoff: (then, colder)})
    plain, _ = run_backtest(QUICK, y, weather, plan)
    pd.testing.assert_series_equal(found["actual"], plain["actual"])
    last = (found["cutoff"] == cutoff).to_numpy()
    pd.testing.assert_frame_equal(found[~last], plain[~last])
    fitted = fit(QUICK, then, regressors(QUICK, then, colder), True)
    rows = found[last].set_index("protocol")
    assert rows.loc["backtest", "mean"].to_list() == forecast(QUICK, fitted, 12, True).to_list()
    came = colder[["degree_days"]].iloc[[-1]]
    assert rows.loc["nowcast", "mean"] == forecast(QUICK, fitted, 1, True, came).iloc[0]
    assert set(rows["scale"]) == {seasonal_naive_scale(then.to_numpy())}
    # Errors are of then too: against figures half as high again, forecasts of before were far off.
    spread = [np.log(frame[last]["q0.9"] / frame[last]["q0.1"]).mean() for frame in (found, plain)]
    assert spread[0] > 2 * spread[1]


@pytest.fixture(scope="module")
def elsewhere(total, weather, two_folds) -> Callable[[str], pd.DataFrame]:
    """Fold frames of a world that is another one from the second cutoff on.

    All but the weather of the month after it, which is published with its energy.
    """
    cutoff = two_folds.backtest[-1]
    return backtested(*altered(total, weather, cutoff, cutoff + WEATHER_AHEAD), two_folds)


@for_each(FORECASTERS)
def test_nothing_after_a_cutoff_reaches_a_forecast(name, folds, elsewhere) -> None:
    """Not the series, not the weather, not the errors of earlier folds: bit for bit."""
    seen, other = folds(name), elsewhere(name)
    assert not seen["actual"].equals(other["actual"])
    assert (seen["protocol"] == "nowcast").sum() == (2 if name in NOWCAST else 0)
    pd.testing.assert_frame_equal(seen[FORECAST_COLUMNS], other[FORECAST_COLUMNS], check_exact=True)


@for_each([QUICK, "unobserved_components_weather"])
def test_the_weather_of_the_month_after_a_cutoff_reaches_its_nowcast_alone(
    name, total, weather, two_folds, folds
) -> None:
    cutoff = two_folds.backtest[-1]
    found, _ = run_backtest(name, total, altered(total, weather, cutoff)[1], two_folds)
    seen = folds(name)
    moved = (seen["protocol"] == "nowcast") & (seen["cutoff"] == cutoff)
    pd.testing.assert_frame_equal(found[~moved], seen[~moved], check_exact=True)
    assert found[moved]["mean"].iloc[0] > 1.01 * seen[moved]["mean"].iloc[0]


@for_each(FITTED)
def test_every_forecaster_is_deterministic(name, fitted, folds) -> None:
    """Fitted twice, by two ways, on the same months, after any draws: the same to the last bit."""
    np.random.seed(1)
    rows = folds(name)
    again = rows[(rows["cutoff"] == rows["cutoff"].max()) & (rows["protocol"] == "backtest")]
    assert forecast(name, fitted(name), 12, True).to_list() == again["mean"].to_list()


@for_each(FITTED)
def test_weather_before_a_cutoff_reaches_those_that_use_it_and_no_others(
    name, total, weather, two_folds, folds
) -> None:
    """So that the test above can fail."""
    first = two_folds.backtest[0]
    other = weather.copy()
    other.loc[first - 14 : first - 12, "degree_days"] += 3.0
    one = FoldPlan((first,), (), two_folds.split, 12)
    found, _ = run_backtest(name, total, other, one)
    seen = folds(name).head(12)
    assert found["mean"].equals(seen["mean"]) is not FORECASTERS[name].weather


def test_the_series_before_a_cutoff_reaches_its_forecast(total, weather, two_folds, folds) -> None:
    first = two_folds.backtest[0]
    other, _ = altered(total, weather, first - 1)
    found, _ = run_backtest("theta", other, weather, FoldPlan((first,), (), two_folds.split, 12))
    assert not np.isclose(found["mean"], folds("theta")["mean"].head(12)).any()


@for_each(FORECASTERS)
def test_every_forecaster_gets_quantiles_that_do_not_cross(name, folds) -> None:
    q = folds(name)[quantile_columns()].to_numpy()
    assert np.isfinite(q).all()
    assert (np.diff(q, axis=1) > 0).all()
    assert (q[:, 0] > 0).all()


def test_a_backtest_leaves_what_it_was_given_alone(total, weather, two_folds) -> None:
    before = total.copy(), weather.copy()
    run_backtest("weather_normalised_theta", total, weather, two_folds)
    pd.testing.assert_series_equal(total, before[0])
    pd.testing.assert_frame_equal(weather, before[1])


def test_a_combination_has_its_members_rows_and_intervals_of_its_own(folds, total, weather) -> None:
    members = {name: folds(name) for name in ("theta", "ets", "ridge")}
    first = members["theta"]
    found = combine_backtests(members, total, weather)
    combined = combination.combine_forecasts(members, True)
    assert list(found.columns) == list(first.columns)
    kept = ["protocol", "cutoff", "month", "horizon", "actual", "scale"]
    pd.testing.assert_frame_equal(found[kept], first[kept])
    pd.testing.assert_frame_equal(found, add_quantiles(combined, total, True, weather))
    alone = combine_backtests({"theta": first}, total, weather)
    pd.testing.assert_frame_equal(alone, first)


def test_a_combination_nowcasts_too_and_is_weighted_once_errors_are_known(folds) -> None:
    name = "weather_normalised_combination"
    equal = np.mean([folds(member)["mean"] for member in FORECASTERS[name].members], axis=0)
    found = folds(name)
    assert (found["protocol"] == "nowcast").sum() == 2
    first = (found["cutoff"] == found["cutoff"].min()).to_numpy()
    np.testing.assert_allclose(found["mean"][first], equal[first])
    assert not np.allclose(found["mean"][~first], equal[~first])


def test_what_is_not_a_number_ends_the_backtest(monkeypatch, total, weather, two_folds) -> None:
    def nothing(forecaster: str, fitted: object, horizon: int, positive: bool) -> None:
        raise ForecastingError("theta forecast nan for 2017-01; expected a number.")

    monkeypatch.setattr(backtest, "forecast", nothing)
    with pytest.raises(ForecastingError):
        run_backtest("naive", total, weather, two_folds)


def test_without_weather_those_that_need_it_say_so(total, weather, two_folds) -> None:
    blank = weather.assign(degree_days=np.nan)
    with pytest.raises(MissingWeather):
        run_backtest("sarimax", total, blank, two_folds)
    assert len(run_backtest("naive", total, blank, two_folds)[0]) == 24


def test_a_series_below_zero_is_backtested_on_levels(net_imports, weather) -> None:
    one = FoldPlan((period("2003-12"),), (), period("2004-12"), 12)
    found, _ = run_backtest("ets", net_imports, weather, one)
    assert np.isfinite(found[FORECAST_COLUMNS[3:]].to_numpy()).all()
    # Added, not multiplied: as far above the forecast as below, also where it is below zero.
    above, below = found["q0.975"] - found["q0.5"], found["q0.5"] - found["q0.025"]
    np.testing.assert_allclose(above, below)
    assert (above > 0).all()
