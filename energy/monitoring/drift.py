"""Drift checks: does the newest data still look like the training data?

Each of the four checks computes a statistic for every month from about the twelve months up to it,
relative to the years before. The threshold is the quantile QUANTILE of the statistic over the
historic months: those in the training data that end before the tested year begins. The false alarm
rate is measured out of sample: the share of historic months that would have alarmed with the
threshold known twelve months before each. It includes true alarms (2009).

Figures are those of the newest vintage, revisions included. The effect of weather is removed from
the series with one response for all years (`weather_effect`), so a mild winter is not drift. Past
events become part of the normal range. Positive series use logarithms: 0.01 is about one per cent.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from energy.contract.track_record import DriftCheck
from energy.errors import MissingWeather
from energy.forecasting.folds import SP, is_positive
from energy.forecasting.weather import daily_degree_days, monthly_degree_days, slope, weather_effect
from energy.formatting import format_amount, format_change, format_percent, format_share

QUANTILE = 0.98
FEWEST_FOR_THRESHOLD = 60
"""Months that a threshold needs."""
FEWEST_MONTHS = FEWEST_FOR_THRESHOLD + 3 * SP
"""Historic months that a check needs: the false alarm rate then covers two years or more."""
TREND_YEARS = 3
SHAPE_YEARS = 5
RESPONSE_MONTHS = 36
WEATHER_YEARS = 10
"""Years of a calendar month that a check of its weather needs."""
HUBER = 1.345
"""Robust standard deviations beyond which an error has no more influence (Huber 1964,
doi:10.1214/aoms/1177703732).
"""


def check_drift(
    frame: pd.DataFrame, target: str, unit: str, trained_to: str
) -> tuple[DriftCheck, ...]:
    """Check level, seasonality, weather and response at the newest month of the monthly frame.

    `trained_to` is the last month in the training data of the live release.
    """
    until = pd.Period(trained_to, "M")
    y = _after_last_gap(frame[target])
    weather = frame.reindex(columns=["temperature", "degree_days"])  # a CSV may have neither
    log = is_positive(y)
    values = np.log(y) if log else y
    effect = weather_effect(y, weather, log)
    adjusted = values - effect.reindex(y.index).fillna(0.0)
    series_checks = (level(adjusted, log, unit, until), seasonality(adjusted, log, unit, until))
    try:
        daily = daily_degree_days(weather)
    except MissingWeather as error:
        reason = str(error) if weather.notna().to_numpy().any() else "the data have no weather"
        return *series_checks, _not_measured("weather", reason), _not_measured("response", reason)
    return (
        *series_checks,
        unseen_weather(daily, until),
        response(values, daily, log, unit, until),
    )


def level(adjusted: pd.Series, log: bool, unit: str, until: pd.Period) -> DriftCheck:
    """The sum of the last twelve months, relative to the trend of the three years before."""
    sums = (np.exp(adjusted) if log else adjusted).rolling(SP).sum()
    scale = np.log(sums) if log else sums
    per_year = (scale.shift(SP) - scale.shift(SP * (1 + TREND_YEARS))) / TREND_YEARS
    expected = scale.shift(SP) + per_year
    difference = scale - expected

    def evidence() -> str:
        trend = np.exp(expected.iloc[-1]) if log else expected.iloc[-1]
        return (
            f"{_last_year(sums)} sum to {format_amount(sums.iloc[-1], unit, 1)} in normal weather; "
            f"the trend of the {TREND_YEARS} years before gives {format_amount(trend, digits=1)}: "
            f"{_change(difference.iloc[-1], log, unit)}."
        )

    return _check("level", difference.abs(), until, evidence, lambda x: _size(x, log, unit))


def seasonality(adjusted: pd.Series, log: bool, unit: str, until: pd.Period) -> DriftCheck:
    """The shape of the last twelve months, relative to that of the five years before."""
    months = pd.DataFrame({lag: adjusted.shift(lag) for lag in range(SP)})
    shape = months.sub(months.mean(axis="columns", skipna=False), axis="index")
    expected = sum(shape.shift(SP * year) for year in range(1, SHAPE_YEARS + 1)) / SHAPE_YEARS
    difference = shape - expected
    size = np.sqrt((difference**2).mean(axis="columns", skipna=False))

    def evidence() -> str:
        newest = difference.iloc[-1]
        lag = int(newest.abs().to_numpy().argmax())
        return (
            f"{_last_year(adjusted)} differ by {_size(size.iloc[-1], log, unit)} from the seasonal "
            f"shape of the {SHAPE_YEARS} years before, most in {adjusted.index[-1] - lag} "
            f"({_change(newest.iloc[lag], log, unit)})."
        )

    return _check("seasonality", size, until, evidence, lambda x: _size(x, log, unit))


def unseen_weather(daily: pd.Series, until: pd.Period) -> DriftCheck:
    """How far the newest month lies outside the range of its calendar month."""
    calendar = pd.PeriodIndex(daily.index).month
    by_month = daily.groupby(calendar)
    highest = by_month.cummax().groupby(calendar).shift()
    lowest = by_month.cummin().groupby(calendar).shift()
    years = by_month.cumcount()
    beyond = pd.concat([daily - highest, lowest - daily], axis="columns").max(axis="columns")

    def evidence() -> str:
        return (
            f"{daily.index[-1]} had {daily.iloc[-1]:.2f} degree days a day; in the "
            f"{years.iloc[-1]} years before, that calendar month had {lowest.iloc[-1]:.2f} to "
            f"{highest.iloc[-1]:.2f}."
        )

    outside = beyond.where(years >= WEATHER_YEARS)
    return _check("weather", outside, until, evidence, lambda x: f"{x:.2f} deg C outside")


def response(
    values: pd.Series, daily: pd.Series, log: bool, unit: str, until: pd.Period
) -> DriftCheck:
    """The effect of a hundred degree days in the last three years, relative to all years before.

    Least squares of year-on-year changes on those of the degree days in a rolling window. Changes
    far from the response of the full series are clipped, which is one step of Huber's estimator, so
    that a lockdown does not bend the slope.
    """
    x = monthly_degree_days(daily).reindex(values.index).diff(SP)
    change = values.diff(SP)
    fitted = slope(values, daily.reindex(values.index)) * x
    error = change - fitted
    limit = HUBER * float(error.abs().median()) / 0.6745
    clipped = fitted + error.clip(-limit, limit)
    product, square = ((part * x).rolling(RESPONSE_MONTHS).sum() for part in (clipped, x))
    slopes = product / square
    expected = slopes.expanding(2 * SP).mean().shift(RESPONSE_MONTHS)

    def evidence() -> str:
        months = f"{values.index[-RESPONSE_MONTHS]} to {values.index[-1]}"
        now, before = (_change(part.iloc[-1], log, unit) for part in (slopes, expected))
        return f"The effect of a hundred degree days was {now} in {months} and {before} before."

    size = (slopes - expected).abs()
    return _check("response", size, until, evidence, lambda x: _size(x, log, unit))


def _check(
    name: str,
    size: pd.Series,
    until: pd.Period,
    evidence: Callable[[], str],
    write_size: Callable[[float], str],
) -> DriftCheck:
    """Compare the newest value of a statistic with the historic months."""
    history = size.loc[: min(until, size.index[-1] - SP)].dropna()
    figure = float(size.iloc[-1])
    if len(history) < FEWEST_MONTHS:
        return _not_measured(name, f"{len(history)} historic months; {FEWEST_MONTHS} are needed")
    if np.isnan(figure):
        return _not_measured(name, "the newest month has no figure to compare")
    threshold = max(0.0, float(history.quantile(QUANTILE)))
    thresholds = history.expanding(FEWEST_FOR_THRESHOLD).quantile(QUANTILE).clip(lower=0.0)
    thresholds = thresholds.shift(SP).dropna()
    alarms = history.loc[thresholds.index] > thresholds
    normal = (
        f"In {format_share(QUANTILE)} of the {len(history)} months from {history.index[0]} to "
        f"{history.index[-1]} it was at most {write_size(threshold)}; it would have alarmed in "
        f"{alarms.sum()} of {len(alarms)} months."
    )
    return DriftCheck(
        name, figure, threshold, figure > threshold, float(alarms.mean()), f"{evidence()} {normal}"
    )


def _not_measured(name: str, reason: str) -> DriftCheck:
    return DriftCheck(name, None, 0.0, False, 0.0, f"Not measured: {reason.rstrip('.')}.")


def _after_last_gap(series: pd.Series) -> pd.Series:
    """The months after the last gap, up to the last figure."""
    figures = series.loc[series.first_valid_index() : series.last_valid_index()].astype(float)
    gaps = figures.index[figures.isna()]
    return figures.loc[gaps[-1] + 1 :] if len(gaps) else figures


def _last_year(series: pd.Series) -> str:
    return f"{series.index[-SP]} to {series.index[-1]}"


def _change(value: float, log: bool, unit: str) -> str:
    return format_change(100 * value, "%", 1) if log else format_change(value, unit)


def _size(value: float, log: bool, unit: str) -> str:
    return format_percent(100 * value, 1) if log else format_amount(value, unit, 2)
