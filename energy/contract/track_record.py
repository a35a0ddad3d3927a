"""The track record: every live forecast against the actual figures. `track_record.json`."""

from __future__ import annotations

from energy.contract.release import SCHEMA, Document

TRACKING_SIGNAL_LIMIT = 8.0
"""Forecasts are biased where the tracking signal is beyond plus or minus this."""


class ScoredMonth(Document, frozen=True):
    """One month of a release's forecast whose figure has been published since."""

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
    """Scores of a set of months together, against the newest figures."""

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
    """A release in the track record."""

    release_id: str
    created_at: str
    promoted_at: str
    cutoff: str
    forecaster: str
    horizon: int
    score: RecordScore | None = None
    trouble: str = ""


class Due(Document, frozen=True):
    """When the next figure is due."""

    month: str
    due: str
    overdue_days: int


class DriftCheck(Document, frozen=True):
    """One drift check of the data that the forecast is made from."""

    name: str
    figure: float | None
    threshold: float
    alarm: bool
    false_alarm_rate: float
    evidence: str


class TrackRecord(Document, frozen=True):
    """How accurate the published forecasts have been."""

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
