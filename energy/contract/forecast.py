"""Forecasts: what a caller gets, traceable to a release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

RELEASE_HEADER = "x-release-id"
"""The HTTP header that tells which release an answer is from: documents do not say it."""
Tier = Literal["table", "champion"]
"""Who answered: the published table, or the fitted champion."""
WeatherBasis = Literal["expected", "observed", "given"]
"""What a month's weather is: to be expected, published already, or the caller's what-if."""
ScenarioMethod = Literal["champion", "sensitivity"]
"""How weather was answered for: by a champion that uses it, or by the published sensitivity."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The range that is to hold the outcome with probability `coverage`.

    Attributes:
        coverage: As asked for, in (0, 1).
        lower: In the release's unit.
        upper: In the release's unit.
    """

    coverage: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class MonthAhead:
    """The forecast of one month.

    Attributes:
        month: Such as 2022-08.
        horizon: Months after the cutoff, 1 for the first.
        mean: The forecast, in the release's unit; also the median of its distribution.
        intervals: One for each coverage asked for, in that order.
        weather: What the month's weather is: to be expected, published already, or given.
    """

    month: str
    horizon: int
    mean: float
    intervals: tuple[Interval, ...]
    weather: WeatherBasis


@dataclass(frozen=True, slots=True)
class Forecast:
    """The answer to a ForecastRequest.

    Attributes:
        release_id: The release that answered; /v1/release tells what it was made from.
        created_at: When that release was published, UTC.
        target: The series.
        unit: Of the mean and of the intervals.
        cutoff: Last month known: the release's, or the last of the observations given.
        forecaster: Name of the forecaster that made it.
        tier: Who answered: the published table, or the fitted champion.
        stale: Whether a newer release may be in service that cannot be read at the moment.
        months: In ascending order.
        scenario_method: Only for a weather scenario: the champion uses weather itself, or the
            published sensitivity was applied to its forecast.
    """

    release_id: str
    created_at: str
    target: str
    unit: str
    cutoff: str
    forecaster: str
    tier: Tier
    stale: bool
    months: tuple[MonthAhead, ...]
    scenario_method: ScenarioMethod | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        months = [
            {**_plain(row), "intervals": [_plain(one) for one in row.intervals]}
            for row in self.months
        ]
        answer = {**_plain(self), "months": months}
        if self.scenario_method is None:
            del answer["scenario_method"]
        return answer

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Forecast:
        """The inverse of `to_dict`, for a client."""
        months = tuple(
            MonthAhead(**{**row, "intervals": tuple(Interval(**one) for one in row["intervals"])})
            for row in data["months"]
        )
        return cls(**{**data, "months": months})


def _plain(record: Forecast | MonthAhead | Interval) -> dict[str, Any]:
    """Its fields by name: dataclasses.asdict copies all that is inside, and takes far longer."""
    return {name: getattr(record, name) for name in record.__slots__}


TWH_PER_MTOE = 11.63
"""Terawatt hours in a million tonnes of oil equivalent, by the definition of the latter."""
