"""The forecaster that these experiments start from, and how its errors are told.

Log of consumption = a level that wanders around a fixed slope + a season that may drift + so much
per hundred heating degree days of the month. Months to come are forecast on climatology. It is the
bench's `unobserved_components_weather` in kind, put straight to statsmodels, so that an experiment
can reach inside; a fit takes a tenth of a second.
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
        log: Log of the series up to the cutoff; a gap where a month is to be ignored.
        daily: Daily average degree days up to the cutoff.
        extra: Further regressors by name, on the months known and the months to come.
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
        """The months known and those to come."""
        return pd.period_range(self.known[0], self.to_come[-1], freq="M")

    def regressors(self, months: pd.PeriodIndex, daily: pd.Series) -> np.ndarray:
        """Degree days in hundreds and what was added to them, one row a month."""
        heat = monthly_degree_days(daily.reindex(months)).to_numpy()
        return np.column_stack([heat, self.extra.reindex(months).to_numpy()])

    def fit(self) -> Any:
        """The forecaster fitted to the months known, as statsmodels results."""
        from statsmodels.tools.sm_exceptions import ConvergenceWarning
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        structure = UnobservedComponents(
            self.log.to_numpy(),
            level="lldtrend",
            seasonal=12,
            exog=self.regressors(self.known, self.daily),
        )
        with warnings.catch_warnings():
            # One fit in twenty says that it stopped early: by less than 0.0001 in log-likelihood.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return structure.fit(disp=0, maxiter=200, cov_type="none")

    def ahead(self, fitted: Any, daily: pd.Series | None = None) -> np.ndarray:
        """Logs of the months to come, on climatology unless other degree days are given."""
        if daily is None:
            daily = climatology(self.daily, self.to_come)
        return np.asarray(fitted.forecast(AHEAD, exog=self.regressors(self.to_come, daily)))

    def ignoring(self, months: pd.PeriodIndex) -> Past:
        """The same past with gaps in the months given."""
        return replace(self, log=self.log.mask(self.log.index.isin(months)))


def known_at(y: pd.Series, weather: pd.DataFrame, cutoff: pd.Period) -> Past:
    """What is known at a cutoff, and nothing later: not of the series, not of the weather."""
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
    """The mean of one figure per cutoff, and its Newey-West standard error.

    Forecasts of twelve months from cutoffs `step` months apart share months with the
    AHEAD / step - 1 cutoffs before: so many lags are taken, with Bartlett's weights and the
    correction for small samples. Where the cutoffs span less than two forecasts laid end to end no
    error is given; where they span only a few it is still too small.
    """
    from statsmodels.regression.linear_model import OLS

    if len(values) * step < 2 * AHEAD:
        return round(float(np.mean(values)), 3), None
    options = {"maxlags": AHEAD // step - 1, "use_correction": True}
    fitted = OLS(values, np.ones(len(values))).fit(cov_type="HAC", cov_kwds=options)
    return round(float(fitted.params[0]), 3), round(float(fitted.bse[0]), 3)
