"""What every page is made of: its head, notices, charts with their files, and its foot."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import streamlit as st

from energy import charts
from energy.contract import Forecast
from energy.errors import EnergyError, NotTheContract, ServiceRefused
from streamlit_app import figures, formats, service, words
from streamlit_app.client import ReleaseInService
from streamlit_app.units import Unit

LOG = logging.getLogger("energy.app")
STYLE = """<style>
.stMainBlockContainer { max-width: 76rem; padding-top: 4.5rem; padding-bottom: 3rem; }
h1 { letter-spacing: -0.02em; }
[data-testid="stMetric"] { min-width: 0; }
[data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
[data-testid="stCaptionContainer"] { font-variant-numeric: tabular-nums; }
h5 { padding-bottom: .1rem !important; }
.stVegaLiteChart { overflow: hidden; }
.stGraphVizChart text { fill: light-dark(#1f2730, #e6edf3); font-family: inherit; }
.stGraphVizChart .node :is(path, polygon, polyline) {
  fill: light-dark(#f3f6f9, #19222b); stroke: light-dark(#0072b2, #4db1ee); }
.stGraphVizChart .edge path { stroke: light-dark(#5b6672, #a3b0bd); }
.stGraphVizChart .edge polygon {
  fill: light-dark(#5b6672, #a3b0bd); stroke: light-dark(#5b6672, #a3b0bd); }
@media (max-width: 640px) {
  [data-testid="stHorizontalBlock"]:has([data-testid="stMetric"]) { gap: .6rem; }
  [data-testid="stHorizontalBlock"]:has([data-testid="stMetric"]) > [data-testid="stColumn"] {
    min-width: calc(50% - .3rem); flex: 1 1 calc(50% - .3rem); }
  [data-testid="stMetric"] { padding: .6rem .8rem; }
  [data-testid="stMetricValue"] { font-size: 1.4rem; line-height: 1.25; }
  [data-testid="stMetricValue"] * { white-space: normal !important; }
  .stMainBlockContainer { padding: 4rem 1rem 2rem; }
  h1 { font-size: 1.7rem !important; }
}
</style>"""
"""What the theme has no setting for: the width of a line, figures under each other, phones."""


def begin(title: str, lead: str = "", about: str = "") -> ReleaseInService:
    """The head of a page, and the release that it shows; without one, the page ends here.

    Args:
        title: Of the page.
        lead: What the page tells, in a sentence.
        about: Follows what is forecast in a title that begins with it, once there is a release.
    """
    seen = service.watch().current()
    if about and seen.release:
        title = formats.literal(seen.release.title) + about
    st.title(title, anchor=False)
    if lead:
        st.markdown(lead)
    if seen.trouble is not None:
        _tell(seen, seen.trouble)
    if seen.release is None:
        _retry()
        foot()
        st.stop()
    if seen.release.stale:
        st.warning(
            "**A newer release may be in service,** which cannot be read at the moment; this is "
            "the one before it.",
            icon=":material/history:",
        )
    return seen.release


def _tell(seen: service.Seen, error: EnergyError) -> None:
    LOG.warning("%s", error)
    text = words.told(error)
    if seen.release is None or seen.read_at is None:
        is_first = isinstance(error, ServiceRefused) and error.code == "no_release"
        notice, icon = (
            (st.info, ":material/schedule:") if is_first else (st.error, ":material/cloud_off:")
        )
        notice(text, icon=icon)
        return
    st.warning(
        f"{text} Until then you see the **last good forecast**, read from the service "
        f"{formats.age(seen.read_at)} and published on "
        f"{formats.day(seen.release.manifest.created_at)}.",
        icon=":material/history:",
    )


def _retry() -> None:
    if st.button("Try again", icon=":material/refresh:", key="try_again"):
        service.watch().again()
        st.rerun()


@contextmanager
def guarded() -> Iterator[None]:
    """Part of a page: if it cannot be had, a sentence stands in its place and the page goes on."""
    try:
        yield
    except EnergyError as error:
        LOG.warning("%s", error)
        st.warning(words.told(error), icon=":material/cloud_off:")
        if isinstance(error, NotTheContract | ServiceRefused):
            st.caption(str(error))


def chart(spec: dict[str, Any], name: str) -> None:
    """A chart in the theme of the page, with its source, and as a file on request.

    Args:
        spec: As `energy.charts.spec` gives it.
        name: Of its files, and its key on the page.
    """
    title, subtitle = (formats.literal(formats.capital(one)) for one in charts.titles(spec))
    st.markdown(f"##### {title}" + (f"\n\n:small[:gray[{subtitle}]]" if subtitle else ""))
    st.vega_lite_chart(charts.on_screen(spec), theme=None, width="stretch", key=f"chart_{name}")
    release = service.watch().current().release
    attribution = release.manifest.attribution if release else ""
    printed = charts.sourced(spec, attribution)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(formats.literal(formats.source(attribution)), width="stretch")
        for kind, mime, draw, what in (
            ("png", "image/png", charts.png_of, "a picture"),
            ("svg", "image/svg+xml", charts.svg_of, "a drawing that can be scaled"),
        ):
            st.download_button(
                kind.upper(),
                partial(draw, printed),
                f"{name}.{kind}",
                mime,
                key=f"{kind}_{name}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
                help=f"This chart as {what}",
            )


def foot() -> None:
    """What stands under every page: where its figures are from."""
    release = service.watch().current().release
    st.divider()
    if release is not None:
        made = release.manifest
        st.caption(
            f"Release {made.release_id}, published {formats.day(made.created_at)} from data to "
            f"{formats.month(made.cutoff)}; forecaster: {formats.name(made.forecaster).lower()}."
        )
        if made.attribution:
            st.caption(formats.literal(made.attribution))


def forecast_table(answer: Forecast, unit: Unit) -> None:
    """The months of an answer with both intervals."""
    table = figures.as_table(answer, unit.factor)
    table["month"] = [formats.month(month) for month in table["month"]]
    number = st.column_config.NumberColumn
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        column_config={
            "month": st.column_config.TextColumn("Month", pinned=True),
            "forecast": number(f"Forecast, {unit.name}", format="%.2f"),
            "lower80": number("80% from", format="%.2f"),
            "upper80": number("80% to", format="%.2f"),
            "lower95": number("95% from", format="%.2f"),
            "upper95": number("95% to", format="%.2f"),
        },
    )
