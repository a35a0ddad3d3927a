"""The track record: every live forecast against the actual figures. `track_record.json`."""

from __future__ import annotations

from energy.contract.release import SCHEMA, Document

TRACKING_SIGNAL_LIMIT = 8.0
"""Forecasts are biased where the tracking signal is beyond plus or minus this."""


class ScoredMonth(Document, frozen=True):
    """One month of a release's forecast whose figure has been published since.

    Figures are in the unit. `naive` (seasonal naive) and `scale` (MASE's denominator) are from the
    series as it was at the release's cutoff. Of several releases with one cutoff, the last that was
    live when the month was first scored is `counted` in the summaries.
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
    first_print: float  # the first published figure, which never changes
    first_vintage: str
    actual: float  # in the newest vintage
    counted: bool = True


class RecordScore(Document, frozen=True):
    """Scores of a set of months together, in the unit, against the newest figures.

    Seasonal naive is scored on the same months, MASE on each cutoff's own scale.
    """

    months: int
    mae: float
    naive_mae: float
    mase: float
    naive_mase: float
    mape: float | None  # in per cent; None where a figure is zero
    coverage80: float  # share of figures inside the interval
    coverage95: float
    bias: float  # mean of forecast less actual
    first_print_mae: float


class HorizonScore(Document, frozen=True):
    """The score of one horizon, in months ahead."""

    horizon: int
    score: RecordScore


class RecordedRelease(Document, frozen=True):
    """A release in the track record, and its score over the months published since."""

    release_id: str
    created_at: str
    promoted_at: str
    cutoff: str
    forecaster: str
    horizon: int
    score: RecordScore | None = None
    trouble: str = ""  # why it cannot be scored


class Due(Document, frozen=True):
    """When the figure of a month is due, and the days past that date and its grace period."""

    month: str
    due: str
    overdue_days: int


class DriftCheck(Document, frozen=True):
    """One drift check of the data: an alarm if `figure` is beyond `threshold`.

    `false_alarm_rate` is the share of the historical months that would have raised it.
    """

    name: str
    figure: float | None
    threshold: float
    alarm: bool
    false_alarm_rate: float
    evidence: str  # a sentence: the figure, its months, and the normal range


class TrackRecord(Document, frozen=True):
    """How accurate the published forecasts have been, as far as months have been published."""

    target: str
    unit: str
    made_at: str
    vintage_id: str
    cutoff: str
    release_id: str | None
    forecast_age_days: int | None
    releases: tuple[RecordedRelease, ...]
    rows: tuple[ScoredMonth, ...]
    overall: RecordScore | None  # all that counts, 1 to 12 months ahead
    recent: RecordScore | None  # the last 12 published months, 1 to 12 months ahead
    by_horizon: tuple[HorizonScore, ...]
    tracking_signal: float | None
    """Sum of errors over their mean absolute size, one month ahead, over the last 12 months; None
    with fewer than 4 months."""
    next_due: Due
    unpublished: tuple[str, ...] = ()  # forecast, before the cutoff, and without a figure
    drift: tuple[DriftCheck, ...] = ()
    notes: tuple[str, ...] = ()
    release_overdue_days: int = 0
    """Days for which newer figures have been in the archive without a new release."""
    schema: int = SCHEMA
