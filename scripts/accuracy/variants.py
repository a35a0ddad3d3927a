"""What else could go into the forecaster: calendar, figures per day, levels, a longer past?

The base forecaster of `weather_regression`, changed in one thing at a time, on the monthly cutoffs
of the training part, 12 months ahead on climatology. `difference` is the MAPE less the base's in
points, `error` its Newey-West standard error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from accuracy.weather_regression import AHEAD, cutoffs, mean_and_error
from dateutil.easter import easter

from energy.forecasting.weather import climatology, daily_degree_days, monthly_degree_days

BASE = "as it is"


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to put the forecaster together.

    Attributes:
        level: statsmodels' name of the trend.
        log: Whether it works on logs.
        per_day: Whether the series, and its degree days, are daily averages.
        calendar: Further regressors of months.
        start: First month to learn from.
    """

    level: str = "lldtrend"
    log: bool = True
    per_day: bool = False
    calendar: Callable[[pd.PeriodIndex], np.ndarray] | None = None
    start: str = "2001-01"


def working_days(months: pd.PeriodIndex) -> np.ndarray:
    """Mondays to Fridays in each month, as a share of its days."""
    counts = [np.busday_count(m.start_time.date(), (m + 1).start_time.date()) for m in months]
    return np.asarray(counts, dtype=float) / months.days_in_month.to_numpy()


def easter_days(months: pd.PeriodIndex) -> np.ndarray:
    """Good Friday and Easter Monday: how many of the two lie in each month."""
    found = []
    for month in months:
        sunday = easter(month.year)
        days = (sunday - timedelta(days=2), sunday + timedelta(days=1))
        found.append(sum(day.month == month.month for day in days))
    return np.asarray(found, dtype=float)


VARIANTS = {
    BASE: Variant(),
    "no logs": Variant(log=False),
    "per day": Variant(per_day=True),
    "working days": Variant(calendar=working_days),
    "Easter": Variant(calendar=easter_days),
    "a slope that wanders": Variant(level="lltrend"),
    "no slope": Variant(level="llevel"),
    "from 1995": Variant(start="1995-01"),
}


def compare(y: pd.Series, weather: pd.DataFrame) -> list[dict[str, Any]]:
    """Score every variant on the same cutoffs.

    Args:
        y: The series from its first month to the split.
        weather: Columns `temperature` and `degree_days` to the split.
    """
    at = cutoffs("2008-12", str(y.index[-1] - AHEAD), 1)
    errors = {
        name: np.array([_errors(variant, y, weather, cutoff) for cutoff in at])
        for name, variant in VARIANTS.items()
    }
    rows = []
    for name, found in errors.items():
        loss = np.abs(found).mean(axis=1)
        difference, error = mean_and_error(loss - np.abs(errors[BASE]).mean(axis=1), 1)
        mape, bias = round(float(loss.mean()), 3), round(float(found.mean()), 3)
        told = {"variant": name, "mape": mape, "bias": bias}
        rows.append({**told, "difference": difference, "error": error})
    return rows


def _errors(variant: Variant, y: pd.Series, weather: pd.DataFrame, cutoff: pd.Period) -> np.ndarray:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    seen = y.loc[variant.start : cutoff]
    months = pd.PeriodIndex(seen.index)
    ahead = pd.period_range(cutoff + 1, periods=AHEAD, freq="M")
    daily = daily_degree_days(weather.loc[:cutoff])
    expected = pd.concat([daily.loc[months[0] :], climatology(daily, ahead)])
    both = pd.PeriodIndex(expected.index)
    days = both.days_in_month.to_numpy() if variant.per_day else np.ones(len(both))
    x = [monthly_degree_days(expected).to_numpy() / days]
    if variant.calendar:
        x.append(variant.calendar(both))
    exog, known = np.column_stack(x), len(seen)
    z = seen.to_numpy() / days[:known]
    z = np.log(z) if variant.log else z
    structure = UnobservedComponents(z, level=variant.level, seasonal=12, exog=exog[:known])
    fitted = structure.fit(disp=0, maxiter=200, cov_type="none")
    found = np.asarray(fitted.forecast(AHEAD, exog=exog[known:]))
    found = (np.exp(found) if variant.log else found) * days[known:]
    return np.asarray(100 * (found / y.loc[ahead].to_numpy() - 1))
