"""Forecasters that use past weather, and expected or assumed weather for months ahead.

Both are sktime forecasters that wrap another one. They take X with one column, `degree_days`
(daily average heating degree days, deg C), on the months of y and any number before it, which
climatology averages. Months ahead have expected degree days, unless X of `predict` holds a
scenario for some of them.

Published models are pickles that name this module, its classes and their attributes.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from sktime.forecasting.base import BaseForecaster

from energy.forecasting.folds import fh_until, months_after
from energy.forecasting.weather import (
    CLIMATOLOGY_YEARS,
    assumed,
    climatology,
    missing_weather,
    monthly_degree_days,
    slope,
)


class _WeatherAware(BaseForecaster):
    """Keeps the degree days of fit, and works out those to assume in predict."""

    _tags = {  # noqa: RUF012 - sktime reads a class dict
        "scitype:y": "univariate",
        "y_inner_mtype": "pd.Series",
        "X_inner_mtype": "pd.DataFrame",
        "capability:exogenous": True,
        "requires-fh-in-fit": False,
        "capability:insample": False,
        "capability:missing_values": True,  # so that _observe, not sktime, names the month
        "enforce_index_type": pd.PeriodIndex,
    }

    def __init__(self, forecaster: Any, years: int = CLIMATOLOGY_YEARS) -> None:
        self.forecaster = forecaster
        self.years = years
        super().__init__()

    def _observe(self, y: pd.Series, X: pd.DataFrame | None) -> pd.Series:
        """Degree days on the months of y; all of them are kept in `daily_`."""
        if X is None or "degree_days" not in X:
            expected = "one figure for each month of the series"
            raise missing_weather("degree days", "none", expected)
        daily = X["degree_days"].reindex(y.index)
        if daily.isna().any():
            month = daily.index[daily.isna()][0]
            raise missing_weather("degree days", f"none for {month}", "one figure for each month")
        self.daily_ = X["degree_days"].loc[: y.index[-1]].dropna()
        return daily

    def _months(self, fh: Any) -> tuple[pd.PeriodIndex, pd.PeriodIndex]:
        """All months up to the furthest of `fh`, and those of `fh`."""
        months = fh.to_absolute_index(self.cutoff)
        return months_after(self.cutoff[0], (months[-1] - self.cutoff[0]).n), months

    def _assumed(self, months: pd.PeriodIndex, X: pd.DataFrame | None) -> pd.Series:
        return assumed(self.daily_, months, X, self.years)


class DegreeDayRegression(_WeatherAware):
    """Passes the month's heating degree days to a forecaster as a regressor.

    Args:
        forecaster: An sktime forecaster that uses X, such as SARIMAX.
        years: Climatology's window for months to come.
    """

    def _fit(self, y: pd.Series, X: pd.DataFrame | None, fh: Any) -> DegreeDayRegression:
        regressor = monthly_degree_days(self._observe(y, X)).to_frame()
        self.forecaster_ = self.forecaster.clone().fit(y, X=regressor)
        return self

    def _predict(self, fh: Any, X: pd.DataFrame | None) -> pd.Series:
        # statsmodels matches regressors by position, so forecast all months from the cutoff on.
        months, requested = self._months(fh)
        regressor = monthly_degree_days(self._assumed(months, X)).to_frame()
        ahead: pd.Series = self.forecaster_.predict(fh_until(len(months)), X=regressor)
        return ahead.loc[requested]


class WeatherNormalised(_WeatherAware):
    """Forecasts the series as it would have been in expected weather, then adds the weather back.

    The anomaly of the degree days times the series' response to them (`weather.slope`) is
    subtracted before the inner forecaster is fitted. The anomaly of the assumed weather (the last
    one fading, or a scenario's) is added to its forecasts.

    Args:
        forecaster: Any univariate sktime forecaster.
        years: Climatology's window.
    """

    def _fit(self, y: pd.Series, X: pd.DataFrame | None, fh: Any) -> WeatherNormalised:
        daily = self._observe(y, X)
        self.slope_ = slope(y, daily)
        self.forecaster_ = self.forecaster.clone().fit(y - self._effect(daily))
        return self

    def _predict(self, fh: Any, X: pd.DataFrame | None) -> pd.Series:
        months, requested = self._months(fh)
        normal: pd.Series = self.forecaster_.predict(fh_until(len(months)))
        return (normal + self._effect(self._assumed(months, X))).loc[requested]

    def _effect(self, daily: pd.Series) -> pd.Series:
        """Effect on the series of the weather's departure from climatology."""
        anomaly = daily - climatology(self.daily_, pd.PeriodIndex(daily.index), self.years)
        return self.slope_ * monthly_degree_days(anomaly)
