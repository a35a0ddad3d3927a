"""Study: do calendar, daily averages, other trends or a longer history improve the model?

Changes the model of `weather_regression` in one thing at a time, on the monthly cutoffs of the
training part, 12 months ahead on climatology. `difference` is the MAPE less the base's in points,
`error` its Newey-West standard error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from dateutil.easter import easter

from energy.forecasting.weather import climatology, daily_degree_days, monthly_degree_days
from research.weather_regression import AHEAD, cutoffs, mean_and_error

BASE = "as it is"


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of the model.

    Attributes:
        level: statsmodels' name of the trend.
        log: Whether it models logs.
        per_day: Whether series and degree days are daily averages.
        calendar: Additional regressors of the months.
        start: First month to fit on.
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
    counts = []
    for month in months:
        sunday = easter(month.year)
        days = (sunday - timedelta(days=2), sunday + timedelta(days=1))
        counts.append(sum(day.month == month.month for day in days))
    return np.asarray(counts, dtype=float)


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


def compare(y: pd.Series, weather: pd.DataFrame, thin: int = 1) -> list[dict[str, Any]]:
    """Score every variant on the same cutoffs.

    Args:
        y: The series from its first month to the split.
        weather: Columns `temperature` and `degree_days` to the split.
        thin: Use every so many-th cutoff; 1 uses all.
    """
    cutoff_list = cutoffs("2008-12", str(y.index[-1] - AHEAD), thin)
    errors = {
        name: np.array([_errors(variant, y, weather, cutoff) for cutoff in cutoff_list])
        for name, variant in VARIANTS.items()
    }
    rows = []
    for name, errors_of_variant in errors.items():
        loss = np.abs(errors_of_variant).mean(axis=1)
        difference, error = mean_and_error(loss - np.abs(errors[BASE]).mean(axis=1), thin)
        mape, bias = round(float(loss.mean()), 3), round(float(errors_of_variant.mean()), 3)
        row = {"variant": name, "mape": mape, "bias": bias}
        rows.append({**row, "difference": difference, "error": error})
    return rows


def _errors(variant: Variant, y: pd.Series, weather: pd.DataFrame, cutoff: pd.Period) -> np.ndarray:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    known = y.loc[variant.start : cutoff]
    months = pd.PeriodIndex(known.index)
    ahead = pd.period_range(cutoff + 1, periods=AHEAD, freq="M")
    daily = daily_degree_days(weather.loc[:cutoff])
    expected = pd.concat([daily.loc[months[0] :], climatology(daily, ahead)])
    both = pd.PeriodIndex(expected.index)
    days = both.days_in_month.to_numpy() if variant.per_day else np.ones(len(both))
    regressors = [monthly_degree_days(expected).to_numpy() / days]
    if variant.calendar:
        regressors.append(variant.calendar(both))
    exog, known_count = np.column_stack(regressors), len(known)
    values = known.to_numpy() / days[:known_count]
    values = np.log(values) if variant.log else values
    structure = UnobservedComponents(
        values, level=variant.level, seasonal=12, exog=exog[:known_count]
    )
    fitted = structure.fit(disp=0, maxiter=200, cov_type="none")
    forecast = np.asarray(fitted.forecast(AHEAD, exog=exog[known_count:]))
    forecast = (np.exp(forecast) if variant.log else forecast) * days[known_count:]
    return np.asarray(100 * (forecast / y.loc[ahead].to_numpy() - 1))
