"""Heating degree days, what weather to assume, and how a series responds to it."""

from __future__ import annotations

from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy import legacy_errors
from energy.contract import Sensitivity, WeatherFacts
from energy.errors import MissingWeather
from energy.forecasting.folds import SP, is_positive

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
        raise legacy_errors.MissingWeather("degree days", f"{both.sum()} months", "at least 24")
    slope, intercept = np.polyfit(cold[both], observed[both], 1)
    filled = observed.fillna((intercept + slope * cold).clip(lower=0)).dropna()
    expected = pd.period_range(filled.index[0], filled.index[-1], freq="M")
    if missing := sorted(set(expected) - set(filled.index)):
        raise legacy_errors.MissingWeather("degree days", f"a gap at {missing[0]}", "")
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


Array = npt.NDArray[np.float64]
Data = TypeVar("Data", pd.Series, pd.DataFrame)
WEATHER_YEARS = 30
"""Years of weather whose spread a forecast allows for."""
RECENT_YEARS = 3
"""Years of the series that a sensitivity in its unit refers to."""
SEASONS = {
    "October to March": (10, 11, 12, 1, 2, 3),
    "April, May, September": (4, 5, 9),
    "June to August": (6, 7, 8),
}
"""Calendar months that answer alike to a degree."""
_NOTHING = pd.Series(dtype=float, index=pd.PeriodIndex([], freq="M"))


def slope(values: pd.Series, daily: pd.Series) -> float:
    """What a hundred degree days add to the series, in its own unit (or log).

    Year-on-year changes on year-on-year changes of degree days, so that neither trend nor season
    plays a part, by Huber's robust regression, so that a strike or a lockdown does not bend it.

    Args:
        values: The series, or its logs.
        daily: Daily average degree days on the months of `values`, deg C.
    """
    from statsmodels.robust.robust_linear_model import RLM

    change = pd.DataFrame({"y": values, "x": monthly_degree_days(daily)}).diff(SP).dropna()
    if not change["y"].any():  # every year like the one before: nothing answers to anything
        return 0.0
    return float(RLM(change["y"].to_numpy(), change[["x"]].to_numpy()).fit().params[0])


def weather_effect(y: pd.Series, weather: pd.DataFrame | None, log: bool) -> pd.Series:
    """What the weather's departure from climatology did to each month, known or before the series.

    Args:
        y: The series up to the cutoff.
        weather: Columns `temperature` and `degree_days` up to the cutoff, or None.
        log: Whether effects are log ratios.

    Returns:
        Float series on every month that has degree days (from 1991 in the UK tables), also before
        `y` begins; empty where there is no weather, or too little of it.
    """
    return effect_and_spread(y, weather, log)[0].copy()


def effect_and_spread(
    y: pd.Series, weather: pd.DataFrame | None, log: bool
) -> tuple[pd.Series, Array]:
    """`weather_effect` and its `spread_by_month`; not to be changed, since both are kept.

    Every forecaster of a bench is judged at the same cutoffs, and what the weather did up to one
    is the same for all of them: a robust regression, worked out once in a process.
    """
    if weather is None or len(y) < 2 * SP:
        return _NOTHING, np.zeros(SP)
    return _effect_and_spread(_Content(y), _Content(weather.loc[: y.index[-1]]), log)


class _Content(Generic[Data]):
    """A series or frame that equals another of the same figures, so that a memo can go by it."""

    def __init__(self, data: Data) -> None:
        self.data: Data = data
        index, columns = pd.PeriodIndex(data.index), tuple(getattr(data, "columns", ()))
        self.key = (index.asi8.tobytes(), columns, data.to_numpy(dtype=float).tobytes())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=128)  # the cutoffs of the longest plan, with room to spare
def _effect_and_spread(
    seen: _Content[pd.Series], weather: _Content[pd.DataFrame], log: bool
) -> tuple[pd.Series, Array]:
    y = seen.data
    try:
        daily = daily_degree_days(weather.data)
    except MissingWeather:
        return _NOTHING, np.zeros(SP)
    values = np.log(y) if log else y
    anomaly = daily - climatology(daily, pd.PeriodIndex(daily.index))
    effect = slope(values, daily.reindex(y.index)) * monthly_degree_days(anomaly)
    return effect, spread_by_month(effect)


def spread_by_month(effect: pd.Series, years: int = WEATHER_YEARS) -> Array:
    """Standard deviation of the weather's effect by calendar month over the last `years`: (12,)."""
    recent = effect.iloc[-SP * years :]
    by_month = recent.groupby(pd.PeriodIndex(recent.index).month).std()
    return np.asarray(by_month.reindex(range(1, SP + 1)).fillna(0.0), dtype=float)


def sensitivity(y: pd.Series, weather: pd.DataFrame) -> tuple[Sensitivity, ...]:
    """What one degree Celsius more in a month changes, by season, with its uncertainty.

    Year-on-year changes of the series on year-on-year changes of the mean temperature, a slope for
    each season, by least squares; standard errors allow for a year of autocorrelation (Newey and
    West 1987, doi:10.2307/1913610). On logs where the series is positive, at the level of the last
    three years.

    Args:
        y: The series.
        weather: Column `temperature` on months that cover it, deg C.

    Returns:
        One for each of SEASONS, in the series' unit per deg C and month.
    """
    import statsmodels.api as sm

    log = is_positive(y)
    values = np.log(y) if log else y
    change = pd.DataFrame({"y": values, "t": weather["temperature"].reindex(y.index)}).diff(SP)
    change = change.dropna()
    calendar = pd.PeriodIndex(change.index).month
    x = np.column_stack([change["t"].where(calendar.isin(m), 0.0) for m in SEASONS.values()])
    fitted = sm.OLS(change["y"].to_numpy(), x).fit(cov_type="HAC", cov_kwds={"maxlags": SP})
    recent = y.iloc[-SP * RECENT_YEARS :]
    found = []
    for (season, months), value, error in zip(
        SEASONS.items(), fitted.params, fitted.bse, strict=True
    ):
        level = recent[pd.PeriodIndex(recent.index).month.isin(months)].mean() if log else 1.0
        found.append(Sensitivity(season, months, float(level * value), float(level * error)))
    return tuple(found)


def weather_facts(y: pd.Series, weather: pd.DataFrame | None) -> WeatherFacts | None:
    """Sensitivity, climatology and its trend, and the degree days themselves, for the release.

    Args:
        y: The series.
        weather: Columns `temperature` and `degree_days`, deg C; months after `y` are told too.
            None for a series that comes without.

    Returns:
        None where there is no weather, or too little to tell.
    """
    if weather is None:
        return None
    try:
        daily = daily_degree_days(weather)
    except MissingWeather:
        return None
    log = is_positive(y)
    normal = climatology(daily, pd.period_range("2001-01", periods=SP, freq="M"))
    per_decade, error = trend(daily)
    return WeatherFacts(
        slope(np.log(y) if log else y, daily.reindex(y.index)),
        log,
        tuple(round(float(value), 4) for value in degree_days_per_degree(weather)),
        sensitivity(y, weather),
        tuple(round(float(value), 4) for value in normal),
        CLIMATOLOGY_YEARS,
        per_decade,
        error,
        str(daily.index[0]),
        tuple(round(float(value), 4) for value in daily),
    )
