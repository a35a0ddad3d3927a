"""Forecasts: what a caller gets, traceable to a release."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from energy.contract.release import Document

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

    coverage: Annotated[float, Meta(description="As requested, in (0, 1).")]
    lower: Annotated[float, Meta(description="In the release's unit.")]
    upper: Annotated[float, Meta(description="In the release's unit.")]


class MonthAhead(Document, frozen=True):
    """The forecast of one month."""

    month: Annotated[str, Meta(description="Such as 2022-08.")]
    horizon: Annotated[int, Meta(description="Months after the cutoff, 1 for the first.")]
    mean: Annotated[
        float,
        Meta(
            description="The forecast, in the release's unit; also the median of its distribution."
        ),
    ]
    intervals: Annotated[
        tuple[Interval, ...],
        Meta(description="One for each requested coverage, in the order of the request."),
    ]
    weather: Annotated[
        WeatherBasis,
        Meta(
            description="The weather that the forecast assumes: expected, already published "
            "(observed), or given in the request."
        ),
    ]


class Forecast(Document, frozen=True, omit_defaults=True):
    """The answer to a ForecastRequest."""

    release_id: Annotated[
        str, Meta(description="The release that answered; /v1/release describes it.")
    ]
    created_at: Annotated[str, Meta(description="When that release was published, UTC.")]
    target: Annotated[str, Meta(description="The series.")]
    unit: Annotated[str, Meta(description="Unit of the mean and of the intervals.")]
    cutoff: Annotated[
        str,
        Meta(
            description="The last month with a figure: of the release, or of the observations in "
            "the request."
        ),
    ]
    forecaster: Annotated[str, Meta(description="Name of the forecaster.")]
    tier: Annotated[
        Tier,
        Meta(description="Where it comes from: the published table, or the fitted champion."),
    ]
    stale: Annotated[
        bool, Meta(description="Whether a newer release may be live that cannot be read now.")
    ]
    months: Annotated[tuple[MonthAhead, ...], Meta(description="In ascending order.")]
    scenario_method: Annotated[
        ScenarioMethod | None,
        Meta(
            description="Only for a weather scenario: the champion uses weather itself, or the "
            "published sensitivity was applied to its forecast."
        ),
    ] = None
