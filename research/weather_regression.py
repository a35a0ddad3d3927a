"""The model of the studies, and the statistics of its errors.

Log of consumption = a level that wanders around a fixed slope + a season that may drift + so much
per hundred heating degree days of the month. Forecasts use climatology. It is the same kind of
model as the candidate `unobserved_components_weather`, written directly with statsmodels so that
studies can change it; a fit takes a tenth of a second.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from energy.forecasting.weather import climatology, daily_degree_days, monthly_degree_days

AHEAD = 12
"""Months that every forecast is judged on."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is known at a cutoff.

    Attributes:
        log: Log of the series up to the cutoff; NaN in months to ignore.
        daily: Daily average degree days up to the cutoff.
        extra: Additional regressors by name, on the known months and those to forecast.
    """

    log: pd.Series
    daily: pd.Series
    extra: pd.DataFrame

    @property
    def known(self) -> pd.PeriodIndex:
        """The months up to the cutoff."""
        return pd.PeriodIndex(self.log.index)

    @property
    def to_come(self) -> pd.PeriodIndex:
        """The months to forecast."""
        return pd.period_range(self.known[-1] + 1, periods=AHEAD, freq="M")

    @property
    def both(self) -> pd.PeriodIndex:
        """The known months and those to forecast."""
        return pd.period_range(self.known[0], self.to_come[-1], freq="M")

    def regressors(self, months: pd.PeriodIndex, daily: pd.Series) -> np.ndarray:
        """Degree days in hundreds and the additional regressors, a row for each month."""
        heat = monthly_degree_days(daily.reindex(months)).to_numpy()
        return np.column_stack([heat, self.extra.reindex(months).to_numpy()])

    def fit(self) -> Any:
        """Fit the model to the known months; returns statsmodels' results."""
        from statsmodels.tools.sm_exceptions import ConvergenceWarning
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        structure = UnobservedComponents(
            self.log.to_numpy(),
            level="lldtrend",
            seasonal=12,
            exog=self.regressors(self.known, self.daily),
        )
        with warnings.catch_warnings():
            # One fit in twenty stops early, by less than 0.0001 in log-likelihood.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return structure.fit(disp=0, maxiter=200, cov_type="none")

    def ahead(self, fitted: Any, daily: pd.Series | None = None) -> np.ndarray:
        """Forecast logs, on climatology unless other degree days are passed."""
        if daily is None:
            daily = climatology(self.daily, self.to_come)
        return np.asarray(fitted.forecast(AHEAD, exog=self.regressors(self.to_come, daily)))

    def ignoring(self, months: pd.PeriodIndex) -> Past:
        """The same past without some months."""
        return replace(self, log=self.log.mask(self.log.index.isin(months)))


def known_at(y: pd.Series, weather: pd.DataFrame, cutoff: pd.Period) -> Past:
    """What is known of series and weather at a cutoff."""
    log = np.log(y.loc[:cutoff])
    months = pd.period_range(log.index[0], periods=len(log) + AHEAD, freq="M")
    return Past(log, daily_degree_days(weather.loc[:cutoff]), pd.DataFrame(index=months))


def cutoffs(first: str, last: str, step: int) -> list[pd.Period]:
    """Every `step`-th month from the first to the last."""
    return list(pd.period_range(first, last, freq="M"))[::step]


def percent_errors(log: np.ndarray, y: pd.Series, past: Past) -> np.ndarray:
    """Forecast over actual less one, in per cent, for each month to come."""
    return 100 * (np.exp(log) / y.loc[past.to_come].to_numpy() - 1)


def mean_and_error(values: np.ndarray, step: int) -> tuple[float, float | None]:
    """Mean of a figure over cutoffs, and its Newey-West standard error.

    Forecasts of twelve months from cutoffs `step` months apart overlap with the AHEAD / step - 1
    cutoffs before; this is the number of lags, with Bartlett weights and the correction for small
    samples. The error is None if the cutoffs span less than two forecasts; with only a few it is
    still too small.
    """
    from statsmodels.regression.linear_model import OLS

    if len(values) * step < 2 * AHEAD:
        return round(float(np.mean(values)), 3), None
    options = {"maxlags": max(0, AHEAD // step - 1), "use_correction": True}
    fitted = OLS(values, np.ones(len(values))).fit(cov_type="HAC", cov_kwds=options)
    return round(float(fitted.params[0]), 3), round(float(fitted.bse[0]), 3)
