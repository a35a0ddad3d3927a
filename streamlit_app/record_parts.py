"""Parts of the track record's page that are words: where it stands, drift, what else to know."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from energy.contract.track_record import DriftCheck, TrackRecord
from streamlit_app import formats


def standing(record: TrackRecord, is_scheduled: bool) -> None:
    """To which month figures are held, and what is due or overdue.

    Args:
        record: It.
        is_scheduled: Whether the next figures have a day on which they are published.
    """
    next_one, told = record.next_due, f"Figures to {formats.month(record.cutoff)}."
    if is_scheduled and next_one.overdue_days:
        st.warning(
            f"**The figure of {formats.month(next_one.month)} is overdue:** it was to come on or "
            f"about {formats.day(next_one.due)}, and is {_days(next_one.overdue_days)} late beyond "
            "its grace. `python flows/ingestflow.py run` looks for it.",
            icon=":material/schedule:",
        )
    elif is_scheduled:
        told += f" Next: {formats.month(next_one.month)}, due {formats.day(next_one.due)}."
    if late := record.release_overdue_days:
        st.warning(
            f"**A new release is due:** figures newer than those that the one in service was made "
            f"from have been held for {_days(late)}. `make run` publishes one.",
            icon=":material/schedule:",
        )
    if record.forecast_age_days is not None:
        told += f" The release in service was {_days(record.forecast_age_days)} old"
        told += f" when this was written, on {formats.day(record.made_at)}."
    st.caption(told)


def revised(record: TrackRecord) -> pd.DataFrame:
    """Months whose figure is another now than it was first: Month, First print, Now, Change."""
    moved = {
        row.month: (row.first_print, row.actual)
        for row in record.rows
        if row.actual != row.first_print
    }
    return pd.DataFrame(
        [(month, old, new, new - old) for month, (old, new) in sorted(moved.items(), reverse=True)],
        columns=["Month", "First print", "Now", "Change"],
    )


def drift(record: TrackRecord) -> None:
    """The checks of what goes into the forecast, alarms first."""
    if not record.drift:
        return
    st.subheader("What goes in", anchor=False)
    alarms = [one for one in record.drift if one.alarm]
    measured = [one for one in record.drift if one.figure is not None]
    st.markdown(
        f"**{len(alarms)} of {len(measured)} checks alarm.** An alarm is for a person to look at: "
        "it starts nothing."
        if alarms
        else f"None of {len(measured)} checks alarms." if measured else "Nothing could be measured."
    )
    ordered = sorted(record.drift, key=lambda one: (not one.alarm, one.figure is None))
    for first in range(0, len(ordered), 2):
        for column, one in zip(st.columns(2), ordered[first : first + 2], strict=False):
            with column, st.container(border=True, height="stretch"):
                _check(one)


def _check(one: DriftCheck) -> None:
    name = formats.name(one.name)
    if one.figure is None:
        st.markdown(f"**{name}** :gray-badge[not measured]")
    else:
        state = ":red-badge[alarm]" if one.alarm else ":green-badge[normal]"
        st.markdown(f"**{name}** {state}")
        st.markdown(
            f"{formats.figure(one.figure)} against a threshold of "
            f"{formats.figure(one.threshold)}; it would have alarmed in "
            f"{formats.percent(100 * one.false_alarm_rate)} of past months."
        )
    st.caption(formats.literal(one.evidence))


def to_know(record: TrackRecord) -> None:
    """Notes, and months that were forecast and never published."""
    told = [formats.literal(note) for note in record.notes]
    if record.unpublished:
        months = ", ".join(map(formats.month, record.unpublished))
        told.append(f"Forecast, and never published though figures go beyond: {months}.")
    if told:
        st.subheader("To know", anchor=False)
        st.markdown("\n".join(f"- {one}" for one in told))


def _days(count: int) -> str:
    return f"{count} day{'s' * (count != 1)}"
