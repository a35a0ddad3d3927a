"""The track record: every live forecast against the actual figures. `track_record.json`."""

from __future__ import annotations

from energy.contract.release import SCHEMA, Document

TRACKING_SIGNAL_LIMIT = 8.0
"""Forecasts are biased where the tracking signal is beyond plus or minus this."""


class ScoredMonth(Document, frozen=True):
    """One month of a release's forecast whose figure has been published since.

    Attributes:
        release_id: The release that forecast it.
        month: Such as 2022-08.
        horizon: Months after the release's cutoff.
        mean: Its forecast, in the unit; so are the bounds of its 80% and 95% intervals.
        naive: Forecast of seasonal naive: the last figure of that calendar month at the cutoff,
            before later revisions.
        scale: MASE's denominator at the cutoff, from the series before later revisions.
        first_print: The first published figure of the month; it never changes afterwards.
        first_vintage: Id of the vintage of that figure.
        actual: The figure in the newest vintage.
        counted: Whether the summaries count it: of several releases with one cutoff, they count the
            last that was live when the month was first scored.
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


class RecordScore(Document, frozen=True):
    """Scores of a set of months together, against the newest figures.

    Attributes:
        months: Number of months.
        mae: Mean absolute error, in the unit.
        naive_mae: Seasonal naive's, on the same months.
        mase: Mean absolute scaled error, on each cutoff's own scale.
        naive_mase: Seasonal naive's, on the same months.
        mape: Mean absolute error in per cent; None where a figure is zero.
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


class HorizonScore(Document, frozen=True):
    """The score of one horizon, in months ahead."""

    horizon: int
    score: RecordScore


class RecordedRelease(Document, frozen=True):
    """A release in the track record.

    Attributes:
        release_id: The release.
        created_at: When it was made, UTC.
        promoted_at: When it last became live, UTC.
        cutoff: Its last observed month.
        forecaster: Its champion.
        horizon: Number of months it forecast.
        score: Over its months that have been published since; None while there are none.
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


class Due(Document, frozen=True):
    """When the next figure is due.

    Attributes:
        month: The month of the figure.
        due: The expected date of its publication, ISO.
        overdue_days: Days past that date and its grace period; 0 until then.
    """

    month: str
    due: str
    overdue_days: int


class DriftCheck(Document, frozen=True):
    """One drift check of the data that the forecast is made from.

    Attributes:
        name: Such as `level`.
        figure: The measured value; None where there was nothing to measure.
        threshold: The check raises an alarm beyond it.
        alarm: Whether it does.
        false_alarm_rate: Share of the historical months in which it would have.
        evidence: One sentence: the figure, the months it is measured on, and the normal range.
    """

    name: str
    figure: float | None
    threshold: float
    alarm: bool
    false_alarm_rate: float
    evidence: str


class TrackRecord(Document, frozen=True):
    """How accurate the published forecasts have been.

    Attributes:
        target: The series.
        unit: Of every figure.
        made_at: When this was written, UTC.
        vintage_id: The vintage of the newest figures.
        cutoff: Last month with a figure.
        release_id: The live release; None while there is none.
        forecast_age_days: Its age in whole days; None while there is none.
        releases: Those that were ever live, oldest cutoff first.
        rows: Their months with a figure, by release and month.
        overall: Score of all that counts, 1 to 12 months ahead; None while there is nothing to
            score.
        recent: Score of the last 12 published months, 1 to 12 months ahead; None as above.
        by_horizon: Scores by months ahead, as far as any forecast reaches.
        tracking_signal: Sum of errors over their mean absolute size, one month ahead, over the last
            12 months; see TRACKING_SIGNAL_LIMIT. None with fewer than 4 months.
        next_due: When the next figure is due.
        unpublished: Months that were forecast, lie before the cutoff, and have no figure.
        drift: Checks of the data.
        notes: Other remarks, in sentences.
        release_overdue_days: Days for which figures newer than those of the live release have been
            in the archive without a new release; 0 if there are none.
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
