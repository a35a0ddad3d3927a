"""Study: which weather to expect: how many years to average, and does a trend help?

**Protocol.** At every monthly cutoff from 2008-12 to 2017-03, degree days of the next twelve months
are expected from those up to the cutoff, and set against those that came. Temperatures start in
1991-01 here, so that a window of 20 years is first full in 2010-12 and one of 30 is never: at the
last cutoff it is 26 years (`years_seen` is the mean of what there was). All are compared with the
mean of 20 years.

**Alternatives.**

- Windows of 8 to 30 years, each calendar month its own mean. The World Meteorological
  Organization's normals take 30; with warming, shorter "optimal climate normals" do better (Huang,
  van den Dool and Barnston 1996, J. Climate 9; Livezey et al. 2007, J. Appl. Meteor. Climatol. 46;
  Wilks 2013, same journal, 52).
- The same with a straight line added, of one slope for all calendar months, fitted to the window
  and extrapolated.
- `20 years, last anomaly fading`: as the candidate models (`energy.forecasting.weather.assumed`).
- `as it came`: the weather that only hindsight knows; what a perfect expectation would be worth.

**Tables.** `weather` judges expectations alone: `bias` and `rmse` of a month, expected less
observed, in degree days of the whole month, and `difference`, the mean absolute error less that of
20 years, with its Newey-West standard error; `bias_of_year` and `rmse_of_year` in per cent of the
twelve months' sum. `forecast` has the MAPE and the bias, in per cent, of the forecaster
that gets them; `difference` is to 20 years, in points of MAPE, with its Newey-West standard error,
and `first_month` the MAPE one month ahead, which is all that a fading anomaly can reach.
`trend` is the straight line through the degree days of calendar years, per decade, with a
Newey-West standard error (two lags), and `lag_of_20_years`, what such a trend makes the mean of
20 years expect too much of the year to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from energy.forecasting.weather import assumed, climatology, daily_degree_days, monthly_degree_days
from research.weather_regression import (
    AHEAD,
    cutoffs,
    known_at,
    mean_and_error,
    percent_errors,
)

WINDOWS = (8, 10, 15, 20, 25, 30)
NOW = "20 years"
"""The expectation that the candidate models use."""


def with_trend(daily: pd.Series, months: pd.PeriodIndex, years: int) -> pd.Series:
    """Climatology plus a straight line, one slope for all calendar months, from the same window."""
    recent = daily.iloc[-12 * years :]
    of_month = pd.PeriodIndex(recent.index).month
    time = pd.Series(np.arange(len(recent)), recent.index, dtype=float)
    centre = time.groupby(of_month).mean()
    apart = time - time.groupby(of_month).transform("mean")
    slope = float((apart * recent).sum() / (apart**2).sum())
    ahead = len(recent) + np.arange(len(months)) - centre.reindex(months.month).to_numpy()
    return (climatology(daily, months, years) + slope * ahead).clip(lower=0)


def fading(daily: pd.Series, months: pd.PeriodIndex, years: int) -> pd.Series:
    """Climatology plus what is left of the last month's anomaly."""
    return assumed(daily, months, None, years)


EXPECTATIONS = {
    **{f"{years} years": partial(climatology, years=years) for years in WINDOWS},
    **{f"{years} years and trend": partial(with_trend, years=years) for years in WINDOWS},
    f"{NOW}, last anomaly fading": partial(fading, years=20),
}
FORECAST_ON = (
    "10 years",
    NOW,
    "30 years",
    "10 years and trend",
    "20 years and trend",
    "30 years and trend",
    "20 years, last anomaly fading",
    "as it came",
)
"""Expectations whose effect on the forecast is measured."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Results of a cutoff.

    Attributes:
        missed: Expected less observed degree days of the months, by expectation.
        errors: Errors of the forecast in per cent, by expectation.
        observed: Observed degree days of the twelve months.
        seen: Years of weather up to the cutoff.
    """

    missed: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    observed: float
    seen: float


def fold(y: pd.Series, weather: pd.DataFrame, truth: pd.Series, cutoff: pd.Period) -> Fold:
    """Compute every expectation at a cutoff, and forecasts on some of them."""
    past = known_at(y, weather, cutoff)
    expected = {name: expect(past.daily, past.to_come) for name, expect in EXPECTATIONS.items()}
    expected["as it came"] = truth.loc[past.to_come]
    whole = {name: 100 * monthly_degree_days(daily) for name, daily in expected.items()}
    came = whole["as it came"]
    fitted = past.fit()
    return Fold(
        {name: (monthly - came).to_numpy() for name, monthly in whole.items()},
        {n: percent_errors(past.ahead(fitted, expected[n]), y, past) for n in FORECAST_ON},
        float(came.sum()),
        len(past.daily) / 12,
    )


def compare(y: pd.Series, weather: pd.DataFrame, thin: int = 1) -> list[dict]:
    """Score every expectation on the weather, some on the forecast, and estimate the trend.

    Args:
        y: Consumption on a monthly PeriodIndex, positive, up to the end of the training part.
        weather: Columns `temperature` and `degree_days`, up to the same month.
        thin: Use every so many-th cutoff; 1 uses all.

    Returns:
        Rows of three tables, told apart by `table`.
    """
    truth = daily_degree_days(weather)
    folds = [fold(y, weather, truth, cutoff) for cutoff in cutoffs("2008-12", "2017-03", thin)]
    rows = [_weather_row(folds, name, thin) for name in EXPECTATIONS]
    rows += [_forecast_row(folds, name, thin) for name in FORECAST_ON]
    return rows + [_trend_row(truth, first) for first in (1991, 2002)]


def _weather_row(folds: list[Fold], name: str, step: int) -> dict:
    missed = np.array([each.missed[name] for each in folds])
    observed = np.array([each.observed for each in folds])
    of_year = 100 * missed.sum(axis=1) / observed
    bias, bias_error = mean_and_error(of_year, step)
    now = np.array([each.missed[NOW] for each in folds])
    apart = np.abs(missed).mean(axis=1) - np.abs(now).mean(axis=1)
    difference, error = mean_and_error(apart, step)
    window = int(name.split(maxsplit=1)[0])
    return {
        "table": "weather",
        "expectation": name,
        "years_seen": round(float(np.mean([min(window, each.seen) for each in folds])), 1),
        "bias": round(float(missed.mean()), 2),
        "rmse": round(float((missed**2).mean() ** 0.5), 2),
        "difference": difference,
        "error": error,
        "bias_of_year": bias,
        "bias_error": bias_error,
        "rmse_of_year": round(float((of_year**2).mean() ** 0.5), 2),
    }


def _forecast_row(folds: list[Fold], name: str, step: int) -> dict:
    errors = np.array([each.errors[name] for each in folds])
    now = np.array([each.errors[NOW] for each in folds])
    apart = np.abs(errors).mean(axis=1) - np.abs(now).mean(axis=1)
    difference, error = mean_and_error(apart, step)
    return {
        "table": "forecast",
        "expectation": name,
        "mape": round(float(np.abs(errors).mean()), 3),
        "first_month": round(float(np.abs(errors[:, 0]).mean()), 3),
        "bias": round(float(errors.mean()), 3),
        "difference": difference,
        "error": error,
    }


def _trend_row(truth: pd.Series, first: int) -> dict:
    """The line through the whole calendar years from `first` on."""
    from statsmodels.regression.linear_model import OLS

    monthly = 100 * monthly_degree_days(truth.loc[str(first) :])
    years = monthly.groupby(pd.PeriodIndex(monthly.index).year).agg(["sum", "count"])
    whole = years.loc[years["count"] == AHEAD, "sum"]
    decades = (whole.index.to_numpy() - whole.index[0]) / 10
    options = {"maxlags": 2, "use_correction": True}
    design = np.column_stack([np.ones(len(whole)), decades])
    fitted = OLS(whole.to_numpy(), design).fit(cov_type="HAC", cov_kwds=options)
    slope = float(fitted.params[1])
    return {
        "table": "trend",
        "years": f"{whole.index[0]} to {whole.index[-1]}",
        "mean": round(float(whole.mean()), 1),
        "per_decade": round(slope, 1),
        "error": round(float(fitted.bse[1]), 1),
        "p": round(float(fitted.pvalues[1]), 3),
        # The middle of the last 20 years lies 10.5 years before the middle of the next one.
        "lag_of_20_years": round(-1.05 * slope, 1),
    }
