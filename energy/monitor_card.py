"""MonitorFlow's card: how published forecasts fared, and whether anything has drifted."""

from __future__ import annotations

from typing import Any

from energy import charts
from energy.components import chart, table, titled, words
from energy.contract.record import RecordScore, TrackRecord
from energy.monitoring.telling import (
    NOTHING_IN_SERVICE,
    first_score,
    leaning,
    next_figures,
)

MOST_RELEASES = 24
"""Releases that the card lists, the newest; `track_record.json` has them all."""


def fill(card: Any, record: TrackRecord | None) -> None:
    """Fill the card; a store with nothing in service, or nothing to score, is told in words."""
    if record is None:
        words(card, "# Track record", NOTHING_IN_SERVICE)
        return
    words(card, f"# Track record: {titled(record.target)}", _standing(record))
    if record.overall is None:
        words(card, f"**Nothing to score yet:** {first_score(record)}.")
    else:
        _scores(card, record, record.overall)
    _drift(card, record)
    _releases(card, record)
    told = [f"- {note}" for note in record.notes]
    if record.unpublished:
        months = ", ".join(record.unpublished)
        told.append(f"- Forecast, but never published (the figures go beyond them): {months}.")
    if told:
        words(card, "## To know", "\n".join(told))


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
        f"{leaning(signal)}."
    )
    words(
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
        words(card, "No figure that was scored has been revised since it was first seen.")


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
    words(card, "## What goes in")
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
    words(card, "An alarm is for a person to look at: it starts nothing, the schedule does.")


def _releases(card: Any, record: TrackRecord) -> None:
    words(card, "## Releases that were in service")
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
        words(card, f"The newest {len(newest)} of {len(record.releases)}.")
