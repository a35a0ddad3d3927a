"""Two ways to let a forecaster know the weather without letting it see the weather to come.

Both are sktime forecasters that wrap another one. They take X with one column, `degree_days`
(daily average heating degree days, deg C), on the months of y and any number before it, which make
climatology; months to come are as expected, unless the caller of `predict` hands over a scenario
for some of them.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from sktime.forecasting.base import BaseForecaster

from energy import legacy_errors
from energy.forecasting.folds import fh_until, months_after
from energy.forecasting.weather import (
    CLIMATOLOGY_YEARS,
    assumed,
    climatology,
    monthly_degree_days,
    slope,
)


class _WeatherAware(BaseForecaster):
    """Holds the degree days seen in fit and works out those to assume in predict."""

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
        if X is None or "degree_days" not in X:
            raise legacy_errors.MissingWeather(
                "degree days", "none", "one figure for each month of the series"
            )
        daily = X["degree_days"].reindex(y.index)
        if daily.isna().any():
            month = daily.index[daily.isna()][0]
            raise legacy_errors.MissingWeather(
                "degree days", f"none for {month}", "one figure for each month"
            )
        self.daily_ = X["degree_days"].loc[: y.index[-1]].dropna()
        return daily

    def _months(self, fh: Any) -> tuple[pd.PeriodIndex, pd.PeriodIndex]:
        """Every month to the furthest one asked for, and those asked for."""
        wanted = fh.to_absolute_index(self.cutoff)
        return months_after(self.cutoff[0], (wanted[-1] - self.cutoff[0]).n), wanted

    def _assumed(self, months: pd.PeriodIndex, X: pd.DataFrame | None) -> pd.Series:
        return assumed(self.daily_, months, X, self.years)


class DegreeDayRegression(_WeatherAware):
    """Gives a forecaster that takes X the month's heating degree days as a regressor.

    Args:
        forecaster: An sktime forecaster that uses X, such as SARIMAX.
        years: Climatology's window for months to come.
    """

    def _fit(self, y: pd.Series, X: pd.DataFrame | None, fh: Any) -> DegreeDayRegression:
        regressor = monthly_degree_days(self._observe(y, X)).to_frame()
        self.forecaster_ = self.forecaster.clone().fit(y, X=regressor)
        return self

    def _predict(self, fh: Any, X: pd.DataFrame | None) -> pd.Series:
        # Regressors are matched by position in statsmodels: always all months from the cutoff on.
        months, wanted = self._months(fh)
        regressor = monthly_degree_days(self._assumed(months, X)).to_frame()
        ahead: pd.Series = self.forecaster_.predict(fh_until(len(months)), X=regressor)
        return ahead.loc[wanted]


class WeatherNormalised(_WeatherAware):
    """Forecasts the series as it would have been in expected weather, and puts the weather back.

    The anomaly of the degree days times the series' response to them (`response.slope`) is taken
    off before the inner forecaster is fitted; that of the assumed weather (what fades of the last
    one, or a scenario's) is added afterwards.

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
        months, wanted = self._months(fh)
        normal: pd.Series = self.forecaster_.predict(fh_until(len(months)))
        return (normal + self._effect(self._assumed(months, X))).loc[wanted]

    def _effect(self, daily: pd.Series) -> pd.Series:
        """What the weather's departure from climatology adds to the series."""
        anomaly = daily - climatology(self.daily_, pd.PeriodIndex(daily.index), self.years)
        return self.slope_ * monthly_degree_days(anomaly)
