"""What-ifs: which months and weather to ask about, and how far off the forecast it leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from energy.contract import Forecast, ForecastRequest, Sensitivity, Weather, WeatherFacts
from energy.contract.months import calendar_month, months_after, months_between

COLD = (10, 11, 12, 1, 2, 3)
"""Calendar months of a winter."""
REACH = 5
"""Degrees Celsius to either side that the app asks about."""


@dataclass(frozen=True, slots=True)
class Change:
    """How far a what-if is from the central forecast, all its months together.

    Attributes:
        energy: What is added, in the answers' unit.
        low: Lower end of its 80% band: what the weather does is an estimate.
        high: Upper end.
        central: What is expected without it.
    """

    energy: float
    low: float
    high: float
    central: float


def open_months(answer: Forecast, count: int = 12) -> tuple[str, ...]:
    """The months of the year ahead whose weather is not out yet."""
    return tuple(row.month for row in answer.months[:count] if row.weather == "expected")


def warmer(months: Sequence[str], degrees: float) -> ForecastRequest:
    """Ask for months that are all warmer (above zero) or colder by so many degrees Celsius."""
    return ForecastRequest(months=tuple(months), weather=Weather(temperature_change=degrees))


def winters(facts: WeatherFacts) -> dict[str, float]:
    """Past winters, newest first, such as `2010/11`, with their mean daily degree days."""
    found = {}
    last = months_after(facts.first_month, len(facts.degree_days) - 1)
    for year in range(int(last[:4]), int(facts.first_month[:4]) - 1, -1):
        days = [_held(facts, f"{year + (month < 7)}-{month:02d}") for month in COLD]
        known = [value for value in days if value is not None]
        if len(known) == len(COLD):
            found[f"{year}/{(year + 1) % 100:02d}"] = sum(known) / len(known)
    return found


def past_winter(months: Sequence[str], facts: WeatherFacts, winter: str) -> ForecastRequest | None:
    """Ask for the next winter in the weather of a past one, such as `2010/11`.

    Returns:
        The question, or None if no winter month is among `months`.
    """
    cold = [month for month in months if calendar_month(month) + 1 in COLD]
    if not cold:
        return None
    began = int(winter[:4])
    path = {
        month: _held(facts, f"{began + (calendar_month(month) < 6)}-{month[5:]}") or 0.0
        for month in cold
    }
    return ForecastRequest(months=tuple(path), weather=Weather(degree_days=path))


def degrees_of(asked: ForecastRequest, facts: WeatherFacts) -> dict[str, float]:
    """How much warmer than normal each month of a what-if is, in degrees Celsius."""
    weather = asked.weather or Weather()
    if weather.degree_days is None:
        return dict.fromkeys(asked.months, weather.temperature_change or 0.0)
    return {
        month: (days - facts.normal[calendar_month(month)])
        / facts.degree_days_per_degree[calendar_month(month)]
        for month, days in weather.degree_days.items()
    }


def compare(
    central: Forecast, given: Forecast, seasons: Sequence[Sensitivity], degrees: Mapping[str, float]
) -> Change:
    """The difference, with the band that the estimate of the weather's effect has.

    A season's effect is estimated once, so that its error is the same in all its months and adds
    up over them; seasons are taken to err the same way.

    Args:
        central: The months of `given` in the weather to be expected; others do not count.
        given: The what-if.
        seasons: The estimated effects, with their standard errors.
        degrees: How much warmer each month is.
    """
    expected = {row.month: row.mean for row in central.months}
    added = {row.month: row.mean - expected[row.month] for row in given.months}
    errors = {month: one.standard_error for one in seasons for month in one.months}
    width = NormalDist().inv_cdf(0.9) * sum(
        errors.get(calendar_month(month) + 1, 0.0) * abs(degrees[month]) for month in added
    )
    total = sum(added.values())
    return Change(total, total - width, total + width, sum(expected[month] for month in added))


def _held(facts: WeatherFacts, month: str) -> float | None:
    """Degree days of a month, or None if they are not known."""
    place = months_between(facts.first_month, month)
    return facts.degree_days[place] if 0 <= place < len(facts.degree_days) else None
