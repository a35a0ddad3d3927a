"""Chosen on backtest scores alone, said why, and fitted on everything."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import made_up_series, made_up_weather, unhurried
from hypothesis import given
from hypothesis import strategies as st

from energy.contract import LEVELS, ForecastTable
from energy.errors import EveryForecasterFailed
from energy.forecasting.bench import BASELINE, BENCH
from energy.forecasting.champion import from_zip, rank, refit, to_zip, why
from energy.forecasting.fitting import forecast
from energy.forecasting.intervals import calibrate, made_before, quantiles
from energy.forecasting.scores import Score


def scored(name: str, mase: float, wis: float = 1.0) -> Score:
    return Score(name, folds=24, mase=mase, mape=3.0, wis=wis, coverage80=0.8, coverage95=0.95)


def names(ranked: list[Score]) -> list[str]:
    return [score.forecaster for score in ranked]


def test_the_lowest_mase_is_first_and_failures_last() -> None:
    given_scores = [
        Score("naive", failure="no luck"),
        scored("theta", 0.6),
        Score("seasonal_naive", failure="no luck either"),
        scored("ets", 0.4, wis=9.0),
    ]
    expected = ["ets", "theta", "seasonal_naive", "naive"]
    for order in itertools.permutations(given_scores):
        assert names(rank(order)) == expected


def test_equal_to_four_decimals_the_weighted_interval_score_decides() -> None:
    assert names(rank([scored("theta", 0.50001, 2), scored("ets", 0.50004, 1)])) == ["ets", "theta"]
    assert names(rank([scored("theta", 0.5000, 2), scored("ets", 0.5002, 1)])) == ["theta", "ets"]


def test_equal_in_both_the_order_of_the_bench_decides() -> None:
    found = rank([scored(name, 0.5) for name in reversed(BENCH)])
    assert names(found) == list(BENCH)


@unhurried
@given(
    st.lists(st.tuples(st.sampled_from(list(BENCH)), st.floats(0.1, 9)), unique_by=lambda p: p[0])
)
def test_ranking_loses_nobody(pairs: list[tuple[str, float]]) -> None:
    ranked = rank([scored("naive", 99.0), *(scored(name, mase) for name, mase in pairs)])
    assert len(ranked) == len(pairs) + 1
    assert [s.mase for s in ranked] == pytest.approx(sorted(s.mase for s in ranked), abs=1e-4)


def test_a_score_that_is_not_a_number_is_never_first() -> None:
    assert names(rank([scored("naive", float("nan")), scored("ets", 0.4)])) == ["ets", "naive"]


def test_if_all_failed_every_reason_is_told() -> None:
    with pytest.raises(EveryForecasterFailed) as caught:
        rank([Score("theta", failure="too cold"), Score("ets", failure="too hot")])
    assert caught.value.reasons == {"theta": "too cold", "ets": "too hot"}
    assert "theta: too cold; ets: too hot" in str(caught.value)


def test_of_nobody_there_is_no_first() -> None:
    with pytest.raises(EveryForecasterFailed):
        rank([])


def test_why_names_the_champion_the_next_best_and_the_baseline() -> None:
    told = why(rank([scored("theta", 0.61), scored("ets", 0.4), scored(BASELINE, 0.9)]))
    assert told == (
        "ets has the lowest MASE over 24 folds of the training part: 0.400, "
        "against 0.610 for the next best, theta, and 0.900 for seasonal_naive."
    )


@pytest.mark.parametrize(
    ("scores", "end"),
    [
        ([scored(BASELINE, 0.9), scored("ets", 0.4)], "for the next best, seasonal_naive."),
        ([scored(BASELINE, 0.3), scored("ets", 0.4)], "for the next best, ets."),
        ([scored(BASELINE, 0.3)], "of the training part: 0.300."),
        ([scored("ets", 0.4), Score(BASELINE, failure="lost")], "of the training part: 0.400."),
    ],
)
def test_why_names_nobody_twice_and_no_failure(scores: list[Score], end: str) -> None:
    told = why(rank(scores))
    assert told.endswith(end)
    assert told.count(BASELINE) <= 1


@pytest.fixture(scope="module")
def refitted(total, weather, folds):
    """The weather-normalised forecaster, fitted on all months, and its table of thirty."""
    rows = folds("weather_normalised_theta")
    rows = pd.concat([rows, rows.tail(12).assign(protocol="single_origin")])
    return refit("weather_normalised_theta", total, weather, rows, 30, "Mtoe")


def test_the_table_covers_every_month_from_the_cutoff_on(refitted, total) -> None:
    _, table = refitted
    assert (table.target, table.unit, table.cutoff) == ("total", "Mtoe", "2017-12")
    assert (table.forecaster, table.levels) == ("weather_normalised_theta", LEVELS)
    assert [row.horizon for row in table.months] == list(range(1, 31))
    expected = pd.period_range("2018-01", periods=30, freq="M").astype(str)
    assert [row.month for row in table.months] == list(expected)


def test_the_table_is_what_the_fitted_champion_forecasts(refitted) -> None:
    fitted, table = refitted
    assert [row.mean for row in table.months] == forecast("champion", fitted, 30, True).to_list()
    again = forecast("champion", from_zip(to_zip(fitted)), 30, True)
    assert [row.mean for row in table.months] == again.to_list()


def test_the_champion_is_fitted_on_all_months(refitted, total) -> None:
    fitted, _ = refitted
    assert fitted.cutoff[0] == total.index[-1]


def test_the_table_s_quantiles_rest_on_every_error_known_now(refitted, total, folds) -> None:
    _, table = refitted
    rows = folds("weather_normalised_theta")
    expected = calibrate(total, made_before(rows, total.index[-1]), 30, log=True)
    assert table.calibration == expected
    assert expected.errors == len(rows) == 24  # the single origin's are among them already
    mean = np.array([row.mean for row in table.months])
    q = quantiles(mean, np.arange(1, 31), table.calibration)
    assert [list(row.quantiles) for row in table.months] == q.tolist()
    assert (np.diff(q, axis=1) > 0).all()


def test_the_table_is_plain_data(refitted) -> None:
    _, table = refitted
    assert ForecastTable.from_dict(table.to_dict()) == table
    row = table.months[0]
    assert {type(v) for v in (row.mean, *row.quantiles, *table.calibration.scale)} == {float}
    assert type(row.horizon) is int


def test_with_no_fold_at_all_there_is_still_a_table(folds) -> None:
    weather = made_up_weather(60)
    y = made_up_series(weather)
    _, table = refit(BASELINE, y, weather, folds(BASELINE).head(0), 6, "Mtoe")
    assert table.calibration.errors == 0
    assert [row.mean for row in table.months] == y.iloc[-12:-6].to_list()
