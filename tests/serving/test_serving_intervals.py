"""Intervals in plain Python are those of the backtest in numpy, at and between the levels."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.contract import LEVELS, Calibration
from energy.forecasting.intervals import quantiles
from energy.serving.intervals import interval, spread, standard_interval

NORMAL = tuple(NormalDist().inv_cdf(level) for level in LEVELS)
CALIBRATION = Calibration(
    scale=(0.02, 0.03, 0.05),
    quantiles=(-2.4, -1.2, -0.6, 0.0, 0.6, 1.2, 2.4),
    log=True,
    errors=90,
    season=tuple(1 + month / 24 for month in range(12)),
    weather=tuple(0.04 - month / 400 for month in range(12)),
)
coverages = st.floats(0, 1, exclude_min=True, exclude_max=True)


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("observed", [True, False])
def test_published_levels_are_those_of_the_backtest(log: bool, observed: bool) -> None:
    calibration = Calibration(
        CALIBRATION.scale,
        CALIBRATION.quantiles,
        log,
        90,
        CALIBRATION.season,
        CALIBRATION.weather,
    )
    months = pd.period_range("2022-08", periods=40, freq="M")
    ahead, mean = np.arange(1, 41), np.linspace(8, 12, 40)
    expected = quantiles(mean, ahead, months, calibration, observed)
    for place, month in enumerate(months):
        wide = spread(place + 1, str(month), calibration, observed)
        for coverage, low, high in ((0.95, 0, 6), (0.8, 1, 5), (0.5, 2, 4)):
            result = interval(mean[place], wide, standard_interval(coverage, calibration), log)
            assert result.lower == pytest.approx(expected[place, low], rel=1e-12)
            assert result.upper == pytest.approx(expected[place, high], rel=1e-12)


@given(coverages, coverages)
def test_more_coverage_is_wider(first: float, second: float) -> None:
    less, more = (standard_interval(coverage, CALIBRATION) for coverage in sorted((first, second)))
    assert more.lower <= less.lower <= 1e-12
    assert -1e-12 <= less.upper <= more.upper
    assert math.isfinite(more.upper)


@given(coverages)
def test_normal_errors_stay_normal(coverage: float) -> None:
    """Between the levels and beyond them: the line on the normal scale is the normal itself."""
    calibration = Calibration((0.1,), NORMAL, False, 90)
    result = standard_interval(coverage, calibration)
    expected = -NormalDist().inv_cdf((1 - coverage) / 2)
    assert result.upper == pytest.approx(expected, abs=1e-8)
    assert result.lower == pytest.approx(-expected, abs=1e-8)


def test_heavy_tails_stay_heavy() -> None:
    """From 80% to 95% these errors double where the normal's grow by half."""
    assert standard_interval(0.99, CALIBRATION).upper > 1.1 * 2.4 * 2.576 / 1.96


def test_an_interval_may_be_asymmetric() -> None:
    calibration = Calibration((0.1,), (-3.0, -2.0, -1.0, 0.0, 0.5, 1.0, 1.5), False, 90)
    result = standard_interval(0.9, calibration)
    assert -3 < result.lower < -2
    assert 1 < result.upper < 1.5
