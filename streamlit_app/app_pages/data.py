"""Data: what the release was made from, where it is from, and what was revised."""

import streamlit as st

from energy.formatting import format_day, format_title
from streamlit_app import layout, page_charts, queries
from streamlit_app import markdown as md

WEATHER = {"temperature": "Mean temperature", "degree_days": "Heating degree days"}
TWO_YEARS = 24
VIEWS = {
    "Over time": ("series",),
    "By season": ("by_season",),
    "Year by season": ("heat_map",),
    "Decomposition": ("trend", "season_and_remainder"),
    "Against the weather": ("against_weather",),
}
release = layout.header("Data", "The monthly figures that the release was made from.")
key = release.release_id
with layout.show_errors():
    data = queries.data(key)
    about, target = data.about, release.manifest.target
    titles = {column: format_title(column) for column in data.columns}
    titles |= WEATHER | {target: release.title}
    name = st.selectbox(
        "Series",
        data.columns,
        format_func=lambda column: titles[column],
        index=data.columns.index(target) if target in data.columns else 0,
        key="series",
        bind="query-params",
    )
    views = list(VIEWS)
    if name in WEATHER or "degree_days" not in data.columns:
        views.remove("Against the weather")
    if data.frame[name].count() < TWO_YEARS:
        views.remove("Decomposition")
    view = st.pills(
        "View", views, default="Over time", key="view", required=True, bind="query-params"
    )
    for kind in VIEWS[view or "Over time"]:
        spec = page_charts.column(key, kind, name, titles[name], data.unit(name))
        layout.chart(spec, f"{name}-{kind}")

    st.subheader("Sources", anchor=False)
    provisional = ", ".join(map(md.month, about["provisional"]))
    st.markdown(
        f"Vintage {md.code(about['vintage_id'])} ({md.escape(about['release'])}). "
        + (f"Still provisional: {provisional}." if provisional else "No month is provisional.")
    )
    for file in about["files"]:
        with st.container(border=True):
            facts = [f"**{md.escape(file['name'])}**", f"{file['bytes']:,} bytes"]
            if file["published"]:
                facts.append(f"published {format_day(file['published'])}")
            if file["source"]:
                facts.append(md.source(file["source"]))
            st.markdown(" · ".join(facts))
            st.caption(f"SHA-256 {md.code(file['sha256'])}")
    if about["licence"]:
        st.caption(f"Licence: {md.escape(about['licence'])}.")

    st.subheader("Revisions", anchor=False)
    revisions = data.revisions
    if not about["before"]:
        st.markdown("There is no earlier vintage to compare with.")
    elif revisions.empty:
        st.markdown(f"No figure has changed since vintage {md.code(about['before'])}.")
    else:
        st.markdown(
            f"**{len(revisions):,} figures** of {revisions['month'].nunique()} months have changed "
            f"since vintage {md.code(about['before'])}."
        )
        rows = revisions.assign(
            column=revisions["column"].map(format_title), change=revisions["new"] - revisions["old"]
        )
        numbers = {"old": ("Before", "%.2f"), "new": ("Now", "%.2f"), "change": ("Change", "%+.2f")}
        layout.table(rows, {"month": "Month", "column": "Series", **numbers})
