"""Heating degree days, the weather to assume for months ahead, and how a series responds to it."""

from __future__ import annotations

from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.contract import Sensitivity, WeatherFacts
from energy.errors import MissingWeather
from energy.forecasting.folds import SP, is_positive

Array = npt.NDArray[np.float64]
Data = TypeVar("Data", pd.Series, pd.DataFrame)
BASE_TEMPERATURE = 15.5
"""Base of a heating degree day in deg C, as in table 7.1b."""
CLIMATOLOGY_YEARS = 20
"""Years that an expected month is averaged over."""
WEATHER_YEARS = 30
"""Years of weather whose spread intervals allow for."""
RECENT_YEARS = 3
"""Years of the series whose level a sensitivity in its unit refers to."""
SEASONS = {
    "October to March": (10, 11, 12, 1, 2, 3),
    "April, May, September": (4, 5, 9),
    "June to August": (6, 7, 8),
}
"""Calendar months with a similar response to temperature."""
_NO_EFFECT = pd.Series(dtype=float, index=pd.PeriodIndex([], freq="M"))


def missing_weather(needed: str, available: str, expected: str = "") -> MissingWeather:
    """The error for a forecaster that needs weather which is missing."""
    return MissingWeather(
        f"This forecaster needs {needed}: found {available}"
        + (f", expected {expected}" if expected else "")
        + ". Leave it out with --forecasters, or add the weather tables."
    )


def daily_degree_days(weather: pd.DataFrame) -> pd.Series:
    """Daily average heating degree days by month, complete back to the first temperature.

    Months before table 7.1b starts are filled with a straight line on max(15.5 - T, 0), fitted to
    the months that have both. Only the given rows are used, so a frame cut at a month contains
    nothing of later months.

    Args:
        weather: Monthly PeriodIndex; columns `temperature` and `degree_days`, deg C.

    Returns:
        Float series `degree_days` on the months that have a temperature, deg C, never negative.

    Raises:
        MissingWeather: Fewer than 24 months have both columns, or a month within has neither.
    """
    weather = weather.loc[weather["temperature"].first_valid_index() :]
    cold = (BASE_TEMPERATURE - weather["temperature"]).clip(lower=0)
    observed = weather["degree_days"]
    both = observed.notna() & cold.notna()
    if both.sum() < 24:
        raise missing_weather("degree days", f"{both.sum()} months", "at least 24")
    slope, intercept = np.polyfit(cold[both], observed[both], 1)
    filled = observed.fillna((intercept + slope * cold).clip(lower=0)).dropna()
    expected = pd.period_range(filled.index[0], filled.index[-1], freq="M")
    if gaps := sorted(set(expected) - set(filled.index)):
        raise missing_weather("degree days", f"a gap at {gaps[0]}")
    return filled.rename("degree_days")


def monthly_degree_days(daily: pd.Series) -> pd.Series:
    """Hundreds of degree days per month: the daily average times the days in the month."""
    return daily * pd.PeriodIndex(daily.index).days_in_month / 100


def climatology(
    daily: pd.Series, months: pd.PeriodIndex, years: int = CLIMATOLOGY_YEARS
) -> pd.Series:
    """The degree days to expect in `months`: each calendar month's mean over the last `years`.

    Args:
        daily: Daily average degree days by month, up to the cutoff; at least twelve months.
        months: Any months.
        years: How many of the latest years to average.

    Returns:
        Float series on `months`, daily average degree days, deg C.
    """
    recent = daily.iloc[-12 * years :]
    normal = recent.groupby(pd.PeriodIndex(recent.index).month).mean()
    return pd.Series(normal.reindex(months.month).to_numpy(), months, name="degree_days")


def trend(daily: pd.Series) -> tuple[float, float]:
    """Change of annual degree days per decade, and its standard error.

    Least squares over complete years, with a standard error that allows for correlation between
    neighbouring years (Newey and West 1987, two lags). It shows whether climatology should allow
    for a warming trend.
    """
    import statsmodels.api as sm

    months = pd.PeriodIndex(daily.index)
    yearly = (daily * months.days_in_month).groupby(months.year).agg(["sum", "count"])
    complete = yearly.loc[yearly["count"] == 12, "sum"]
    x = sm.add_constant(np.asarray(complete.index, dtype=float) - float(complete.index[0]))
    fitted = sm.OLS(complete.to_numpy(), x).fit(cov_type="HAC", cov_kwds={"maxlags": 2})
    return float(10 * fitted.params[1]), float(10 * fitted.bse[1])


def degree_days_per_degree(weather: pd.DataFrame) -> Array:
    """Change of daily average degree days per deg C, January to December: shape (12,).

    The slope of degree days on temperature over the years of each calendar month and its
    neighbours, each about its own mean: about -1 in winter, when every day is heated, and far less
    in summer.

    Args:
        weather: Columns `temperature` and `degree_days`, deg C.
    """
    pairs = pd.DataFrame({"t": weather["temperature"], "d": daily_degree_days(weather)}).dropna()
    calendar = pd.PeriodIndex(pairs.index).month
    off = pairs - pairs.groupby(calendar).transform("mean")
    product = (off["t"] * off["d"]).groupby(calendar).sum().reindex(range(1, 13), fill_value=0.0)
    square = (off["t"] ** 2).groupby(calendar).sum().reindex(range(1, 13), fill_value=0.0)
    above, below = (v.to_numpy() + np.roll(v, 1) + np.roll(v, -1) for v in (product, square))
    slopes = np.divide(above, below, out=np.zeros(12), where=below > 0)
    return np.asarray(np.minimum(0.0, slopes), dtype=float)


def persistence(daily: pd.Series, years: int = CLIMATOLOGY_YEARS) -> float:
    """Share of a month's anomaly that remains in the next: their correlation, 0 to 1.

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
    daily: pd.Series, months: pd.PeriodIndex, scenario: pd.DataFrame | None, years: int
) -> pd.Series:
    """Degree days for months ahead: the scenario's where it has them, expected ones elsewhere.

    Expected degree days are climatology plus the fading anomaly of the last month that has a
    figure: the last of `daily`, or of the scenario's months from the first one on without a gap.

    Args:
        daily: Observed daily average degree days up to the cutoff.
        months: The months that follow the cutoff.
        scenario: Column `degree_days` on some of those months, or None.
        years: Climatology's window.
    """
    degree_days = pd.Series(np.nan, months, name="degree_days")
    if scenario is not None:
        degree_days = scenario["degree_days"].reindex(months).astype(float).rename("degree_days")
    ahead = int(degree_days.notna().cummin().sum())  # leading months without a gap
    last = pd.concat([daily.iloc[-1:], degree_days.iloc[:ahead]]).iloc[-1:]
    anomaly = float((last - climatology(daily, pd.PeriodIndex(last.index), years)).iloc[0])
    steps = np.maximum(np.arange(1, len(months) + 1) - ahead, 0)
    fading = anomaly * persistence(daily, years) ** steps
    return degree_days.fillna((climatology(daily, months, years) + fading).clip(lower=0.0))


def slope(values: pd.Series, daily: pd.Series) -> float:
    """Change of the series per hundred degree days, in its unit (or log).

    Year-on-year changes are regressed on year-on-year changes of degree days, which removes trend
    and season, by Huber's robust regression, which a strike or a lockdown does not bend.

    Args:
        values: The series, or its logs.
        daily: Daily average degree days on the months of `values`, deg C.
    """
    from statsmodels.robust.robust_linear_model import RLM

    change = pd.DataFrame({"y": values, "x": monthly_degree_days(daily)}).diff(SP).dropna()
    if not change["y"].any():  # every year repeats the last: there is no response
        return 0.0
    return float(RLM(change["y"].to_numpy(), change[["x"]].to_numpy()).fit().params[0])


def weather_effect(y: pd.Series, weather: pd.DataFrame | None, log: bool) -> pd.Series:
    """Effect on each month of the weather's departure from climatology.

    Args:
        y: The series up to the cutoff.
        weather: Columns `temperature` and `degree_days` up to the cutoff, or None.
        log: Whether effects are log ratios.

    Returns:
        Float series on every month that has degree days (from 1991 in the UK tables), also before
        `y` begins; empty without weather, or with too little of it.
    """
    return effect_and_spread(y, weather, log)[0].copy()


def effect_and_spread(
    y: pd.Series, weather: pd.DataFrame | None, log: bool
) -> tuple[pd.Series, Array]:
    """`weather_effect` and its `spread_by_month`, cached; callers must not change them.

    All forecasters are backtested at the same cutoffs, so each effect, a robust regression, is
    computed once in a process.
    """
    if weather is None or len(y) < 2 * SP:
        return _NO_EFFECT, np.zeros(SP)
    return _effect_and_spread(_Content(y), _Content(weather.loc[: y.index[-1]]), log)


class _Content(Generic[Data]):
    """A series or frame that is hashed and compared by its figures, as a key for the cache."""

    def __init__(self, data: Data) -> None:
        self.data: Data = data
        index, columns = pd.PeriodIndex(data.index), tuple(getattr(data, "columns", ()))
        self.key = (index.asi8.tobytes(), columns, data.to_numpy(dtype=float).tobytes())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=128)  # more than the cutoffs of the longest plan
def _effect_and_spread(
    series: _Content[pd.Series], weather: _Content[pd.DataFrame], log: bool
) -> tuple[pd.Series, Array]:
    y = series.data
    try:
        daily = daily_degree_days(weather.data)
    except MissingWeather:
        return _NO_EFFECT, np.zeros(SP)
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
    """Change of the series per deg C in a month, by season, with its standard error.

    Year-on-year changes of the series are regressed on those of the mean temperature, with a slope
    for each season, by least squares; standard errors allow for a year of autocorrelation (Newey
    and West 1987, doi:10.2307/1913610). On logs where the series is positive, converted at the
    level of the last three years.

    Args:
        y: The series.
        weather: Column `temperature` on months that cover it, deg C.

    Returns:
        A sensitivity for each of SEASONS, in the series' unit per deg C and month.
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
    sensitivities = []
    for (season, months), value, error in zip(
        SEASONS.items(), fitted.params, fitted.bse, strict=True
    ):
        level = recent[pd.PeriodIndex(recent.index).month.isin(months)].mean() if log else 1.0
        estimate = float(level * value), float(level * error)
        sensitivities.append(Sensitivity(season, months, *estimate))
    return tuple(sensitivities)


def weather_facts(y: pd.Series, weather: pd.DataFrame | None) -> WeatherFacts | None:
    """Sensitivity, climatology and its trend, and the degree days, for the release.

    Args:
        y: The series.
        weather: Columns `temperature` and `degree_days`, deg C, also on months after `y`; or None.

    Returns:
        None without weather, or with too little of it.
    """
    if weather is None:
        return None
    try:
        daily = daily_degree_days(weather)
    except MissingWeather:
        return None
    log = is_positive(y)
    normal = climatology(daily, pd.period_range("2001-01", periods=SP, freq="M"))
    trend_per_decade, trend_error = trend(daily)
    return WeatherFacts(
        slope(np.log(y) if log else y, daily.reindex(y.index)),
        log,
        _rounded(degree_days_per_degree(weather)),
        sensitivity(y, weather),
        _rounded(normal),
        CLIMATOLOGY_YEARS,
        trend_per_decade,
        trend_error,
        str(daily.index[0]),
        _rounded(daily),
    )


def _rounded(values: Array | pd.Series) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
