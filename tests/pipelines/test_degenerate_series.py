"""Series without change, with zeros or below zero: forecast all the same, alone and among many."""

from __future__ import annotations

import math
import random

import numpy as np
import pandas as pd
import pytest

from energy.forecasting.folds import plan_folds
from energy.forecasting.models import choose_forecasters
from energy.forecasting.panel_selection import choose_panel_forecasters
from energy.pipelines.many_series import SeriesChunk, run_chunk
from energy.pipelines.train import backtest_one, compare_forecasters, refit_best


def wave(months: int, base: float = 100.0) -> list[float]:
    noise = random.Random(7)  # noqa: S311
    return [
        base * (1 + 0.3 * math.sin(math.tau * k / 12) + 0.002 * k + 0.03 * noise.gauss(0, 1))
        for k in range(months)
    ]


YEAR = [10.0, 20, 30, 40, 50, 60, 60, 50, 40, 30, 20, 10]
SERIES = {
    "constant": [42.0] * 84,
    "repeating": YEAR * 7,
    "one month a year": [1.0, *[0.0] * 11] * 7,
    "zeros then normal": [0.0] * 70 + wave(60),
    "around zero": [figure - 100 for figure in wave(84)],
}
EXACT = {
    "constant": [42.0] * 12,
    "repeating": YEAR,
    "one month a year": [1.0, *[0.0] * 11],
}
POSITIVE = ("constant", "repeating")
pytestmark = pytest.mark.filterwarnings("ignore:.*:RuntimeWarning", "ignore:Estimated scale is 0")


def make_series(name: str) -> pd.Series:
    figures = SERIES[name]
    index = pd.period_range("2016-01", periods=len(figures), freq="M", name="month")
    return pd.Series(figures, index, name=name)


def check_forecast(name: str, mean: list[float]) -> None:
    assert np.isfinite(mean).all()
    if expected := EXACT.get(name):
        assert mean == pytest.approx(expected, abs=0.02 * max(expected))
    elif name.startswith("zeros"):
        assert all(60 < figure < 200 for figure in mean)


@pytest.mark.parametrize("name", SERIES)
def test_alone(name: str) -> None:
    y = make_series(name)
    split = y.index[int(0.8 * len(y)) - 1]
    plan = plan_folds(pd.PeriodIndex(y.index), split, 3, 12)
    names = choose_forecasters("weighted_combination", with_weather=False)
    results = {
        forecaster: backtest_one(forecaster, y, None, plan)
        for forecaster in names
        if forecaster != "weighted_combination"
    }
    compared = compare_forecasters(names, results, y)
    best = compared.ranked[0]
    assert best.forecaster == "weighted_combination", compared.ranked
    assert best.mase is not None
    assert math.isfinite(best.mase)
    if not name.startswith("zeros"):
        assert (best.mape is not None) == (name in POSITIVE)
    _, table = refit_best(compared, y, None, 12, "GWh")
    check_forecast(name, [month.mean for month in table.months])
    assert np.isfinite([month.quantiles for month in table.months]).all()


def test_as_some_of_many() -> None:
    frame = pd.DataFrame({name: make_series(name) for name in SERIES})
    names = choose_panel_forecasters(choose_forecasters("all", with_weather=False), True)
    result = run_chunk(SeriesChunk(tuple(SERIES), names, 12, 24), frame)
    assert not result.left_out
    for forecast in result.forecasts:
        check_forecast(forecast.name, list(forecast.mean))
        assert forecast.backtest is not None
        assert math.isfinite(forecast.backtest.mase)
        if not forecast.name.startswith("zeros"):
            assert (forecast.backtest.mape is not None) == (forecast.name in POSITIVE)
