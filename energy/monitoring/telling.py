"""A track record in a few lines, for whoever runs MonitorFlow."""

from __future__ import annotations

from energy.contract.months import after
from energy.contract.record import LEANS, RecordScore, TrackRecord
from energy.monitoring.due import due_on

NOTHING_IN_SERVICE = (
    "Nothing is in service yet, so there is nothing to watch: run TrainFlow (make run), and this "
    "again once figures have come that it had not seen."
)


def closing(record: TrackRecord | None) -> str:
    """What a run ends with."""
    if record is None:
        return NOTHING_IN_SERVICE
    lines = [_scored(record), *_recent(record)]
    alarms = [one for one in record.drift if one.alarm]
    lines += [f"Drift, {one.name}: {one.evidence}" for one in alarms]
    if record.release_overdue_days:
        lines.append(
            f"Figures newer than the release in service have been held for "
            f"{record.release_overdue_days} days: train and publish anew."
        )
    return "\n".join([*lines, next_figures(record), *record.notes])


def first_score(record: TrackRecord) -> str:
    """Which figure will be the first that a forecast is held to, and when it is due."""
    cutoffs = [one.cutoff for one in record.releases if one.cutoff and not one.trouble]
    month = after(max(record.cutoff, min(cutoffs, default=record.cutoff)), 1)
    return f"the first will be {month}, due on {due_on(month).isoformat()}"


def next_figures(record: TrackRecord) -> str:
    """When the next figures are due, and whether they are late."""
    due = record.next_due
    late = f", overdue by {due.overdue_days} days beyond its grace" if due.overdue_days else ""
    return f"Next figures: {due.month}, due on {due.due}{late}."


def in_words(score: RecordScore, unit: str) -> str:
    """A score in half a sentence."""
    return (
        f"MASE {score.mase:.2f} (seasonal naive {score.naive_mase:.2f}), mean error "
        f"{score.bias:+.2f} {unit}, {score.coverage80:.0%} inside the 80% interval"
    )


def leaning(signal: float) -> str:
    """Whether a tracking signal says that the forecast leans."""
    if abs(signal) <= LEANS:
        return "within what chance makes"
    return "forecasts are too high" if signal > 0 else "forecasts are too low"


def _scored(record: TrackRecord) -> str:
    if record.overall is None:
        return (
            "Nothing to score yet: no month that was forecast has a figure; "
            f"{first_score(record)}."
        )
    count = len(record.releases)
    return (
        f"Track record of {record.target}: {record.overall.months} months of {count} "
        f"release{'s' * (count != 1)} scored on figures to {record.cutoff}: "
        f"{in_words(record.overall, record.unit)}."
    )


def _recent(record: TrackRecord) -> list[str]:
    told = []
    if record.recent:
        told.append(f"Of the last 12 months: {in_words(record.recent, record.unit)}.")
    if (signal := record.tracking_signal) is not None:
        told.append(f"Tracking signal {signal:+.1f}: {leaning(signal)}.")
    return told
