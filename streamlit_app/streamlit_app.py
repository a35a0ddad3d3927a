"""The app: `streamlit run streamlit_app/streamlit_app.py`, or `make app`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Literal

# Streamlit puts this file's folder first on the path, where `streamlit_app` is this file. The
# folder above it has the package of that name, and `energy`, even if nothing is installed.
ROOT = str(Path(__file__).resolve().parents[1])
if sys.path[0] != ROOT:
    sys.path.insert(0, ROOT)

import streamlit as st  # noqa: E402

from energy.errors import EnergyError  # noqa: E402
from streamlit_app import layout, queries  # noqa: E402
from streamlit_app.client import ReleaseInfo  # noqa: E402

ICON = f"{ROOT}/streamlit_app/icon.svg"


def visibility(is_visible: bool) -> Literal["visible", "hidden"]:
    """Whether the menu shows a page; hidden pages keep their address."""
    return "visible" if is_visible else "hidden"


def live_release() -> ReleaseInfo | None:
    """The live release, or None while it cannot be read."""
    try:
        return queries.release_watch().current().release
    except EnergyError:  # the page shows it
        return None


st.set_page_config(page_title="Energy forecast", page_icon=ICON, layout="wide")
st.logo(ICON)
st.html(layout.STYLE)
release = live_release()
page = st.navigation(
    [
        st.Page(
            "app_pages/forecast.py", title="Forecast", icon=":material/trending_up:", default=True
        ),
        st.Page(
            "app_pages/weather.py",
            title="Weather what-if",
            icon=":material/thermostat:",
            visibility=visibility(release is None or release.has_weather),
        ),
        st.Page(
            "app_pages/series.py",
            title="All series",
            icon=":material/stacked_line_chart:",
            visibility=visibility(release is not None and release.has_panel),
        ),
        st.Page("app_pages/leaderboard.py", title="Leaderboard", icon=":material/leaderboard:"),
        st.Page("app_pages/track_record.py", title="Track record", icon=":material/fact_check:"),
        st.Page("app_pages/data.py", title="Data", icon=":material/table_chart:"),
        st.Page("app_pages/how_it_works.py", title="How it works", icon=":material/schema:"),
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
