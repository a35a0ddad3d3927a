"""Forecasts: what a caller gets, traceable to a release."""

from __future__ import annotations

from typing import Annotated, Literal

from energy.contract.release import Document, doc

RELEASE_HEADER = "x-release-id"
"""The HTTP header that names the release of an answer; stored documents do not name it."""
TWH_PER_MTOE = 11.63
"""Terawatt hours in a million tonnes of oil equivalent, by definition."""

Tier = Literal["table", "champion"]
"""Where a forecast comes from: the published table, or the fitted champion."""
WeatherBasis = Literal["expected", "observed", "given"]
"""The weather of a month: expected, already published, or from the caller's scenario."""
ScenarioMethod = Literal["champion", "sensitivity"]
"""What answered a weather scenario: a champion that uses weather, or the published sensitivity."""


class Interval(Document, frozen=True):
    """The range that contains the outcome with probability `coverage`."""

    coverage: Annotated[float, doc("As requested, in (0, 1).")]
    lower: Annotated[float, doc("In the release's unit.")]
    upper: Annotated[float, doc("In the release's unit.")]


class MonthAhead(Document, frozen=True):
    """The forecast of one month."""

    month: Annotated[str, doc("Such as 2022-08.")]
    horizon: Annotated[int, doc("Months after the cutoff, 1 for the first.")]
    mean: Annotated[float, doc("The median forecast, in the release's unit.")]
    intervals: Annotated[
        tuple[Interval, ...], doc("One for each coverage, in the order of the request.")
    ]
    weather: Annotated[
        WeatherBasis, doc("Expected, already published (observed), or given in the request.")
    ]


class Forecast(Document, frozen=True, omit_defaults=True):
    """The answer to a ForecastRequest."""

    release_id: Annotated[str, doc("The release that answered; /v1/release describes it.")]
    created_at: Annotated[str, doc("When that release was published, UTC.")]
    target: Annotated[str, doc("The series.")]
    unit: Annotated[str, doc("Unit of the mean and of the intervals.")]
    cutoff: Annotated[
        str, doc("The last month with a figure, in the release or in the observations.")
    ]
    forecaster: Annotated[str, doc("Name of the forecaster.")]
    tier: Annotated[Tier, doc("Where it comes from: the published table, or the fitted champion.")]
    stale: Annotated[bool, doc("Whether a newer release may be live that cannot be read now.")]
    months: Annotated[tuple[MonthAhead, ...], doc("In ascending order.")]
    scenario_method: Annotated[
        ScenarioMethod | None,
        doc("What answered a weather scenario: the champion, or the published sensitivity."),
    ] = None
