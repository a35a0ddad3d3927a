"""The app: `streamlit run streamlit_app/streamlit_app.py`, or `make app`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

# Streamlit puts this file's folder first on the path, where `streamlit_app` is this file. The
# folder above it has the package of that name, and `energy`, even if nothing is installed.
ROOT = str(Path(__file__).resolve().parents[1])
if sys.path[0] != ROOT:
    sys.path.insert(0, ROOT)

import streamlit as st  # noqa: E402

from energy.errors import EnergyError  # noqa: E402
from streamlit_app import layout, queries  # noqa: E402

ICON = f"{ROOT}/streamlit_app/icon.svg"
PAGES = {
    "forecast": ("Forecast", "trending_up"),
    "weather": ("Weather what-if", "thermostat"),
    "series": ("All series", "stacked_line_chart"),
    "leaderboard": ("Leaderboard", "leaderboard"),
    "track_record": ("Track record", "fact_check"),
    "data": ("Data", "table_chart"),
    "how_it_works": ("How it works", "schema"),
}
"""Title and icon by file; the first page is the one that opens."""
OLD_LINKS = {
    "view": {"Taken apart": "Decomposition"},
    "figure": {
        "share inside the 80% interval": "80% interval coverage",
        "share inside the 95% interval": "95% interval coverage",
    },
    "winter": {" on the average)": " against the average)", "\u2212": "-"},
}
"""Texts of earlier versions in the parameters of a link, and what stands there today."""

st.set_page_config(page_title="Energy forecast", page_icon=ICON, layout="wide")
st.logo(ICON)
st.html(layout.STYLE)
for name, texts in OLD_LINKS.items():
    value = st.query_params.get(name, "")
    if name not in st.session_state and any(text in value for text in texts):
        for text, new_text in texts.items():
            value = value.replace(text, new_text)
        st.query_params[name] = value
        st.rerun()
try:
    release = queries.release_watch().current().release
except EnergyError:  # the page shows it
    release = None
# Hidden pages keep their address.
hidden = {
    "weather": release is not None and not release.has_weather,
    "series": release is None or not release.has_panel,
}
page = st.navigation(
    [
        st.Page(
            f"app_pages/{name}.py",
            title=title,
            icon=f":material/{icon}:",
            default=name == "forecast",
            visibility="hidden" if hidden.get(name) else "visible",
        )
        for name, (title, icon) in PAGES.items()
    ],
    position="top",
)
try:
    page.run()
    layout.footer()
    queries.release_watch().warm()
except Exception:
    logging.getLogger("energy.app").exception("page %s", page.title)
    st.error(
        "**Something went wrong on this page,** and was logged. Other pages may work; reload to "
        "try again.",
        icon=":material/error:",
    )
