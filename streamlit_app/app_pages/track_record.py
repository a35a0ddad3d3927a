"""Track record: every forecast that was published, against what came."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from energy.contract.months import months_after
from energy.contract.track_record import RecordScore, TrackRecord
from energy.errors import ServiceRefused
from energy.monitoring.calendar import due_on
from streamlit_app import drawings, formats, layout, record_parts, service

release = layout.begin(
    "Track record",
    "Every forecast that was in service, against the figures that were published since.",
)
key = release.release_id


def nothing_yet(month: str, due: str) -> None:
    """What stands here before the first score."""
    when = (
        f"which is published on or about **{formats.day(due)}**."
        if release.is_scheduled
        else "once the file has it: then `make monitor` scores what was forecast."
    )
    st.info(
        f"**Nothing to score yet.** The first score is due with the figure of "
        f"{formats.month(month)}, {when}",
        icon=":material/event_upcoming:",
    )
    if release.is_scheduled and due < datetime.now(UTC).date().isoformat():
        st.markdown(
            "That day has passed: `python flows/ingestflow.py run` fetches the figures, and "
            "`make monitor` scores what was forecast."
        )


def summary(record: TrackRecord, score: RecordScore) -> None:
    """The record in a sentence, four figures and four charts."""
    better = 100 * (1 - score.mae / score.naive_mae) if score.naive_mae else 0.0
    word = "less" if better >= 0 else "more"
    unit = formats.literal(record.unit)
    st.markdown(
        f"**{score.months:,} forecast months** came out so far: on the average they were "
        f"{formats.amount(score.mae, unit, 2)} off, {formats.percent(abs(better), 0)} "
        f"{word} than the same month of the year before would have been."
    )
    columns = st.columns(4)
    columns[0].metric(
        "Usual miss (MAPE)", formats.percent(score.mape), border=True,
        help="Mean absolute error in per cent; of a series with a zero in it there is none.",
    )  # fmt: skip
    columns[1].metric("MASE", formats.figure(score.mase, 2), border=True)
    columns[2].metric("Inside the 80% interval", formats.share(score.coverage80), border=True)
    columns[3].metric(
        "Leaning", formats.change(score.bias, record.unit, 2), border=True,
        help="Mean of forecast less actual: above zero, forecasts were too high.",
    )  # fmt: skip
    st.caption("These figures count forecasts 1 to 12 months ahead.")
    for kind in ("record_fans", "record_errors", "record_by_horizon", "record_coverage"):
        layout.chart(drawings.record(key, record.made_at, kind), kind.replace("_", "-"))


def revisions(record: TrackRecord, score: RecordScore) -> None:
    """Months whose figure changed after it was first published."""
    st.subheader("Revisions underneath", anchor=False)
    found = record_parts.revised(record)
    if found.empty:
        st.markdown("No month was revised since its first print.")
        return
    st.markdown(
        f"**{len(found)} of {len({row.month for row in record.rows})} months** were revised "
        f"since their first print; against first prints the miss is "
        f"{formats.amount(score.first_print_mae, formats.literal(record.unit), 2)}."
    )
    layout.chart(drawings.record(key, record.made_at, "record_revisions"), "record-revisions")
    number = st.column_config.NumberColumn
    st.dataframe(
        found.assign(Month=found["Month"].map(formats.month)),
        hide_index=True,
        width="stretch",
        column_config={
            "First print": number(format="%.2f"),
            "Now": number(format="%.2f"),
            "Change": number(format="%+.2f"),
        },
    )


def releases(record: TrackRecord) -> None:
    """A line for each release that was ever in service, the newest first."""
    st.subheader("Releases that were in service", anchor=False)
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Release": one.release_id,
                    "Data to": formats.month(one.cutoff),
                    "Forecaster": formats.name(one.forecaster),
                    "Months scored": one.score.months if one.score else 0,
                    "MAPE": one.score.mape if one.score else None,
                    "MASE": one.score.mase if one.score else None,
                    "80% held": 100 * one.score.coverage80 if one.score else None,
                    "Trouble": one.trouble,
                }
                for one in reversed(record.releases)
            ]
        ),
        hide_index=True,
        width="stretch",
        column_config={
            "Release": st.column_config.TextColumn(width="medium"),
            "MAPE": st.column_config.NumberColumn(format="%.2f%%"),
            "MASE": st.column_config.NumberColumn(format="%.2f"),
            "80% held": st.column_config.NumberColumn(format="%.0f%%"),
            "Trouble": None if all(not one.trouble for one in record.releases) else "Trouble",
        },
    )


with layout.guarded():
    try:
        found = service.track_record(key)
    except ServiceRefused as error:
        if error.code != "no_track_record":
            raise
        first = months_after(release.manifest.cutoff, 1)
        nothing_yet(first, due_on(first).isoformat())
    else:
        record_parts.standing(found, release.is_scheduled)
        if found.overall is None or not found.rows:
            nothing_yet(found.next_due.month, found.next_due.due)
        else:
            summary(found, found.overall)
            revisions(found, found.overall)
        record_parts.drift(found)
        if found.releases:
            releases(found)
        record_parts.to_know(found)
