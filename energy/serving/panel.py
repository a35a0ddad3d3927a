"""A series of a panel as a forecast table: its means, and the quantiles that follow from them."""

from __future__ import annotations

from energy.contract import ForecastMonth, ForecastTable
from energy.contract.months import after
from energy.contract.panel import SeriesForecast
from energy.serving.bands import away, spread


def table(one: SeriesForecast, unit: str) -> ForecastTable:
    """The forecast table of one series, in the release's unit."""
    calibration = one.calibration

    def row(horizon: int, mean: float) -> ForecastMonth:
        month = after(one.cutoff, horizon)
        wide = spread(horizon, month, calibration, weather_known=False)
        ends = (away(mean, wide * error, calibration.log) for error in calibration.quantiles)
        return ForecastMonth(month, horizon, mean, tuple(ends))

    rows = tuple(row(horizon, mean) for horizon, mean in enumerate(one.mean, start=1))
    return ForecastTable(one.name, unit, one.cutoff, one.forecaster, rows, calibration)
