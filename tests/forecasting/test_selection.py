"""Chosen on backtest scores alone, said why, and fitted on everything."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import fold, made_up_series, made_up_weather, unhurried
from hypothesis import given
from hypothesis import strategies as st

from energy.contract import LEVELS, ForecastTable
from energy.errors import ForecastingError
from energy.forecasting.backtest import forecast, observed_ahead
from energy.forecasting.folds import quantile_columns, resolved_folds
from energy.forecasting.intervals import calibrate, quantiles
from energy.forecasting.metrics import Score
from energy.forecasting.models import BASELINE, COMBINATIONS, FORECASTERS
from energy.forecasting.selection import (
    MARGIN,
    explain_choice,
    forecast_table,
    model_from_zip,
    model_to_zip,
    rank_forecasters,
    refit_champion,
)

SINGLE = [name for name, spec in FORECASTERS.items() if not spec.members]


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
        assert names(rank_forecasters(order)) == expected


def test_within_the_margin_of_the_best_the_simpler_one_is_chosen() -> None:
    """A processor's rounding does not decide."""
    close = [scored("sarimax", 0.500), scored("theta", 0.5 + 0.9 * MARGIN), scored("naive", 0.51)]
    ranked = rank_forecasters(close)
    assert names(ranked) == ["theta", "sarimax", "naive"]
    assert "theta has a MASE within 0.002 of the lowest over 24 folds" in explain_choice(ranked)
    apart = [scored("sarimax", 0.500), scored("theta", 0.5 + 1.1 * MARGIN)]
    assert names(rank_forecasters(apart)) == ["sarimax", "theta"]


def test_equal_scores_are_in_the_order_of_the_bench() -> None:
    found = rank_forecasters([scored(name, 0.5) for name in reversed(SINGLE)])
    assert names(found) == SINGLE


@unhurried
@given(
    st.lists(
        st.tuples(st.sampled_from(list(FORECASTERS)), st.floats(0.1, 9)), unique_by=lambda p: p[0]
    )
)
def test_ranking_loses_nobody(pairs: list[tuple[str, float]]) -> None:
    champion, *others = rank_forecasters(
        [scored("naive", 99.0), *(scored(name, mase) for name, mase in pairs if name != "naive")]
    )
    combinations = [name for name in COMBINATIONS if name in dict(pairs)]
    if combinations:
        assert champion.forecaster == combinations[0]
    else:
        others = [champion, *others]
    errors = [score.mase for score in others]
    lowest = min(99.0, *(mase for name, mase in pairs if name != "naive"), 99.0)
    assert [max(mase, lowest + MARGIN) for mase in errors] == pytest.approx(
        sorted(max(mase, lowest + MARGIN) for mase in errors)
    )


def test_a_combination_is_the_champion_whatever_its_score_unless_it_failed() -> None:
    scores = [scored("theta", 0.4), scored("ets", 0.6), scored(COMBINATIONS[1], 0.5)]
    assert names(rank_forecasters(scores)) == [COMBINATIONS[1], "theta", "ets"]
    both = [*scores, scored(COMBINATIONS[0], 0.9)]
    assert names(rank_forecasters(both))[0] == COMBINATIONS[0]
    failed = [*scores, Score(COMBINATIONS[0], failure="its members failed")]
    assert names(rank_forecasters(failed))[0] == COMBINATIONS[1]


def test_why_names_the_weights_of_a_combination() -> None:
    ranked = rank_forecasters(
        [scored(COMBINATIONS[1], 0.5), scored("theta", 0.4), scored(BASELINE, 0.9)]
    )
    told = explain_choice(ranked, {"theta": 0.25, "ets": 0.75})
    assert "the mean of 2 forecasters" in told
    assert "(ets 75%, theta 25%)" in told
    assert told.endswith(
        "0.500, against 0.400 for the best single forecaster, theta, and 0.900 for seasonal_naive."
    )


def test_a_score_that_is_not_a_number_is_never_first() -> None:
    assert names(rank_forecasters([scored("naive", float("nan")), scored("ets", 0.4)])) == [
        "ets",
        "naive",
    ]


def test_if_all_failed_every_reason_is_told() -> None:
    with pytest.raises(ForecastingError) as caught:
        rank_forecasters([Score("theta", failure="too cold"), Score("ets", failure="too hot")])
    assert "theta: too cold; ets: too hot" in str(caught.value)


def test_of_nobody_there_is_no_first() -> None:
    with pytest.raises(ForecastingError):
        rank_forecasters([])


def test_why_names_the_champion_the_next_best_and_the_baseline() -> None:
    told = explain_choice(
        rank_forecasters([scored("theta", 0.61), scored("ets", 0.4), scored(BASELINE, 0.9)])
    )
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
    told = explain_choice(rank_forecasters(scores))
    assert told.endswith(end)
    assert told.count(BASELINE) <= 1


QUICK = "weather_normalised_theta"
"""Uses weather, and is fitted in no time."""


@pytest.fixture(scope="module")
def refitted(total, weather, folds):
    """The weather-normalised forecaster, fitted on all months, and its table of thirty."""
    rows = folds(QUICK)
    rows = pd.concat([rows, rows.tail(12).assign(protocol="single_origin")])
    return refit_champion(QUICK, total, weather, rows, 30, "Mtoe")


@pytest.fixture(scope="module")
def came(total, weather) -> pd.DataFrame:
    """Degree days of the month after the last one of the series."""
    return observed_ahead(QUICK, total.index[-1], weather)


def test_the_table_covers_every_month_from_the_cutoff_on(refitted, total) -> None:
    _, table = refitted
    assert (table.target, table.unit, table.cutoff) == ("total", "Mtoe", "2017-12")
    assert (table.forecaster, table.levels) == (QUICK, LEVELS)
    assert [row.horizon for row in table.months] == list(range(1, 31))
    expected = pd.period_range("2018-01", periods=30, freq="M").astype(str)
    assert [row.month for row in table.months] == list(expected)


def test_the_table_is_what_the_fitted_champion_forecasts_in_the_weather_known(
    refitted, came
) -> None:
    fitted, table = refitted
    for champion in (fitted, model_from_zip(model_to_zip(fitted))):
        expected = forecast("champion", champion, 30, True, came)
        assert [row.mean for row in table.months] == expected.to_list()
    assert table.months[0].mean != forecast("champion", fitted, 30, True).iloc[0]


def test_the_table_says_which_months_it_knew_the_weather_of(refitted, weather) -> None:
    _, table = refitted
    published = weather.loc[pd.Period("2018-01", "M"), "degree_days"]
    assert table.observed == {"2018-01": pytest.approx(published)}


def test_a_nowcast_is_narrower_than_the_same_month_in_unknown_weather(
    refitted, total, weather, folds
) -> None:
    _, table = refitted
    mean = pd.Series([row.mean for row in table.months], [row.month for row in table.months])
    mean.index = pd.PeriodIndex(mean.index, freq="M")
    blind = forecast_table(QUICK, total, mean, folds(QUICK), weather, "Mtoe", {})
    assert blind.observed == {}
    assert blind.calibration == table.calibration
    assert blind.months[1:] == table.months[1:]
    told, untold = table.months[0].quantiles, blind.months[0].quantiles
    assert told[0] > untold[0]
    assert told[-1] < untold[-1]
    assert told[3] == untold[3] == pytest.approx(mean.iloc[0])


@pytest.mark.parametrize("name", [BASELINE, QUICK])
def test_without_weather_ahead_or_a_use_for_it_no_month_is_a_nowcast(name, folds) -> None:
    weather = made_up_weather(60)
    y = made_up_series(weather)
    known = weather if name == QUICK else made_up_weather(61)
    _, table = refit_champion(name, y, known, folds(name).head(0), 6, "Mtoe")
    assert table.observed == {}


def test_the_table_is_what_a_backtest_would_have_said(total, weather, two_folds, folds) -> None:
    """At the last cutoff: the same means, nowcast and intervals, from what was known then."""
    cutoff = two_folds.backtest[-1]
    earlier = folds(QUICK)[folds(QUICK)["cutoff"] < cutoff]
    _, table = refit_champion(QUICK, total.loc[:cutoff], weather, earlier, 12, "Mtoe")
    then = folds(QUICK)[folds(QUICK)["cutoff"] == cutoff]
    nowcast, rolling = (then[then["protocol"] == name] for name in ("nowcast", "backtest"))
    columns = quantile_columns()
    assert [row.month for row in table.months] == rolling["month"].astype(str).to_list()
    assert table.months[0].mean == nowcast["mean"].iloc[0]
    assert list(table.months[0].quantiles) == nowcast[columns].iloc[0].to_list()
    # Later months differ by what is left of the anomaly of the month after the cutoff alone.
    q = np.array([row.quantiles for row in table.months[1:]])
    means = np.array([row.mean for row in table.months[1:]])
    expected = rolling[columns].to_numpy()[1:] / rolling[["mean"]].to_numpy()[1:]
    np.testing.assert_allclose(q / means[:, None], expected)
    np.testing.assert_allclose(means, rolling["mean"].iloc[1:], rtol=0.02)


def test_the_champion_is_fitted_on_all_months(refitted, total) -> None:
    fitted, _ = refitted
    assert fitted.cutoff[0] == total.index[-1]


def test_the_table_s_quantiles_rest_on_every_error_known_now(
    refitted, total, weather, folds
) -> None:
    _, table = refitted
    known = resolved_folds(folds(QUICK), total.index[-1])
    expected = calibrate(total, known, 30, True, weather)
    assert table.calibration == expected
    assert max(expected.weather) > 0
    assert expected.errors == 24  # the single origin's are among them; nowcasts are no part of it
    mean = np.array([row.mean for row in table.months])
    ahead = np.arange(1, 31)
    index = pd.period_range("2018-01", periods=30, freq="M")
    q = quantiles(mean, ahead, index, table.calibration, ahead == 1)
    assert [list(row.quantiles) for row in table.months] == q.tolist()
    assert (np.diff(q, axis=1) > 0).all()


def test_the_table_is_plain_data(refitted) -> None:
    _, table = refitted
    assert ForecastTable.from_dict(table.to_dict()) == table
    row = table.months[0]
    spread = table.calibration
    figures = (*spread.scale, *spread.quantiles, *spread.season, *spread.weather)
    assert {type(v) for v in (row.mean, *row.quantiles, *figures)} == {float}
    assert {type(v) for v in table.observed.values()} == {float}
    assert type(row.horizon) is int


def test_with_no_fold_at_all_there_is_still_a_table(folds) -> None:
    weather = made_up_weather(60)
    y = made_up_series(weather)
    _, table = refit_champion(BASELINE, y, weather, folds(BASELINE).head(0), 6, "Mtoe")
    assert table.calibration.errors == 0
    assert [row.mean for row in table.months] == y.iloc[-12:-6].to_list()


def test_a_combination_is_fitted_with_the_weights_it_is_given() -> None:
    """All on one member: what that one would have said, nowcast and all."""
    weather = made_up_weather(61)
    y = made_up_series(weather).iloc[:60]
    none, name = fold("2012-12", [], []), "weather_normalised_combination"
    weights = {QUICK: 1.0, "weather_normalised_autoregression": 0.0}
    combined, table = refit_champion(name, y, weather, none, 18, "Mtoe", weights)
    _, alone = refit_champion(QUICK, y, weather, none, 18, "Mtoe")
    assert table.forecaster == name
    means = [[row.mean for row in each.months] for each in (table, alone)]
    assert means[0] == pytest.approx(means[1])
    assert table.observed == alone.observed
    assert list(table.observed) == ["2014-01"]
    assert combined.weights == [1.0, 0.0]
