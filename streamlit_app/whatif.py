"""Weather scenarios: their requests, and their difference from the central forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from energy.contract import Forecast, ForecastRequest, Sensitivity, Weather, WeatherFacts
from energy.contract.months import calendar_month, months_after, months_between

WINTER_MONTHS = (10, 11, 12, 1, 2, 3)
MAX_DEGREES = 5
"""Degrees Celsius to either side that the app offers."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A scenario less the central forecast of its months, in all and with its 80% interval."""

    energy: float
    low: float
    high: float
    central: float


def open_months(forecast: Forecast, count: int = 12) -> tuple[str, ...]:
    """Those of the first `count` months whose weather is not published yet."""
    return tuple(row.month for row in forecast.months[:count] if row.weather == "expected")


def temperature_request(months: Sequence[str], degrees: float) -> ForecastRequest:
    """The request for months that are all warmer, or colder below zero, by degrees Celsius."""
    return ForecastRequest(months=tuple(months), weather=Weather(temperature_change=degrees))


def winters(facts: WeatherFacts) -> dict[str, float]:
    """Past winters, newest first, such as `2010/11`, with their mean daily degree days."""
    means = {}
    last = months_after(facts.first_month, len(facts.degree_days) - 1)
    for year in range(int(last[:4]), int(facts.first_month[:4]) - 1, -1):
        months = (f"{year + (month < 7)}-{month:02d}" for month in WINTER_MONTHS)
        days = [value for month in months if (value := _degree_days(facts, month)) is not None]
        if len(days) == len(WINTER_MONTHS):
            means[f"{year}/{(year + 1) % 100:02d}"] = sum(days) / len(days)
    return means


def winter_request(
    months: Sequence[str], facts: WeatherFacts, winter: str
) -> ForecastRequest | None:
    """The request for the winter in `months`, if any, in the weather of a past one (`2010/11`)."""
    cold = [month for month in months if calendar_month(month) + 1 in WINTER_MONTHS]
    if not cold:
        return None
    year = int(winter[:4])
    path = {
        month: _degree_days(facts, f"{year + (calendar_month(month) < 6)}-{month[5:]}") or 0.0
        for month in cold
    }
    return ForecastRequest(months=tuple(path), weather=Weather(degree_days=path))


def degrees_warmer(request: ForecastRequest, facts: WeatherFacts) -> dict[str, float]:
    """Degrees Celsius by which each month of a scenario is warmer than normal."""
    weather = request.weather or Weather()
    if weather.degree_days is None:
        return dict.fromkeys(request.months, weather.temperature_change or 0.0)
    return {
        month: (days - facts.normal[calendar_month(month)])
        / facts.degree_days_per_degree[calendar_month(month)]
        for month, days in weather.degree_days.items()
    }


def compare(
    central: Forecast,
    changed: Forecast,
    seasons: Sequence[Sensitivity],
    degrees: Mapping[str, float],
) -> Difference:
    """The difference of a scenario, with the 80% interval of the estimated weather effect.

    A season has one estimate, so that its error is the same in all its months and adds up over
    them; all seasons are taken to err in the same direction. Warmer `degrees` are above 0.
    """
    expected = {row.month: row.mean for row in central.months}
    differences = {row.month: row.mean - expected[row.month] for row in changed.months}
    errors = {month: season.standard_error for season in seasons for month in season.months}
    width = NormalDist().inv_cdf(0.9) * sum(
        errors.get(calendar_month(month) + 1, 0.0) * abs(degrees[month]) for month in differences
    )
    total = sum(differences.values())
    return Difference(
        total, total - width, total + width, sum(expected[month] for month in differences)
    )


def _degree_days(facts: WeatherFacts, month: str) -> float | None:
    """Degree days of a month, or None outside the months of the facts."""
    place = months_between(facts.first_month, month)
    return facts.degree_days[place] if 0 <= place < len(facts.degree_days) else None
