"""The parts of every page: its header, notices, charts with their files, and its footer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, NoReturn

import streamlit as st

from energy import charts, errors
from energy.contract import Forecast
from energy.errors import EnergyError, NotTheContract, ServiceRefused
from energy.formatting import format_age, format_day, format_month, format_name
from streamlit_app import forecast_data, queries
from streamlit_app import markdown as md
from streamlit_app.client.documents import ReleaseInfo
from streamlit_app.forecast_data import Unit

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
  [data-testid="stMetricLabel"] * { white-space: normal !important; }
  [data-testid="stMetricValue"] { font-size: 1.4rem; line-height: 1.25; }
  [data-testid="stMetricValue"] * { white-space: normal !important; }
  .stMainBlockContainer { padding: 4rem 1rem 2rem; }
  h1 { font-size: 1.7rem !important; }
}
</style>"""
"""Styles that the theme has no setting for: width, figures in columns, phones, the diagram."""
MESSAGES_BY_CODE = {
    "no_release": "**There is no forecast to show yet.** Publish one with `make run`, then reload. "
    "If the run said *Not promoted*, `.venv/bin/energy releases list` shows the reason, and "
    "`energy releases promote` makes it live anyway.",
    "not_in_release": "**This release was published without it.** `make run` publishes one that "
    "has it.",
    "store_unreachable": "**The store of releases cannot be reached.** Check the store that the "
    "service reads (`ENERGY_STORE`), then reload.",
    "store": "**The store of releases cannot be read.** Check the store that the service reads "
    "(`ENERGY_STORE`), then reload.",
    "file_altered": "**A file of the release is not the one that was published,** so it is not "
    "shown. Publish a new release with `make run`.",
    "champion_refused": "**The fitted champion was made with other packages than the service "
    "has,** so weather scenarios are not available. Publish a new release, or deploy the service "
    "of that release.",
    "champion_unreadable": "**The fitted champion cannot be loaded,** so weather scenarios are not "
    "available. Publish a new release with `make run`.",
    "weather_not_held": "**The release does not have the weather that this needs.** Choose another "
    "scenario.",
    "internal": "**The service failed on this request.** Its log says why; other pages may work.",
}
MESSAGES_BY_ERROR: dict[type[EnergyError], str] = {
    errors.ServiceUnreachable: "**The forecasting service cannot be reached.** Try again in a "
    "minute; if it still fails, check `ENERGY_API_URL` or `ENERGY_FUNCTION`.",
    errors.ServiceSlow: "**The forecasting service is slow to answer.** It may be starting: reload "
    "in a minute.",
    errors.ServiceFailed: "**The forecasting service failed.** Try again in a minute; its log has "
    "the details.",
    NotTheContract: "**The service's response is incomplete,** so it is not shown. App and service "
    "may be of different versions: deploy both from one commit.",
    errors.AnotherRelease: "**A new release is going live.** Reload in a minute.",
    errors.ChampionNotHere: "**Weather scenarios need the fitted champion, which cannot be loaded "
    "here.** Set `ENERGY_API_URL` or `ENERGY_FUNCTION` to a service that has it, or install what "
    "`requirements.txt` lists.",
}
OTHER_MESSAGE = "**This cannot be shown now.** Reload in a minute."


def header(title: str, lead: str = "", suffix: str = "") -> ReleaseInfo:
    """The header of a page, and the release that it shows; without a release, the page ends here.

    With a suffix, the title is that of the forecast followed by it, once there is one.
    """
    status = queries.release_watch().current()
    if suffix and status.release:
        title = md.escape(status.release.title) + suffix
    st.title(title, anchor=False)
    if lead:
        st.markdown(lead)
    if status.error is not None:
        _show_status(status, status.error)
    if status.release is None:
        if st.button("Try again", icon=":material/refresh:", key="try_again"):
            queries.release_watch().refresh()
            st.rerun()
        end_page()
    if status.release.stale:
        st.warning(
            "**A newer release may be live** that cannot be read at the moment; this is the one "
            "before it.",
            icon=":material/history:",
        )
    return status.release


def _show_status(status: queries.ReleaseStatus, error: EnergyError) -> None:
    LOG.warning("%s", error)
    text = error_message(error)
    if status.release is None or status.read_at is None:
        if isinstance(error, ServiceRefused) and error.code == "no_release":
            st.info(text, icon=":material/schedule:")
        else:
            st.error(text, icon=":material/cloud_off:")
        return
    st.warning(
        f"{text} Until then you see the **last good forecast**, read from the service "
        f"{format_age(status.read_at)} and published on "
        f"{format_day(status.release.manifest.created_at)}.",
        icon=":material/history:",
    )


def error_message(error: EnergyError) -> str:
    """What happened and what to do, for a visitor, as Markdown."""
    if isinstance(error, ServiceRefused) and error.code in MESSAGES_BY_CODE:
        return MESSAGES_BY_CODE[error.code]
    classes = (kind for kind in type(error).__mro__ if kind in MESSAGES_BY_ERROR)
    return MESSAGES_BY_ERROR.get(next(classes, EnergyError), OTHER_MESSAGE)


@contextmanager
def show_errors() -> Iterator[None]:
    """A part of a page; where it cannot be shown, a notice takes its place and the page goes on."""
    try:
        yield
    except EnergyError as error:
        LOG.warning("%s", error)
        st.warning(error_message(error), icon=":material/cloud_off:")
        if isinstance(error, NotTheContract | ServiceRefused):
            st.caption(md.escape(error))


def end_page(message: str = "") -> NoReturn:
    """End the page with its footer, after a message if there is one."""
    if message:
        st.info(message, icon=":material/info:")
    footer()
    st.stop()


def footer() -> None:
    """The release and the source of its data, under every page."""
    release = queries.release_watch().current().release
    st.divider()
    if release is not None:
        manifest = release.manifest
        st.caption(
            f"Release {md.escape(manifest.release_id)}, published "
            f"{format_day(manifest.created_at)} from data to {md.month(manifest.cutoff)}; "
            f"forecaster: {md.escape(format_name(manifest.forecaster))}."
        )
        if manifest.attribution:
            st.caption(md.escape(manifest.attribution))


def chart(spec: dict[str, Any], name: str) -> None:
    """A chart in the theme of the page, with its source, and as files of that name to download."""
    title, subtitle = (md.escape(text[:1].upper() + text[1:]) for text in charts.titles(spec))
    st.markdown(f"##### {title}" + (f"\n\n:small[:gray[{subtitle}]]" if subtitle else ""))
    st.vega_lite_chart(charts.on_screen(spec), theme=None, width="stretch", key=f"chart_{name}")
    release = queries.release_watch().current().release
    attribution = release.manifest.attribution if release else ""
    printed = charts.with_source(spec, attribution)
    _, label, source = attribution.partition("Source:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(md.escape(label + source or attribution), width="stretch")
        for kind, mime, draw, description in (
            ("png", "image/png", charts.png, "a picture"),
            ("svg", "image/svg+xml", charts.svg, "a drawing that can be scaled"),
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
                help=f"This chart as {description}",
            )


def metrics(*rows: tuple[str, ...]) -> None:
    """A row of four metrics: the label and value of each, with help if it needs any."""
    for column, (label, value, *details) in zip(st.columns(4), rows, strict=False):
        column.metric(label, value, border=True, help="".join(details) or None)


def table(data: object, columns: Mapping[str, Any] | None = None) -> None:
    """A table; a column of numbers is configured by a label, a format and perhaps help."""
    config = dict(columns or {})
    for name, column in config.items():
        if isinstance(column, tuple):
            label, number_format, *details = column
            config[name] = st.column_config.NumberColumn(
                label, format=number_format, help="".join(details) or None
            )
    st.dataframe(data, hide_index=True, width="stretch", column_config=config)


def forecast_table(forecast: Forecast, unit: Unit) -> None:
    """The months of a forecast with both intervals."""
    rows = forecast_data.forecast_table(forecast, unit.factor)
    rows["month"] = rows["month"].map(format_month)
    columns: dict[str, Any] = {"month": st.column_config.TextColumn("Month", pinned=True)}
    columns["forecast"] = (f"Forecast, {unit.name}", "%.2f")
    for level in (80, 95):
        columns[f"lower{level}"] = (f"{level}% from", "%.2f")
        columns[f"upper{level}"] = (f"{level}% to", "%.2f")
    table(rows, columns)
