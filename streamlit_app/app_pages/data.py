"""Data: what the release was made from, where it is from, and what was revised."""

import streamlit as st

from streamlit_app import drawings, formats, layout, service

UNITS = {"temperature": "deg C", "degree_days": "deg C a day"}
NAMES = {"temperature": "Mean temperature", "degree_days": "Heating degree days"}
NAMES |= {"total": "Total energy consumption"}
release = layout.begin(
    "Data",
    "The monthly figures that the release was made from, as they were published at the time.",
)
key = release.release_id
with layout.guarded():
    data = service.data(key)
    about = data.about
    name = st.selectbox(
        "Series",
        data.columns,
        format_func=lambda column: NAMES.get(column, formats.name(column)),
        index=data.columns.index("total") if "total" in data.columns else 0,
        key="series",
        bind="query-params",
    )
    unit, title = UNITS.get(name, about["unit"]), NAMES.get(name, formats.name(name))
    views = {
        "Over time": ("series",),
        "By season": ("by_season",),
        "Year by season": ("heat_map",),
        "Taken apart": ("trend", "season_and_rest"),
        "Against the weather": ("against_weather",),
    }
    if name in UNITS:
        del views["Against the weather"]
    view = st.pills(
        "View", list(views), default="Over time", key="view", required=True, bind="query-params"
    )
    for kind in views[view or "Over time"]:
        layout.chart(drawings.column(key, kind, name, title, unit), f"{name}-{kind}")

    st.subheader("Where it is from", anchor=False)
    provisional = ", ".join(map(formats.month, about["provisional"])) or "none"
    st.markdown(
        f"Vintage `{about['vintage_id']}`, release of {about['release']}. Months that are still "
        f"provisional: {provisional}."
    )
    for file in about["files"]:
        with st.container(border=True):
            origin = f" · [where it was published]({file['source']})" if file["source"] else ""
            when = f" · {formats.day(file['published'])}" if file["published"] else ""
            st.markdown(f"**{file['name']}** · {file['bytes']:,} bytes{when}{origin}")
            st.caption(f"SHA-256 `{file['sha256']}`")
    st.caption(f"{about['licence']}. {about['attribution']}")

    st.subheader("What was revised", anchor=False)
    if not about["before"]:
        st.markdown("There is no vintage before this one to compare with.")
    elif data.revisions.empty:
        st.markdown(f"Nothing, since vintage `{about['before']}`.")
    else:
        revised = data.revisions
        st.markdown(
            f"**{len(revised):,} figures** of {revised['month'].nunique()} months since vintage "
            f"`{about['before']}`."
        )
        shown = revised.assign(change=revised["new"] - revised["old"])
        shown["column"] = shown["column"].map(formats.name)
        number = st.column_config.NumberColumn
        st.dataframe(
            shown,
            hide_index=True,
            width="stretch",
            column_config={
                "month": "Month",
                "column": "Series",
                "old": number("Before", format="%.2f"),
                "new": number("Now", format="%.2f"),
                "change": number("Change", format="%+.2f"),
            },
        )
