"""MonitorFlow's card, and its summary in a few lines."""

from __future__ import annotations

from typing import Any

from energy import charts
from energy.contract.months import months_after
from energy.contract.track_record import TRACKING_SIGNAL_LIMIT, RecordScore, TrackRecord
from energy.formatting import (
    format_amount,
    format_change,
    format_count,
    format_name,
    format_percent,
    format_score,
    format_share,
)
from energy.monitoring.calendar import due_on
from energy.reports.components import add_chart, add_table, add_text

NOTHING_LIVE = (
    "No release is live yet, so there is nothing to monitor. Run TrainFlow (make run), and "
    "MonitorFlow again once newer figures are published."
)
MOST_RELEASES = 24
"""Newest releases that the card lists; `track_record.json` has all."""


def summary_lines(record: TrackRecord | None) -> str:
    """The summary that a run prints."""
    if record is None:
        return NOTHING_LIVE
    if record.overall is None:
        overall = f"Nothing to score yet: no forecast month has a figure; {first_score(record)}."
    else:
        overall = (
            f"Track record of {record.target}: {format_count(record.overall.months, 'month')} of "
            f"{format_count(len(record.releases), 'release')} scored on figures to "
            f"{record.cutoff}: {score_sentence(record.overall, record.unit)}."
        )
    lines = [overall]
    if record.recent:
        lines.append(f"Last 12 months: {score_sentence(record.recent, record.unit)}.")
    if record.tracking_signal is not None:
        lines.append(f"{signal_sentence(record.tracking_signal)}.")
    lines += [f"Drift, {check.name}: {check.evidence}" for check in record.drift if check.alarm]
    if days := record.release_overdue_days:
        lines.append(
            f"Figures newer than the live release were stored {format_count(days, 'day')} ago: "
            "train and publish a new release."
        )
    return "\n".join([*lines, next_figures(record), *record.notes])


def first_score(record: TrackRecord) -> str:
    """Which month will be scored first, and when its figure is due."""
    cutoffs = [entry.cutoff for entry in record.releases if entry.cutoff and not entry.trouble]
    month = months_after(max(record.cutoff, min(cutoffs, default=record.cutoff)), 1)
    return f"the first will be {month}, due on {due_on(month).isoformat()}"


def next_figures(record: TrackRecord) -> str:
    """When the next figures are due, and how late they are."""
    due = record.next_due
    days = format_count(due.overdue_days, "day")
    late = f", overdue by {days} after the grace period" if due.overdue_days else ""
    return f"Next figures: {due.month}, due on {due.due}{late}."


def score_sentence(score: RecordScore, unit: str) -> str:
    """A score in words."""
    return (
        f"MASE {format_score(score.mase, 2)} (seasonal naive {format_score(score.naive_mase, 2)}), "
        f"bias {format_change(score.bias, unit)}, 80% interval coverage "
        f"{format_share(score.coverage80)}"
    )


def signal_sentence(signal: float) -> str:
    """A tracking signal, and whether it means that forecasts are biased."""
    meaning = "forecasts are too high" if signal > 0 else "forecasts are too low"
    if abs(signal) <= TRACKING_SIGNAL_LIMIT:
        meaning = "no bias beyond chance"
    return f"Tracking signal {format_change(signal, digits=1)}: {meaning}"


def fill_monitor_card(card: Any, record: TrackRecord | None) -> None:
    """Fill the card: scores, drift checks, live releases and notes, or why there are none."""
    if record is None:
        add_text(card, "# Track record", NOTHING_LIVE)
        return
    add_text(card, f"# Track record: {format_name(record.target)}", _status(record))
    if record.overall is None:
        add_text(card, f"**Nothing to score yet:** {first_score(record)}.")
    else:
        _add_scores(card, record, record.overall)
    _add_drift(card, record)
    _add_releases(card, record)
    notes = [f"- {note}" for note in record.notes]
    if record.unpublished:
        months = ", ".join(record.unpublished)
        notes.append(f"- Forecast but not published, although later months are: {months}.")
    if notes:
        add_text(card, "## Notes", "\n".join(notes))


def _status(record: TrackRecord) -> str:
    live = "No release is live."
    if record.release_id:
        age = format_count(record.forecast_age_days or 0, "day")
        live = f"Live release: `{record.release_id}`, {age} old."
    late = ""
    if days := record.release_overdue_days:
        late = f" Newer figures were stored {format_count(days, 'day')} ago: **train again.**"
    return (
        f"{live} Figures to {record.cutoff}, vintage `{record.vintage_id}`. "
        f"{next_figures(record)}{late}"
    )


def _add_scores(card: Any, record: TrackRecord, overall: RecordScore) -> None:
    unit, signal = record.unit, record.tracking_signal
    header = ["Scored", "Months", "MASE", "Naive MASE", f"MAE, {unit}", "First-print MAE"]
    header += ["MAPE", f"Bias, {unit}", "80% coverage", "95% coverage"]
    rows = [_score_row("1 to 12 months ahead", overall)]
    if record.recent:
        rows.append(_score_row("last 12 months", record.recent))
    add_table(card, header, rows)
    bias = "The tracking signal needs four of the last 12 months, forecast one month ahead."
    if signal is not None:
        bias = f"{signal_sentence(signal)} (last 12 months, one month ahead)."
    add_text(
        card,
        f"{bias} *Naive MASE* is that of seasonal naive on the same months, as it would have "
        "forecast at the time. *First prints* are the figures as first published. *Coverage* is "
        "the share of figures inside the interval.",
    )
    add_chart(card, charts.record_fans(record))
    add_chart(card, charts.record_errors(record))
    add_chart(card, charts.record_by_horizon(record))
    add_chart(card, charts.record_coverage(record))
    if any(row.actual != row.first_print for row in record.rows):
        add_chart(card, charts.record_revisions(record))
    else:
        add_text(card, "No scored figure has been revised since its first print.")


def _score_row(name: str, score: RecordScore) -> list[str]:
    return [
        name,
        str(score.months),
        f"**{format_score(score.mase)}**",
        format_score(score.naive_mase),
        format_amount(score.mae, digits=3),
        format_amount(score.first_print_mae, digits=3),
        format_percent(score.mape),
        format_change(score.bias, digits=3),
        format_share(score.coverage80),
        format_share(score.coverage95),
    ]


def _add_drift(card: Any, record: TrackRecord) -> None:
    add_text(card, "## Drift checks")
    header = ["Check", "Result", "Figure", "Threshold", "False alarm rate", "Evidence"]
    rows = []
    for check in record.drift:
        cells = ["", "", "", ""]
        if check.figure is not None:
            cells = [
                "**alarm**" if check.alarm else "normal",
                format_score(check.figure),
                format_score(check.threshold),
                format_share(check.false_alarm_rate),
            ]
        rows.append([check.name, *cells, check.evidence])
    add_table(card, header, rows)
    add_text(card, "An alarm asks a person to look; it starts nothing.")


def _add_releases(card: Any, record: TrackRecord) -> None:
    add_text(card, "## Live releases, past and present")
    newest, rows = record.releases[-MOST_RELEASES:], []
    for entry in reversed(newest):
        cells = ["0", "", ""]
        if score := entry.score:
            cells = [str(score.months), format_score(score.mase), format_score(score.naive_mase)]
        release = [f"`{entry.release_id}`", entry.promoted_at[:10], entry.cutoff]
        rows.append([*release, format_name(entry.forecaster), *cells])
    header = ["Release", "Live from", "Data to", "Forecaster", "Months", "MASE", "Seasonal naive"]
    add_table(card, header, rows)
    if len(newest) < len(record.releases):
        add_text(card, f"The newest {len(newest)} of {len(record.releases)}.")
