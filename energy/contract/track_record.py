"""The track record: every live forecast against what came. `track_record.json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from energy.contract.release import SCHEMA

LEANS = 8.0
"""Size of the tracking signal beyond which a forecast leans."""


@dataclass(frozen=True, slots=True)
class ScoredMonth:
    """One month of one release's forecast whose figure has been published since.

    Attributes:
        release_id: Whose forecast.
        month: Such as 2022-08.
        horizon: Months after the release's cutoff.
        mean: What it had forecast, in the unit; the bounds likewise.
        lower80: Of its 80% interval.
        upper80: Of its 80% interval.
        lower95: Of its 95% interval.
        upper95: Of its 95% interval.
        naive: What seasonal naive said then: the last figure of that calendar month known at the
            cutoff, as known then.
        scale: MASE's denominator at the cutoff, from the series as known then.
        first_print: The first figure that was seen for the month; never changed afterwards.
        first_vintage: Id of the vintage it stood in.
        actual: The figure in the newest vintage.
        counted: Whether the summaries count it: of several releases with one cutoff, the one that
            was in service last when the month was first scored.
    """

    release_id: str
    month: str
    horizon: int
    mean: float
    lower80: float
    upper80: float
    lower95: float
    upper95: float
    naive: float
    scale: float
    first_print: float
    first_vintage: str
    actual: float
    counted: bool = True


@dataclass(frozen=True, slots=True)
class RecordScore:
    """How some scored months went, taken together, against the newest figures.

    Attributes:
        months: How many.
        mae: Mean absolute error, in the unit.
        naive_mae: Of seasonal naive, on the same months.
        mase: Mean absolute scaled error, on each cutoff's own scale.
        naive_mase: Of seasonal naive, on the same months.
        mape: In per cent; None where a figure is zero.
        coverage80: Share of figures inside the 80% interval.
        coverage95: Share inside the 95% interval.
        bias: Mean of forecast less actual, in the unit: above zero, forecasts were too high.
        first_print_mae: Mean absolute error against first prints, in the unit.
    """

    months: int
    mae: float
    naive_mae: float
    mase: float
    naive_mase: float
    mape: float | None
    coverage80: float
    coverage95: float
    bias: float
    first_print_mae: float


@dataclass(frozen=True, slots=True)
class HorizonScore:
    """The score of one horizon, in months ahead."""

    horizon: int
    score: RecordScore


@dataclass(frozen=True, slots=True)
class RecordedRelease:
    """A release in the record.

    Attributes:
        release_id: It.
        created_at: When it was made, UTC.
        promoted_at: When it was last put in service, UTC.
        cutoff: Its last observed month.
        forecaster: Its champion.
        horizon: How many months it forecast.
        score: Of its months that have been published since; None while there are none.
        trouble: Why it cannot be scored, or ''.
    """

    release_id: str
    created_at: str
    promoted_at: str
    cutoff: str
    forecaster: str
    horizon: int
    score: RecordScore | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """The next figure that is to be published.

    Attributes:
        month: Which month's.
        due: Date on which it is expected, ISO.
        overdue_days: Days past that date and its grace; 0 until then.
    """

    month: str
    due: str
    overdue_days: int


@dataclass(frozen=True, slots=True)
class DriftCheck:
    """One check of what goes into the forecast.

    Attributes:
        name: Such as `level`.
        figure: What was measured; None where there was nothing to measure.
        threshold: Beyond it the check alarms.
        alarm: Whether it does.
        false_alarm_rate: Share of the historic months on which it would have alarmed.
        evidence: In a sentence: the figure, the months it rests on, and what is normal.
    """

    name: str
    figure: float | None
    threshold: float
    alarm: bool
    false_alarm_rate: float
    evidence: str


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """How published forecasts fared, as it stands.

    Attributes:
        target: The series.
        unit: Of every figure.
        made_at: When this was written, UTC.
        vintage_id: The vintage whose figures are the newest.
        cutoff: Last month with a figure.
        release_id: The release in service; None while there is none.
        forecast_age_days: Whole days since it was made; None while there is none.
        releases: Those that were ever in service, oldest cutoff first.
        rows: Their months with a figure, by release and month.
        overall: Score of all that counts, 1 to 12 months ahead; None while there is nothing to
            score.
        recent: Score of the last 12 months published, 1 to 12 months ahead; None likewise.
        by_horizon: Scores by months ahead, as far as any forecast reaches.
        tracking_signal: Sum of errors over their mean absolute size, one month ahead, over the last
            12 months: beyond +-8 the forecast leans; None with fewer than 4 months.
        next_due: The next figure to come.
        unpublished: Months that were forecast, lie before the cutoff, and have no figure.
        drift: Checks of what goes in.
        notes: What else is to be known, in sentences.
        release_overdue_days: Days since figures newer than those that the release in service was
            made from have been held: for so long a new release has been due; 0 where it has them.
    """

    target: str
    unit: str
    made_at: str
    vintage_id: str
    cutoff: str
    release_id: str | None
    forecast_age_days: int | None
    releases: tuple[RecordedRelease, ...]
    rows: tuple[ScoredMonth, ...]
    overall: RecordScore | None
    recent: RecordScore | None
    by_horizon: tuple[HorizonScore, ...]
    tracking_signal: float | None
    next_due: Due
    unpublished: tuple[str, ...] = ()
    drift: tuple[DriftCheck, ...] = ()
    notes: tuple[str, ...] = ()
    release_overdue_days: int = 0
    schema: int = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TrackRecord:
        """The inverse of `to_dict`."""
        releases = (
            RecordedRelease(**{**row, "score": _score(row["score"])}) for row in data["releases"]
        )
        by_horizon = (
            HorizonScore(row["horizon"], RecordScore(**row["score"])) for row in data["by_horizon"]
        )
        return cls(
            **{
                **data,
                "releases": tuple(releases),
                "rows": tuple(ScoredMonth(**row) for row in data["rows"]),
                "overall": _score(data["overall"]),
                "recent": _score(data["recent"]),
                "by_horizon": tuple(by_horizon),
                "next_due": Due(**data["next_due"]),
                "unpublished": tuple(data["unpublished"]),
                "drift": tuple(DriftCheck(**row) for row in data["drift"]),
                "notes": tuple(data["notes"]),
            }
        )


def _score(data: dict[str, Any] | None) -> RecordScore | None:
    return None if data is None else RecordScore(**data)
