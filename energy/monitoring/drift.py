"""Whether what goes into the forecast still looks like what it learned from.

Four statistics, each computed for every month on the twelve or so months up to it, against the
years before those. The threshold is the quantile QUANTILE of the statistic over the historic
months: those that the release learned from, and that end before the year under test begins. The
rate is measured out of sample: how often the check would have alarmed in those months with the
threshold known twelve months before each. It counts real upheavals (2009) as well as noise.

Figures are today's, so revised; what the weather did is taken off the series with its one response
to it (`response.weather_effect`), so that a mild winter is no drift. What has been lived through
counts as normal afterwards. A series above zero is judged on its logarithm, and a per cent is a
hundredth of that.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from energy.contract.track_record import DriftCheck
from energy.errors import MissingWeather
from energy.forecasting.folds import SP, is_positive
from energy.forecasting.weather import daily_degree_days, monthly_degree_days, slope, weather_effect

QUANTILE = 0.98
YARDSTICK = 60
"""Fewest months that a threshold rests on."""
LEAST = YARDSTICK + 3 * SP
"""Fewest historic months with the statistic: the rate is then measured on two years or more."""
TREND_YEARS = 3
SHAPE_YEARS = 5
RESPONSE_MONTHS = 36
WEATHER_YEARS = 10
"""Fewest years seen of a calendar month before one can be called unseen."""
HUBER = 1.345
"""Robust spreads beyond which an error pulls no harder (Huber 1964, doi:10.1214/aoms/1177703732)"""


def check_drift(
    frame: pd.DataFrame, target: str, unit: str, learned_to: str
) -> tuple[DriftCheck, ...]:
    """Level, seasonality, weather and response, at the newest month.

    Args:
        frame: The monthly frame.
        target: Column that is forecast.
        unit: Its unit.
        learned_to: Last month that the release in service learned from.
    """
    until = pd.Period(learned_to, "M")
    y = _gapless(frame[target])
    weather = frame.reindex(columns=["temperature", "degree_days"])  # a CSV may have neither
    log = is_positive(y)
    values = np.log(y) if log else y
    effect = weather_effect(y, weather, log)
    settled = values - effect.reindex(y.index).fillna(0.0)
    try:
        daily = daily_degree_days(weather)
    except MissingWeather as missing:
        why = str(missing) if weather.notna().to_numpy().any() else "the data have no weather."
        return (
            level(settled, log, unit, until),
            seasonality(settled, log, unit, until),
            _unmeasured("weather", why),
            _unmeasured("response", why),
        )
    return (
        level(settled, log, unit, until),
        seasonality(settled, log, unit, until),
        unseen_weather(daily, until),
        response(values, daily, log, unit, until),
    )


def level(settled: pd.Series, log: bool, unit: str, until: pd.Period) -> DriftCheck:
    """The sum of the last twelve months against the trend of the three years before them."""
    sums = (np.exp(settled) if log else settled).rolling(SP).sum()
    scale = np.log(sums) if log else sums
    per_year = (scale.shift(SP) - scale.shift(SP * (1 + TREND_YEARS))) / TREND_YEARS
    expected = scale.shift(SP) + per_year
    off = scale - expected

    def told() -> str:
        came, trend = sums.iloc[-1], expected.iloc[-1]
        trend = np.exp(trend) if log else trend
        return (
            f"{_year(sums)} came to {came:.1f} {unit} in the weather to expect; the trend of the "
            f"{TREND_YEARS} years before has {trend:.1f}: {_signed(off.iloc[-1], log, unit)}."
        )

    return _check("level", off.abs(), until, told, lambda size: _sized(size, log, unit))


def seasonality(settled: pd.Series, log: bool, unit: str, until: pd.Period) -> DriftCheck:
    """How the last twelve months differ from their mean, against the five years before them."""
    months = pd.DataFrame({lag: settled.shift(lag) for lag in range(SP)})
    shape = months.sub(months.mean(axis="columns", skipna=False), axis="index")
    usual = sum(shape.shift(SP * year) for year in range(1, SHAPE_YEARS + 1)) / SHAPE_YEARS
    off = shape - usual
    size = np.sqrt((off**2).mean(axis="columns", skipna=False))

    def told() -> str:
        newest = off.iloc[-1]
        lag = int(newest.abs().to_numpy().argmax())
        return (
            f"{_year(settled)} lie {_sized(size.iloc[-1], log, unit)} from the seasonal shape of "
            f"the {SHAPE_YEARS} years before, furthest {settled.index[-1] - lag} "
            f"({_signed(newest.iloc[lag], log, unit)})."
        )

    return _check("seasonality", size, until, told, lambda size: _sized(size, log, unit))


def unseen_weather(daily: pd.Series, until: pd.Period) -> DriftCheck:
    """How far the newest month lies outside all that its calendar month had been before."""
    calendar = pd.PeriodIndex(daily.index).month
    by_month = daily.groupby(calendar)
    most, fewest = (
        found.groupby(calendar).shift() for found in (by_month.cummax(), by_month.cummin())
    )
    years = by_month.cumcount()
    beyond = pd.concat([daily - most, fewest - daily], axis="columns").max(axis="columns")
    outside = beyond.where(years >= WEATHER_YEARS)

    def told() -> str:
        month = daily.index[-1]
        return (
            f"{month} had {daily.iloc[-1]:.2f} degree days a day; that calendar month had been "
            f"between {fewest.iloc[-1]:.2f} and {most.iloc[-1]:.2f} in the {years.iloc[-1]} years "
            "before."
        )

    return _check("weather", outside, until, told, lambda size: f"{size:.2f} deg C outside")


def response(
    values: pd.Series, daily: pd.Series, log: bool, unit: str, until: pd.Period
) -> DriftCheck:
    """What a hundred degree days changed in the last three years, against all years before them.

    Least squares of year-on-year changes on those of the degree days in a rolling window, with the
    changes that are far from the whole series' response (`response.slope`) drawn in: one step of
    Huber's estimator, which a lockdown does not bend, for every month at once.
    """
    x = monthly_degree_days(daily).reindex(values.index).diff(SP)
    change = values.diff(SP)
    around = slope(values, daily.reindex(values.index)) * x
    error = change - around
    reach = HUBER * float(error.abs().median()) / 0.6745
    drawn_in = around + error.clip(-reach, reach)
    product, square = ((part * x).rolling(RESPONSE_MONTHS).sum() for part in (drawn_in, x))
    slopes = product / square
    usual = slopes.expanding(2 * SP).mean().shift(RESPONSE_MONTHS)
    off = slopes - usual

    def told() -> str:
        months = f"{values.index[-RESPONSE_MONTHS]} to {values.index[-1]}"
        now, then = (_signed(found.iloc[-1], log, unit) for found in (slopes, usual))
        return f"A hundred degree days made {now} in {months}; {then} before."

    return _check("response", off.abs(), until, told, lambda size: _sized(size, log, unit))


def _check(
    name: str,
    size: pd.Series,
    until: pd.Period,
    told: Callable[[], str],
    sized: Callable[[float], str],
) -> DriftCheck:
    """Hold the newest figure of a statistic to what it was in the historic months."""
    known = size.loc[: min(until, size.index[-1] - SP)].dropna()
    figure = float(size.iloc[-1])
    if np.isnan(figure) or len(known) < LEAST:
        return _unmeasured(name, f"{len(known)} months of history tell; {LEAST} are needed")
    threshold = max(0.0, float(known.quantile(QUANTILE)))
    then = known.expanding(YARDSTICK).quantile(QUANTILE).clip(lower=0.0).shift(SP).dropna()
    alarms = known.loc[then.index] > then
    normal = (
        f"In {QUANTILE:.0%} of the {len(known)} months from {known.index[0]} to {known.index[-1]} "
        f"it was no more than {sized(threshold)}; judged as it went, it would have alarmed in "
        f"{alarms.sum()} of {len(alarms)} months."
    )
    return DriftCheck(
        name, figure, threshold, figure > threshold, float(alarms.mean()), f"{told()} {normal}"
    )


def _unmeasured(name: str, why: str) -> DriftCheck:
    return DriftCheck(name, None, 0.0, False, 0.0, f"Not measured: {why.rstrip('.')}.")


def _gapless(series: pd.Series) -> pd.Series:
    """The months since the last gap, up to the last figure."""
    known = series.loc[series.first_valid_index() : series.last_valid_index()].astype(float)
    gaps = known.index[known.isna()]
    return known.loc[gaps[-1] + 1 :] if len(gaps) else known


def _year(series: pd.Series) -> str:
    return f"{series.index[-SP]} to {series.index[-1]}"


def _signed(value: float, log: bool, unit: str) -> str:
    return f"{100 * value:+.1f}%" if log else f"{value:+.2f} {unit}"


def _sized(value: float, log: bool, unit: str) -> str:
    return f"{100 * value:.1f}%" if log else f"{value:.2f} {unit}"
