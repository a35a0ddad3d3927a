"""Data: what the release was made from, where it is from, and what was revised."""

import streamlit as st

from streamlit_app import drawings, formats, layout, service

WEATHER = {"temperature": "Mean temperature", "degree_days": "Heating degree days"}
TWO_YEARS = 24
release = layout.begin(
    "Data",
    "The monthly figures that the release was made from, as they stood at the time.",
)
key = release.release_id
with layout.guarded():
    data = service.data(key)
    about = data.about
    target = release.manifest.target
    names = {column: formats.name(column) for column in data.columns}
    names |= {**WEATHER, target: release.title}
    name = st.selectbox(
        "Series",
        data.columns,
        format_func=lambda column: names[column],
        index=data.columns.index(target) if target in data.columns else 0,
        key="series",
        bind="query-params",
    )
    unit, title = data.unit(name), names[name]
    views = {
        "Over time": ("series",),
        "By season": ("by_season",),
        "Year by season": ("heat_map",),
        "Taken apart": ("trend", "season_and_rest"),
        "Against the weather": ("against_weather",),
    }
    if name in WEATHER or "degree_days" not in data.columns:
        del views["Against the weather"]
    if data.frame[name].count() < TWO_YEARS:
        del views["Taken apart"]
    view = st.pills(
        "View", list(views), default="Over time", key="view", required=True, bind="query-params"
    )
    for kind in views[view or "Over time"]:
        layout.chart(drawings.column(key, kind, name, title, unit), f"{name}-{kind}")

    st.subheader("Where it is from", anchor=False)
    provisional = ", ".join(map(formats.month, about["provisional"]))
    st.markdown(
        f"Vintage `{about['vintage_id']}` ({formats.literal(about['release'])}). "
        + (f"Still provisional: {provisional}." if provisional else "No month is provisional.")
    )
    for file in about["files"]:
        with st.container(border=True):
            source = file["source"]
            is_linked = source.startswith(("https://", "http://"))
            origin = f"[where it was published]({source})" if is_linked else formats.literal(source)
            when = f" · {formats.day(file['published'])}" if file["published"] else ""
            more = f" · {origin}" if source else ""
            st.markdown(
                f"**{formats.literal(file['name'])}** · {file['bytes']:,} bytes{when}{more}"
            )
            st.caption(f"SHA-256 `{file['sha256']}`")
    if about["licence"]:
        st.caption(f"Licence: {formats.literal(about['licence'])}.")

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
