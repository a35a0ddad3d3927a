from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import (
    for_each,
    made_up_series,
    made_up_weather,
    unequal_weights,
    unhurried,
)
from hypothesis import given
from hypothesis import strategies as st
from sktime.forecasting.base import BaseForecaster

from energy.errors import ForecastingError, RequestError
from energy.forecasting.backtest import fit, forecast, regressors, suppress_warnings
from energy.forecasting.folds import fh_until, months_after
from energy.forecasting.models import (
    BASELINE,
    FORECASTERS,
    REPLACED_BY,
    build_forecaster,
    choose_forecasters,
    uses_weather,
)
from energy.forecasting.selection import model_from_zip, model_to_zip

FITTED = [entry.name for entry in FORECASTERS.values() if not entry.members]
WEATHER_AWARE = [entry.name for entry in FORECASTERS.values() if entry.weather]
COMBINATIONS = [entry.name for entry in FORECASTERS.values() if entry.members]
every_forecaster = for_each(FORECASTERS)
subsets = st.lists(st.sampled_from(list(FORECASTERS)), min_size=1, unique=True)


def test_every_row_is_complete() -> None:
    for name, entry in FORECASTERS.items():
        assert name == entry.name
        assert name.isidentifier()
        assert entry.summary.endswith(".")
        assert entry.cost > 0
        assert bool(entry.members) is (entry.make is None)


def test_the_baseline_is_the_same_month_of_the_year_before(fitted, total) -> None:
    ahead = forecast(BASELINE, fitted(BASELINE), 12, True)
    assert ahead.to_list() == total.loc["2016"].to_list()


def test_a_combination_takes_forecasters_that_are_fitted_themselves() -> None:
    for entry in FORECASTERS.values():
        assert not any(FORECASTERS[member].members for member in entry.members)
        assert not entry.members or entry.weather is any(
            FORECASTERS[m].weather for m in entry.members
        )


def test_all_means_all_in_the_order_of_the_bench() -> None:
    assert choose_forecasters("all") == choose_forecasters(" all ") == tuple(FORECASTERS)


def test_without_weather_all_leaves_out_what_needs_it_and_names_are_refused() -> None:
    able = [name for name, entry in FORECASTERS.items() if not entry.weather]
    assert choose_forecasters("all", with_weather=False) == tuple(able)
    assert choose_forecasters("theta", with_weather=False) == (BASELINE, "theta")
    with pytest.raises(RequestError) as caught:
        choose_forecasters("theta,sarimax,weather_normalised_combination", with_weather=False)
    message = str(caught.value)
    assert message.startswith(
        "sarimax, weather_normalised_combination cannot be used: this data set has no weather."
    )
    assert all(name in message for name in able)


@unhurried
@given(subsets)
def test_choosing_keeps_the_order_and_brings_what_is_needed(names: list[str]) -> None:
    chosen = choose_forecasters(", ".join(names))
    assert list(chosen) == [name for name in FORECASTERS if name in chosen]
    members = {member for name in names for member in FORECASTERS[name].members}
    assert set(chosen) == {*names, BASELINE, *members}
    assert choose_forecasters(",".join(chosen)) == chosen


@pytest.mark.parametrize(
    ("names", "unknown"),
    [
        ("thetta", "thetta"),
        ("theta,prophet,tbats", "prophet, tbats"),
        ("all,theta", "all"),
        ("", "none"),
        (" , ", " , "),
    ],
)
def test_a_name_that_the_bench_does_not_have_is_refused(names: str, unknown: str) -> None:
    with pytest.raises(RequestError, match="seasonal_naive") as caught:
        choose_forecasters(names)
    assert str(caught.value).startswith(f"Unknown forecaster '{unknown}'.")
    assert ", ".join(FORECASTERS) in str(caught.value)


@every_forecaster
@pytest.mark.parametrize("positive", [True, False])
def test_every_build_is_fresh_and_unfitted(name: str, positive: bool) -> None:
    with suppress_warnings():
        one, two = (build_forecaster(name, positive, unequal_weights(name)) for _ in range(2))
    assert isinstance(one, BaseForecaster)
    assert not one.is_fitted
    assert one is not two


@for_each(FITTED)
def test_logs_are_taken_of_positive_series_alone(name: str) -> None:
    with suppress_warnings():
        onto_logs, levels = build_forecaster(name, positive=True), build_forecaster(
            name, positive=False
        )
    assert ("log" in onto_logs.get_params()) is FORECASTERS[name].log
    assert "log" not in levels.get_params()


@every_forecaster
def test_every_forecaster_forecasts_plausible_numbers(name, fitted, total) -> None:
    """Finite is not enough: two years ahead stays within half and twice of what was ever seen."""
    found = forecast(name, fitted(name), 24, True)
    assert found.index.equals(pd.period_range("2017-01", periods=24, freq="M"))
    assert found.dtype == float
    assert found.between(total.min() / 2, total.max() * 2).all()


@every_forecaster
def test_every_forecaster_pickles_small_and_forecasts_the_same(name, fitted) -> None:
    forecaster = fitted(name)
    expected = forecast(name, forecaster, 36, True)
    model = model_to_zip(forecaster)
    assert len(model) < 1_000_000
    for twin in (model_from_zip(model), pickle.loads(pickle.dumps(forecaster))):  # noqa: S301
        pd.testing.assert_series_equal(forecast(name, twin, 36, True), expected, check_exact=True)


@for_each(COMBINATIONS)
def test_a_fitted_combination_is_the_weighted_mean_of_its_members(name, fitted) -> None:
    """Also in weather that is known, which reaches every member."""
    ahead, weights = months_after(fitted(name).cutoff[0], 1), unequal_weights(name)
    known = pd.DataFrame({"degree_days": [14.0]}, ahead)
    for X in (None, known) if FORECASTERS[name].weather else (None,):
        each = [forecast(member, fitted(member), 24, True, X) for member in weights]
        found = forecast(name, fitted(name), 24, True, X)
        mean = np.average(each, axis=0, weights=list(weights.values()))
        np.testing.assert_allclose(found, mean, rtol=1e-9)


@for_each(COMBINATIONS)
def test_only_members_with_a_weight_are_built(name: str) -> None:
    two = dict(list(unequal_weights(name).items())[:2])
    with suppress_warnings():
        weighted = build_forecaster(name, True, two)
    assert [member for member, _ in weighted.forecasters] == list(two)
    with pytest.raises(ForecastingError, match="needs the weights"):
        build_forecaster(name, True)


@for_each(REPLACED_BY)
def test_a_forecaster_of_an_earlier_version_is_refused_by_the_name_of_its_successor(name) -> None:
    with pytest.raises(RequestError, match=f"{name} belonged .* use {REPLACED_BY[name]}"):
        choose_forecasters(f"theta,{name}")
    assert uses_weather(name)


@every_forecaster
def test_a_pickle_loads_where_pyarrow_is_not(name, fitted) -> None:
    """Pandas keeps column names in it wherever it is installed; what serves does without."""
    assert b"pyarrow" not in pickle.dumps(fitted(name))


@for_each(WEATHER_AWARE)
def test_a_colder_scenario_means_more_energy_in_its_months_alone(name, fitted, total) -> None:
    """The first month is left open, so that nothing is said of those between."""
    ahead = months_after(fitted(name).cutoff[0], 12)
    winter = ahead[[1, 2, 10, 11]]
    scenarios = {
        "cold": pd.DataFrame({"degree_days": 13.0}, winter),
        "mild": pd.DataFrame({"degree_days": 6.0}, winter),
    }
    expected = forecast(name, fitted(name), 12, True)
    with suppress_warnings():
        found = {
            told: pd.Series(fitted(name).predict(fh_until(12), X=scenario).to_numpy(), ahead)
            for told, scenario in scenarios.items()
        }
    assert (found["cold"][winter] > 1.02 * expected[winter]).all()
    assert (found["mild"][winter] < 0.98 * expected[winter]).all()
    others = ahead.difference(winter)
    for scenario in found.values():
        np.testing.assert_allclose(scenario[others], expected[others], rtol=1e-12)


@pytest.mark.parametrize("name", [n for n in FORECASTERS if n not in WEATHER_AWARE])
def test_a_forecaster_without_weather_is_given_none(name: str, total, weather) -> None:
    assert regressors(name, total, weather) is None


@for_each(name for name in FITTED if name in WEATHER_AWARE and "ridge" not in name)
def test_two_years_are_enough_to_be_fitted(name: str) -> None:
    """The backtest's shortest; ridge regression, which needs more, is left out of the mean."""
    weather = made_up_weather(24)
    y = made_up_series(weather)
    fitted = fit(name, y, regressors(name, y, weather), positive=True)
    assert forecast(name, fitted, 12, True).between(5, 40).all()


@for_each(FITTED)
def test_a_series_that_goes_below_zero_is_forecast_on_levels(name, net_imports, weather) -> None:
    assert net_imports.min() < 0
    X = regressors(name, net_imports, weather)
    found = forecast(name, fit(name, net_imports, X, positive=False), 12, False)
    assert found.between(-1, 1).all()
