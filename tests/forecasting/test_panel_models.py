"""Fitted all at once, forecasters say what sktime's say one by one, fold by fold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting.panel_series import drawn, named
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.forecasting.backtest import fit, forecast
from energy.forecasting.models import FORECASTERS
from energy.forecasting.panel_selection import (
    FAST_FORECASTERS,
    choose_panel_forecasters,
    estimate_seconds,
    forecast_panel,
)

HORIZON = 14
SERIES = [*drawn(4), named(np.sin(np.arange(70)) * 3 + np.arange(70) / 20, "below zero")]
ENDS = np.array([[len(y), len(y) - 12, 30, 0] for y in SERIES])


def one_by_one(name: str) -> np.ndarray:
    out = np.full((*ENDS.shape, HORIZON), np.nan)
    for place, y in enumerate(SERIES):
        positive = bool((y > 0).all())
        for fold in np.flatnonzero(ENDS[place]):
            fitted = fit(name, y.iloc[: ENDS[place, fold]], None, positive)
            out[place, fold] = forecast(name, fitted, HORIZON, positive)
    return out


@pytest.mark.parametrize("name", ["seasonal_naive", "naive", "drift"])
def test_those_without_parameters_agree_to_the_last_digits(name: str) -> None:
    found, failed = forecast_panel(name, SERIES, ENDS, HORIZON)
    assert not failed
    np.testing.assert_allclose(found, one_by_one(name), rtol=1e-9)


def test_theta_agrees_as_far_as_an_optimiser_goes() -> None:
    found, failed = forecast_panel("theta", SERIES, ENDS, HORIZON)
    assert not failed
    expected = one_by_one("theta")
    sizes = np.array([y.abs().mean() for y in SERIES])[:, None, None]
    assert np.nanmax(np.abs(found - expected) / sizes) < 2e-3


@pytest.mark.parametrize("name", ["exponential_smoothing", "ets"])
def test_smoothing_is_as_good_though_its_parameters_are_from_a_grid(name: str) -> None:
    series = drawn(12, seed=5)
    ends = np.array([[len(y) - 12] for y in series])
    actual = np.array([y.to_numpy()[-12:] for y in series])
    ours = forecast_panel(name, series, ends, 12)[0][:, 0]
    theirs = []
    for y in series:
        fitted = fit(name, y.iloc[:-12], None, True)
        theirs.append(forecast(name, fitted, 12, True).to_numpy())
    errors = [np.abs(np.log(said / actual)).mean() for said in (ours, np.array(theirs))]
    assert errors[0] < 1.1 * errors[1]
    assert np.median(np.abs(np.log(ours / np.array(theirs)))) < 0.02


@pytest.mark.parametrize("name", list(FAST_FORECASTERS))
def test_no_fold_and_no_series_knows_of_another(name: str) -> None:
    whole, _ = forecast_panel(name, SERIES, ENDS, HORIZON)
    for place, y in enumerate(SERIES):
        for fold in np.flatnonzero(ENDS[place]):
            seen = y.iloc[: ENDS[place, fold]]
            alone, _ = forecast_panel(name, [seen], np.array([[len(seen)]]), HORIZON)
            np.testing.assert_allclose(whole[place, fold], alone[0, 0], rtol=1e-6)


@pytest.mark.parametrize("name", list(FAST_FORECASTERS))
def test_no_fold_no_forecast(name: str) -> None:
    found, _ = forecast_panel(name, SERIES, ENDS, HORIZON)
    assert np.isnan(found[:, 3]).all()
    assert np.isfinite(found[:, :3]).all()


@pytest.mark.parametrize("name", ["theta", "exponential_smoothing", "ets"])
@given(
    slope=st.floats(-0.5, 0.5),
    level=st.floats(20, 200),
    season=st.lists(st.floats(-5, 5), min_size=12, max_size=12),
    months=st.integers(40, 90),
)
@settings(max_examples=15, deadline=None)
def test_a_season_that_repeats_goes_on_for_ever(
    name: str, slope: float, level: float, season: list[float], months: int
) -> None:
    """On a straight line with a fixed season nothing is left to be wrong about."""
    if name != "exponential_smoothing":
        slope = 0.0  # a damped trend bends, and theta takes half of it
    time = np.arange(months + 12)
    y = named(level + slope * time + np.array(season)[time % 12] - 300)  # no logs
    found, _ = forecast_panel(name, [y.iloc[:months]], np.array([[months]]), 12)
    np.testing.assert_allclose(found[0, 0], y.to_numpy()[months:], atol=1e-3)


def test_a_forecaster_without_a_batch_is_fitted_one_by_one() -> None:
    series, ends = SERIES[:2], ENDS[:2, :2]
    found, failed = forecast_panel("ridge", series, ends, 12)
    assert not failed
    expected = forecast("ridge", fit("ridge", series[1].iloc[: ends[1, 1]], None, True), 12, True)
    np.testing.assert_allclose(found[1, 1], expected)


def test_what_fails_on_one_series_fails_there_alone() -> None:
    series = [SERIES[0], named(np.full(14, 5.0), "short")]
    ends = np.array([[len(y)] for y in series])
    found, failed = forecast_panel("ridge", series, ends, 12)
    assert list(failed) == [1]
    assert "ValueError" in failed[1]
    assert np.isfinite(found[0]).all()


def test_a_forecast_that_is_no_number_is_a_failure() -> None:
    steep = named(np.exp(np.r_[np.zeros(23), 700.0]), "steep")
    found, failed = forecast_panel("drift", [steep], np.array([[24]]), 24)
    assert 0 in failed
    assert found.shape == (1, 1, 24)


def test_all_and_a_combination_mean_the_fast_ones_and_a_name_means_itself() -> None:
    every = (*FAST_FORECASTERS, "weighted_combination")
    assert choose_panel_forecasters(tuple(FORECASTERS), all_forecasters=True) == every
    named_ones = ("seasonal_naive", "theta", "weighted_combination")
    assert choose_panel_forecasters(named_ones, all_forecasters=False) == every
    slow = ("seasonal_naive", "sarima")
    assert choose_panel_forecasters(slow, all_forecasters=False) == slow


def test_optimised_theta_follows_a_line_and_a_season_that_grows_with_it() -> None:
    time = np.arange(108)
    season = 1 + 0.3 * np.sin(2 * np.pi * time / 12)
    y = named((50 + time) * (season / season[:12].mean()))
    found, _ = forecast_panel("optimised_theta", [y.iloc[:96]], np.array([[96]]), 12)
    np.testing.assert_allclose(found[0, 0], y.iloc[96:], rtol=0.03)


def test_slow_ones_cost_by_the_fold() -> None:
    light = estimate_seconds(list(FAST_FORECASTERS), 24)
    assert estimate_seconds(["sarima"], 24) > 50 * light / len(FAST_FORECASTERS)
    assert estimate_seconds(["sarima"], 24) == 2 * estimate_seconds(["sarima"], 12)


def test_fast_forecasters_need_no_weather() -> None:
    shared = [name for name in FAST_FORECASTERS if name in FORECASTERS]
    assert [name for name in FORECASTERS if name in FAST_FORECASTERS] == shared
    assert set(FAST_FORECASTERS) - set(shared) == {"optimised_theta"}
    assert not any(FORECASTERS[name].weather or FORECASTERS[name].members for name in shared)
    logs = {name: fast.log for name, fast in FAST_FORECASTERS.items() if name in FORECASTERS}
    assert logs == {name: FORECASTERS[name].log for name in shared} | {"naive": False}


def test_series_of_any_length_side_by_side() -> None:
    short, long = drawn(1, 1, 30, 31)[0], drawn(1, 2, 300, 301)[0]
    both = [short, long]
    for name in FAST_FORECASTERS:
        found, _ = forecast_panel(name, both, np.array([[len(y)] for y in both]), 12)
        assert isinstance(found, np.ndarray)
        assert np.isfinite(found).all()
        assert pd.Series(found[0, 0]).between(short.min() / 5, short.max() * 5).all()
