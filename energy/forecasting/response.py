"""How a series answers to the weather: its sensitivity, and what weather did to each month."""

from __future__ import annotations

from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.contract import Sensitivity, WeatherFacts
from energy.errors import MissingWeather
from energy.forecasting.horizon import SP
from energy.forecasting.logs import is_positive
from energy.forecasting.weather import (
    CLIMATOLOGY_YEARS,
    climatology,
    daily_degree_days,
    degree_days_per_degree,
    monthly_degree_days,
    trend,
)

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
