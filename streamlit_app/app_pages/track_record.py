"""Track record: every published forecast against the actual figures."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from energy.contract.months import months_after
from energy.contract.track_record import DriftCheck, RecordScore, TrackRecord
from energy.errors import ServiceRefused
from energy.formatting import (
    format_count,
    format_day,
    format_month,
    format_percent,
    format_score,
    format_share,
    format_title,
)
from energy.monitoring.calendar import due_on
from streamlit_app import layout, page_charts, queries
from streamlit_app import markdown as md

release = layout.header(
    "Track record", "Every forecast that was live, against the figures that were published since."
)
key = release.release_id


def show_first_due(month: str, due: str) -> None:
    """When the first score is due."""
    when = (
        f"which is published on or about **{format_day(due)}**."
        if release.is_scheduled
        else "once the file has it: then `make monitor` scores the forecasts."
    )
    st.info(
        f"**Nothing to score yet.** The first score is due with the figure of {md.month(month)}, "
        f"{when}",
        icon=":material/event_upcoming:",
    )
    if release.is_scheduled and due < datetime.now(UTC).date().isoformat():
        st.markdown(
            "That day has passed: `python flows/ingestflow.py run` fetches the figures, and "
            "`make monitor` scores the forecasts."
        )


def show_timing(record: TrackRecord) -> None:
    """The newest figures, and what is due or overdue."""
    next_due, text = record.next_due, f"Figures to {md.month(record.cutoff)}."
    if release.is_scheduled and next_due.overdue_days:
        st.warning(
            f"**The figure of {md.month(next_due.month)} is overdue:** it was expected on or about "
            f"{format_day(next_due.due)}, and is {format_count(next_due.overdue_days, 'day')} late "
            "after its grace period. `python flows/ingestflow.py run` looks for it.",
            icon=":material/schedule:",
        )
    elif release.is_scheduled:
        text += f" Next: {md.month(next_due.month)}, due {format_day(next_due.due)}."
    if record.release_overdue_days:
        st.warning(
            "**A new release is due:** figures newer than those of the live release have been here "
            f"for {format_count(record.release_overdue_days, 'day')}. `make run` publishes one.",
            icon=":material/schedule:",
        )
    if record.forecast_age_days is not None:
        text += (
            f" The live release was {format_count(record.forecast_age_days, 'day')} old when this "
            f"was written, on {format_day(record.made_at)}."
        )
    st.caption(text)


def show_summary(record: TrackRecord, score: RecordScore) -> None:
    """The scores in a sentence, four numbers and four charts."""
    better = 100 * (1 - score.mae / score.naive_mae) if score.naive_mae else 0.0
    st.markdown(
        f"**{score.months:,} forecast months** have been published since. On average the forecast "
        f"was {md.amount(score.mae, record.unit, 2)} off, {format_percent(abs(better), 0)} "
        f"{'less' if better >= 0 else 'more'} than the same month of the year before."
    )
    mape_help = "Mean absolute error in per cent; a series with a zero in it has none."
    bias_help = "Mean of forecast less actual: above zero, forecasts were too high."
    layout.metrics(
        ("Average error (MAPE)", format_percent(score.mape, 1), mape_help),
        ("MASE", format_score(score.mase, 2)),
        ("80% interval coverage", format_share(score.coverage80)),
        ("Bias", md.change(score.bias, record.unit, 2), bias_help),
    )
    st.caption("These scores count forecasts 1 to 12 months ahead.")
    for kind in ("record_fans", "record_errors", "record_by_horizon", "record_coverage"):
        layout.chart(page_charts.track_record(key, record.made_at, kind), kind.replace("_", "-"))


def show_revisions(record: TrackRecord, score: RecordScore) -> None:
    """Months whose figure changed after it was first published."""
    st.subheader("Revisions of the figures", anchor=False)
    months = {row.month: row for row in record.rows}
    revisions = pd.DataFrame(
        [
            (format_month(month), row.first_print, row.actual, row.actual - row.first_print)
            for month, row in sorted(months.items(), reverse=True)
            if row.actual != row.first_print
        ],
        columns=["Month", "First print", "Now", "Change"],
    )
    if revisions.empty:
        st.markdown("No month was revised since its first print.")
        return
    st.markdown(
        f"**{len(revisions)} of {len(months)} months** were revised since their first print; "
        "against first prints the average error is "
        f"{md.amount(score.first_print_mae, record.unit, 2)}."
    )
    spec = page_charts.track_record(key, record.made_at, "record_revisions")
    layout.chart(spec, "record-revisions")
    number = (None, "%.2f")
    columns = {"First print": number, "Now": number, "Change": (None, "%+.2f")}
    layout.table(revisions, columns)


def show_drift(checks: tuple[DriftCheck, ...]) -> None:
    """The drift checks of the data, alarms first."""
    st.subheader("Drift checks", anchor=False)
    alarms = sum(check.alarm for check in checks)
    measured = sum(check.figure is not None for check in checks)
    if alarms:
        st.markdown(
            f"**{alarms} of {measured} checks raised an alarm.** An alarm is for a person to look "
            "at: it starts nothing."
        )
    else:
        st.markdown(f"None of {measured} checks raised an alarm.")
    ordered = sorted(checks, key=lambda check: (not check.alarm, check.figure is None))
    for first in range(0, len(ordered), 2):
        for column, check in zip(st.columns(2), ordered[first : first + 2], strict=False):
            with column, st.container(border=True, height="stretch"):
                state = ":red-badge[alarm]" if check.alarm else ":green-badge[normal]"
                if check.figure is None:
                    state = ":gray-badge[not measured]"
                st.markdown(f"**{md.title(check.name)}** {state}")
                if check.figure is not None:
                    st.markdown(
                        f"{format_score(check.figure)} against a threshold of "
                        f"{format_score(check.threshold)}; "
                        f"{format_share(check.false_alarm_rate, 1)} of past months would have "
                        "raised an alarm."
                    )
                st.caption(md.escape(check.evidence))


def show_releases(record: TrackRecord) -> None:
    """A row for each release that was ever live, the newest first."""
    st.subheader("Releases that were live", anchor=False)
    rows = [
        {
            "Release": scored.release_id,
            "Data to": format_month(scored.cutoff),
            "Forecaster": format_title(scored.forecaster),
            "Months scored": scored.score.months if scored.score else 0,
            "MAPE": scored.score.mape if scored.score else None,
            "MASE": scored.score.mase if scored.score else None,
            "80% coverage": 100 * scored.score.coverage80 if scored.score else None,
            "Error": scored.trouble,
        }
        for scored in reversed(record.releases)
    ]
    columns = {
        "Release": st.column_config.TextColumn(width="medium"),
        "MAPE": (None, "%.2f%%"),
        "MASE": (None, "%.2f"),
        "80% coverage": (None, "%.0f%%"),
        "Error": "Error" if any(scored.trouble for scored in record.releases) else None,
    }
    layout.table(pd.DataFrame(rows), columns)


def show_notes(record: TrackRecord) -> None:
    """Remarks, and months that were forecast and never published."""
    notes = [md.escape(note) for note in record.notes]
    if record.unpublished:
        months = ", ".join(map(md.month, record.unpublished))
        notes.append(f"Forecast but never published, although later months were: {months}.")
    if notes:
        st.subheader("Notes", anchor=False)
        st.markdown("\n".join(f"- {note}" for note in notes))


with layout.show_errors():
    try:
        record = queries.track_record(key)
    except ServiceRefused as error:
        if error.code != "no_track_record":
            raise
        first = months_after(release.manifest.cutoff, 1)
        show_first_due(first, due_on(first).isoformat())
    else:
        show_timing(record)
        if record.overall is None or not record.rows:
            show_first_due(record.next_due.month, record.next_due.due)
        else:
            show_summary(record, record.overall)
            show_revisions(record, record.overall)
        if record.drift:
            show_drift(record.drift)
        if record.releases:
            show_releases(record)
        show_notes(record)
