"""Track record: every forecast that was published, against what came."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from energy.contract import RecordScore, TrackRecord
from energy.contract.months import after
from energy.errors import ServiceRefused
from energy.monitoring.due import due_on
from streamlit_app import drawings, formats, layout, service

release = layout.begin(
    "Track record",
    "Every forecast that was in service, against the figures that were published since.",
)
key = release.release_id


def nothing_yet(month: str, due: str) -> None:
    """What stands here before the first score."""
    st.info(
        f"**Nothing to score yet.** The first score is due with the figure of "
        f"{formats.month(month)}, which is published on or about **{formats.day(due)}**.",
        icon=":material/event_upcoming:",
    )
    if due < datetime.now(UTC).date().isoformat():
        st.markdown(
            "That day has passed: `python flows/ingestflow.py run` fetches the figures, and "
            "`make monitor` scores what was forecast."
        )


def summary(record: TrackRecord, score: RecordScore) -> None:
    """The record in a sentence, four figures and two charts."""
    better = 100 * (1 - score.mae / score.naive_mae) if score.naive_mae else 0.0
    word = "less" if better >= 0 else "more"
    st.markdown(
        f"**{score.months} forecast months** came out so far: on the average they were "
        f"{formats.energy(score.mae, record.unit, 2)} off, {formats.percent(abs(better), 0)} "
        f"{word} than the same month of the year before would have been."
    )
    columns = st.columns(4)
    columns[0].metric("Usual miss (MAPE)", formats.percent(score.mape), border=True)
    columns[1].metric("MASE", formats.figure(score.mase, 2), border=True)
    columns[2].metric("Inside the 80% interval", formats.share(score.coverage80), border=True)
    columns[3].metric(
        "Leaning", formats.change(score.bias, record.unit, 2), border=True,
        help="Mean of forecast less actual: above zero, forecasts were too high.",
    )  # fmt: skip
    st.caption(
        f"Next: the figure of {formats.month(record.next_due.month)}, due "
        f"{formats.day(record.next_due.due)}"
        + (
            f", {record.next_due.overdue_days} days overdue."
            if record.next_due.overdue_days
            else "."
        )
    )
    for kind in ("record_fans", "record_by_horizon", "record_coverage", "record_errors"):
        layout.chart(drawings.record(key, record.made_at, kind), kind.replace("_", "-"))


def revisions(record: TrackRecord, score: RecordScore) -> None:
    """Months whose figure changed after it was first published."""
    st.subheader("Revisions underneath", anchor=False)
    moved = {
        row.month: (row.first_print, row.actual)
        for row in record.rows
        if abs(row.actual - row.first_print) > 0
    }
    if moved:
        st.markdown(
            f"**{len(moved)} of {len({row.month for row in record.rows})} months** were revised "
            f"since their first print; against first prints the miss is "
            f"{formats.energy(score.first_print_mae, record.unit, 2)}."
        )
        layout.chart(drawings.record(key, record.made_at, "record_revisions"), "record-revisions")
        revised = pd.DataFrame(
            [(formats.month(month), old, new, new - old) for month, (old, new) in moved.items()],
            columns=["Month", "First print", "Now", "Change"],
        )
        number = st.column_config.NumberColumn
        st.dataframe(
            revised,
            hide_index=True,
            width="stretch",
            column_config={
                "First print": number(format="%.2f"),
                "Now": number(format="%.2f"),
                "Change": number(format="%+.2f"),
            },
        )
    else:
        st.markdown("No month was revised since its first print.")


def releases(record: TrackRecord) -> None:
    """A line for each release that was ever in service."""
    st.subheader("Releases", anchor=False)
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Release": one.release_id,
                    "Data to": formats.month(one.cutoff),
                    "Forecaster": formats.name(one.forecaster),
                    "Months scored": one.score.months if one.score else 0,
                    "MAPE": one.score.mape if one.score else None,
                    "80% held": 100 * one.score.coverage80 if one.score else None,
                    "Trouble": one.trouble,
                }
                for one in record.releases
            ]
        ),
        hide_index=True,
        width="stretch",
        column_config={
            "MAPE": st.column_config.NumberColumn(format="%.2f%%"),
            "80% held": st.column_config.NumberColumn(format="%.0f%%"),
            "Trouble": None if all(not one.trouble for one in record.releases) else "Trouble",
        },
    )
    for note in record.notes:
        st.caption(note)


with layout.guarded():
    try:
        found = service.track_record(key)
    except ServiceRefused as error:
        if error.code != "no_track_record":
            raise
        first = after(release.manifest.cutoff, 1)
        nothing_yet(first, due_on(first).isoformat())
    else:
        if found.overall is None or not found.rows:
            nothing_yet(found.next_due.month, found.next_due.due)
        else:
            summary(found, found.overall)
            revisions(found, found.overall)
            releases(found)
