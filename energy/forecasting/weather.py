"""Heating degree days: from the published tables to a regressor, and what to assume of the future.

A heating degree day counts how far a day's mean temperature lies below 15.5 deg C. The tables give
the *daily average* of a month from 2002; earlier months follow from the mean temperature.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy.errors import MissingWeather

BASE_TEMPERATURE = 15.5
"""Base of a heating degree day in deg C, as table 7.1b has it."""
CLIMATOLOGY_YEARS = 20
"""Years that an expected month is averaged over."""


def daily_degree_days(weather: pd.DataFrame) -> pd.Series:
    """Daily average heating degree days by month, complete back to the first temperature.

    Months before table 7.1b starts are filled with a straight line on max(15.5 - T, 0), fitted to
    the months that have both. Only the rows given are used, so a frame cut at a month stays blind
    to what came after.

    Args:
        weather: Monthly PeriodIndex; columns `temperature` and `degree_days`, deg C.

    Returns:
        Float series `degree_days` on the months that have a temperature, deg C, never negative.

    Raises:
        MissingWeather: Fewer than 24 months have both columns, or a month within has neither.
    """
    known = weather.loc[weather["temperature"].first_valid_index() :]
    cold = (BASE_TEMPERATURE - known["temperature"]).clip(lower=0)
    observed = known["degree_days"]
    both = observed.notna() & cold.notna()
    if both.sum() < 24:
        raise MissingWeather("degree days", f"{both.sum()} months", "at least 24")
    slope, intercept = np.polyfit(cold[both], observed[both], 1)
    filled = observed.fillna((intercept + slope * cold).clip(lower=0)).dropna()
    expected = pd.period_range(filled.index[0], filled.index[-1], freq="M")
    if missing := sorted(set(expected) - set(filled.index)):
        raise MissingWeather("degree days", f"a gap at {missing[0]}", "")
    return filled.rename("degree_days")


def monthly_degree_days(daily: pd.Series) -> pd.Series:
    """Degree days of whole months in hundreds: the daily average times the days in the month."""
    return daily * pd.PeriodIndex(daily.index).days_in_month / 100


def climatology(
    daily: pd.Series, months: pd.PeriodIndex, years: int = CLIMATOLOGY_YEARS
) -> pd.Series:
    """The degree days to expect in `months`: each calendar month's mean over the last `years`.

    Args:
        daily: Daily average degree days by month, up to the cutoff; at least twelve months.
        months: Months to answer for, any.
        years: How many of the latest years to average.

    Returns:
        Float series on `months`, daily average degree days, deg C.
    """
    recent = daily.iloc[-12 * years :]
    normal = recent.groupby(pd.PeriodIndex(recent.index).month).mean()
    return pd.Series(normal.reindex(months.month).to_numpy(), months, name="degree_days")


def assumed(
    daily: pd.Series, months: pd.PeriodIndex, given: pd.DataFrame | None, years: int
) -> pd.Series:
    """Degree days for months to come: the caller's where given, climatology elsewhere.

    Args:
        daily: Observed daily average degree days up to the cutoff.
        months: Months to come.
        given: A scenario with a `degree_days` column on some of those months, or None.
        years: Climatology's window.
    """
    expected = climatology(daily, months, years)
    if given is None:
        return expected
    return given["degree_days"].reindex(months).fillna(expected)
