"""MonitorFlow's card, and the track record in a few lines."""

from __future__ import annotations

from typing import Any

from energy import charts
from energy.contract.months import months_after
from energy.contract.track_record import TRACKING_SIGNAL_LIMIT, RecordScore, TrackRecord
from energy.monitoring.calendar import due_on
from energy.reports.components import chart, markdown, table, titled

NOTHING_LIVE = (
    "Nothing is in service yet, so there is nothing to watch: run TrainFlow (make run), and this "
    "again once figures have come that it had not seen."
)


def summary_lines(record: TrackRecord | None) -> str:
    """What a run ends with."""
    if record is None:
        return NOTHING_LIVE
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
    month = months_after(max(record.cutoff, min(cutoffs, default=record.cutoff)), 1)
    return f"the first will be {month}, due on {due_on(month).isoformat()}"


def next_figures(record: TrackRecord) -> str:
    """When the next figures are due, and whether they are late."""
    due = record.next_due
    late = f", overdue by {due.overdue_days} days beyond its grace" if due.overdue_days else ""
    return f"Next figures: {due.month}, due on {due.due}{late}."


def score_sentence(score: RecordScore, unit: str) -> str:
    """A score in half a sentence."""
    return (
        f"MASE {score.mase:.2f} (seasonal naive {score.naive_mase:.2f}), mean error "
        f"{score.bias:+.2f} {unit}, {score.coverage80:.0%} inside the 80% interval"
    )


def lean_sentence(signal: float) -> str:
    """Whether a tracking signal says that the forecast leans."""
    if abs(signal) <= TRACKING_SIGNAL_LIMIT:
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
        f"{score_sentence(record.overall, record.unit)}."
    )


def _recent(record: TrackRecord) -> list[str]:
    told = []
    if record.recent:
        told.append(f"Of the last 12 months: {score_sentence(record.recent, record.unit)}.")
    if (signal := record.tracking_signal) is not None:
        told.append(f"Tracking signal {signal:+.1f}: {lean_sentence(signal)}.")
    return told


MOST_RELEASES = 24
"""Releases that the card lists, the newest; `track_record.json` has them all."""


def fill_monitor_card(card: Any, record: TrackRecord | None) -> None:
    """Fill the card; a store with nothing in service, or nothing to score, is told in words."""
    if record is None:
        markdown(card, "# Track record", NOTHING_LIVE)
        return
    markdown(card, f"# Track record: {titled(record.target)}", _standing(record))
    if record.overall is None:
        markdown(card, f"**Nothing to score yet:** {first_score(record)}.")
    else:
        _scores(card, record, record.overall)
    _drift(card, record)
    _releases(card, record)
    told = [f"- {note}" for note in record.notes]
    if record.unpublished:
        months = ", ".join(record.unpublished)
        told.append(f"- Forecast, but never published (the figures go beyond them): {months}.")
    if told:
        markdown(card, "## To know", "\n".join(told))


def _standing(record: TrackRecord) -> str:
    age = record.forecast_age_days
    service = (
        f"In service: `{record.release_id}`, {age} days old."
        if record.release_id
        else "Nothing is in service."
    )
    late = (
        f" Newer figures have been held for {record.release_overdue_days} days: **a new release "
        "is due.**"
        if record.release_overdue_days
        else ""
    )
    return (
        f"{service} Figures to {record.cutoff}, vintage `{record.vintage_id}`. "
        f"{next_figures(record)}{late}"
    )


def _scores(card: Any, record: TrackRecord, overall: RecordScore) -> None:
    rows = [_row("all, 1 to 12 months ahead", overall)]
    if record.recent:
        rows.append(_row("last 12 months published", record.recent))
    header = ["Scored", "Months", "MASE", "Naive", f"MAE, {record.unit}", "on first prints"]
    table(card, [*header, "MAPE", f"Bias, {record.unit}", "80% held", "95% held"], rows)
    signal = record.tracking_signal
    lean = (
        "The tracking signal needs four of the last 12 months forecast one month ahead."
        if signal is None
        else f"Tracking signal of the last 12 months, one month ahead: {signal:+.1f}, "
        f"{lean_sentence(signal)}."
    )
    markdown(
        card,
        f"{lean} *Naive* is the MASE of seasonal naive, told then, on the same months; *on first "
        "prints* is the error against the figure as it was first published.",
    )
    for draw in (
        charts.record_fans,
        charts.record_errors,
        charts.record_by_horizon,
        charts.record_coverage,
    ):
        chart(card, draw(record))
    if any(row.actual != row.first_print for row in record.rows):
        chart(card, charts.record_revisions(record))
    else:
        markdown(card, "No figure that was scored has been revised since it was first seen.")


def _row(name: str, score: RecordScore) -> list[str]:
    return [
        name,
        str(score.months),
        f"**{score.mase:.3f}**",
        f"{score.naive_mase:.3f}",
        f"{score.mae:.3f}",
        f"{score.first_print_mae:.3f}",
        "n/a" if score.mape is None else f"{score.mape:.2f}%",
        f"{score.bias:+.3f}",
        f"{score.coverage80:.0%}",
        f"{score.coverage95:.0%}",
    ]


def _drift(card: Any, record: TrackRecord) -> None:
    markdown(card, "## What goes in")
    rows = [
        [
            check.name,
            "" if check.figure is None else "**alarm**" if check.alarm else "normal",
            "" if check.figure is None else f"{check.figure:.3f}",
            "" if check.figure is None else f"{check.threshold:.3f}",
            "" if check.figure is None else f"{check.false_alarm_rate:.0%}",
            check.evidence,
        ]
        for check in record.drift
    ]
    table(card, ["Check", "", "Figure", "Threshold", "Alarmed before", "Evidence"], rows)
    markdown(card, "An alarm is for a person to look at: it starts nothing, the schedule does.")


def _releases(card: Any, record: TrackRecord) -> None:
    markdown(card, "## Releases that were in service")
    newest = record.releases[-MOST_RELEASES:]
    rows = [
        [
            f"`{one.release_id}`",
            one.promoted_at[:10],
            one.cutoff,
            titled(one.forecaster),
            str(one.score.months) if one.score else "0",
            f"{one.score.mase:.3f}" if one.score else "",
            f"{one.score.naive_mase:.3f}" if one.score else "",
        ]
        for one in reversed(newest)
    ]
    header = ["Release", "In service", "Data to", "Forecaster", "Months", "MASE", "Naive"]
    table(card, header, rows)
    if len(newest) < len(record.releases):
        markdown(card, f"The newest {len(newest)} of {len(record.releases)}.")
