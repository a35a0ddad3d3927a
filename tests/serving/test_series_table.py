"""The table of a series in a panel has the quantiles of a release."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from energy.contract import Calibration
from energy.contract.panel import SeriesForecast
from energy.forecasting.intervals import quantiles
from energy.serving.predict import series_table


@pytest.mark.parametrize("log", [True, False])
def test_quantiles_are_those_of_a_release(log: bool) -> None:
    random = np.random.default_rng(2)
    calibration = Calibration(
        tuple(random.uniform(0.01, 0.1, 24)),
        tuple(np.sort(random.normal(0, 1, 7))),
        log,
        100,
        tuple(random.uniform(0.5, 1.5, 12)),
    )
    means = random.uniform(5, 9, 24)
    series = SeriesForecast("a", "2024-07", (1.0,), "theta", tuple(means), calibration)
    table = series_table(series, "t")
    months = pd.period_range("2024-08", periods=24, freq="M")
    expected = quantiles(means, np.arange(1, 25), months, calibration)
    assert [row.month for row in table.months] == [str(month) for month in months]
    np.testing.assert_allclose([row.quantiles for row in table.months], expected, rtol=1e-12)
    assert (table.target, table.unit, table.forecaster) == ("a", "t", "theta")
