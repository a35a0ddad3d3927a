"""Heating degree days: from the published tables to a regressor, and what to assume of the future.

A heating degree day counts how far a day's mean temperature lies below 15.5 deg C. The tables give
the *daily average* of a month from 2002; earlier months follow from the mean temperature.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
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


def trend(daily: pd.Series) -> tuple[float, float]:
    """Change of a whole year's degree days per decade, and its standard error.

    Least squares over the whole years known, with a standard error that allows for years that
    resemble their neighbours (Newey and West 1987, two lags): whether climatology need worry about
    a warming trend.
    """
    import statsmodels.api as sm

    months = pd.PeriodIndex(daily.index)
    yearly = (daily * months.days_in_month).groupby(months.year).agg(["sum", "count"])
    whole = yearly.loc[yearly["count"] == 12, "sum"]
    x = sm.add_constant(np.asarray(whole.index, dtype=float) - float(whole.index[0]))
    fitted = sm.OLS(whole.to_numpy(), x).fit(cov_type="HAC", cov_kwds={"maxlags": 2})
    return float(10 * fitted.params[1]), float(10 * fitted.bse[1])


def degree_days_per_degree(weather: pd.DataFrame) -> npt.NDArray[np.float64]:
    """What one deg C more does to a month's daily average degree days, January to December: (12,).

    The slope of degree days on temperature over the years of each calendar month and those beside
    it, each about its own mean: about -1 in winter, when every day is heated, far less in summer.

    Args:
        weather: Columns `temperature` and `degree_days`, deg C.
    """
    known = pd.DataFrame({"t": weather["temperature"], "d": daily_degree_days(weather)}).dropna()
    calendar = pd.PeriodIndex(known.index).month
    off = known - known.groupby(calendar).transform("mean")
    product = (off["t"] * off["d"]).groupby(calendar).sum().reindex(range(1, 13), fill_value=0.0)
    square = (off["t"] ** 2).groupby(calendar).sum().reindex(range(1, 13), fill_value=0.0)
    above, below = (v.to_numpy() + np.roll(v, 1) + np.roll(v, -1) for v in (product, square))
    slopes = np.divide(above, below, out=np.zeros(12), where=below > 0)
    return np.asarray(np.minimum(0.0, slopes), dtype=float)


def persistence(daily: pd.Series, years: int = CLIMATOLOGY_YEARS) -> float:
    """How much of a month's anomaly is left in the next: their correlation, 0 to 1.

    Args:
        daily: Daily average degree days by month, up to the cutoff.
        years: Climatology's window, over which it is estimated.
    """
    recent = daily.iloc[-12 * years :]
    anomaly = recent - climatology(daily, pd.PeriodIndex(recent.index), years)
    spread = float((anomaly**2).sum())
    if not spread:
        return 0.0
    return min(1.0, max(0.0, float((anomaly * anomaly.shift(1)).sum()) / spread))


def assumed(
    daily: pd.Series, months: pd.PeriodIndex, given: pd.DataFrame | None, years: int
) -> pd.Series:
    """Degree days for months to come: the caller's where given, what is to be expected elsewhere.

    Expected is climatology and, fading from month to month, what the last month known was off it:
    the last of `daily`, or of the months given from the first one on.

    Args:
        daily: Observed daily average degree days up to the cutoff.
        months: Months to come, every one from the cutoff on.
        given: A scenario with a `degree_days` column on some of those months, or None.
        years: Climatology's window.
    """
    known = pd.Series(np.nan, months, name="degree_days")
    if given is not None:
        known = given["degree_days"].reindex(months).astype(float).rename("degree_days")
    ahead = int(known.notna().cummin().sum())  # how many are given without a gap
    last = pd.concat([daily.iloc[-1:], known.iloc[:ahead]]).iloc[-1:]
    anomaly = float((last - climatology(daily, pd.PeriodIndex(last.index), years)).iloc[0])
    steps = np.maximum(np.arange(1, len(months) + 1) - ahead, 0)
    fading = anomaly * persistence(daily, years) ** steps
    return known.fillna((climatology(daily, months, years) + fading).clip(lower=0.0))
