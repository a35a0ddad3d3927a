"""The app's entry: `streamlit run streamlit_app/streamlit_app.py`, or `make app`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Literal

# Streamlit puts this file's folder first, where `streamlit_app` is this file. The folder above it
# holds the package of that name, and `energy`, wherever the app is started and nothing installed.
ROOT = str(Path(__file__).resolve().parents[1])
if sys.path[0] != ROOT:
    sys.path.insert(0, ROOT)

import streamlit as st  # noqa: E402

from energy.errors import EnergyError  # noqa: E402
from streamlit_app import layout, service  # noqa: E402
from streamlit_app.client import ReleaseInService  # noqa: E402


def shown(found: bool) -> Literal["visible", "hidden"]:
    """How the menu has a page that some releases have nothing for."""
    return "visible" if found else "hidden"


def in_service() -> ReleaseInService | None:
    """The release, as far as is known."""
    try:
        return service.watch().current().release
    except EnergyError:  # which the page tells
        return None


ICON = f"{ROOT}/streamlit_app/icon.svg"
st.set_page_config(page_title="Energy forecast", page_icon=ICON, layout="wide")
st.logo(ICON)
st.html(layout.STYLE)
release = in_service()
page = st.navigation(
    [
        st.Page(
            "app_pages/forecast.py", title="Forecast", icon=":material/trending_up:", default=True
        ),
        st.Page(
            "app_pages/weather.py",
            title="Weather what-if",
            icon=":material/thermostat:",
            visibility=shown(release is None or release.has_weather),
        ),
        st.Page(
            "app_pages/series.py",
            title="All series",
            icon=":material/stacked_line_chart:",
            visibility=shown(release is not None and release.has_panel),
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
    layout.foot()
    service.watch().warm()
except Exception:
    logging.getLogger("energy.app").exception("page %s", page.title)
    st.error(
        "**Something went wrong on this page,** and was logged. Other pages may work; reload to "
        "try again.",
        icon=":material/error:",
    )
