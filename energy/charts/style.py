"""The style of every chart, the encodings that charts share, and how a chart becomes a file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

INK, GREY = "#24292f", "#8c959f"
BLUE, SKY, ORANGE, GREEN, PINK = "#0072B2", "#56B4E9", "#D55E00", "#009E73", "#CC79A7"
PALE = "#b6c2cd"
"""For what stays in the background."""
FAN_COLOURS = {
    "published": INK,
    "forecast": BLUE,
    "80% interval": "#86bfe3",
    "95% interval": "#c9e2f3",
}
COVERAGE_COLOURS = {"80% interval": BLUE, "95% interval": ORANGE}
DARK = {
    "#24292f": "#e6edf3",
    "#57606a": "#a3b0bd",
    "#6e7781": "#b4bec8",
    "#8c959f": "#8b97a3",
    "#c4c9cf": "#4a5561",
    "#eceef0": "#26303a",
    "#b6c2cd": "#4b5a68",
    "#0072b2": "#4db1ee",
    "#56b4e9": "#a9dbf7",
    "#86bfe3": "#2f6f9d",
    "#c9e2f3": "#1d405b",
    "#d55e00": "#f5893d",
    "#009e73": "#35c79b",
    "#4d4d4d": "#a6a6a6",
    "#8c510a": "#c58a4a",
}
"""The dark counterpart of each colour; other colours stay as they are."""
WIDTH = 760
"""Width of a printed chart, in pixels."""
LINE = 110
"""Characters that fit under a chart's title."""
FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
SCREEN_FONT = "'Source Sans', 'Source Sans Pro', system-ui, sans-serif"
"""The font of the app's pages."""
NOTEBOOK_FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
"""Fonts of one width, so that text fits where the drawing was laid out and where it is read."""


def in_words(name: str) -> str:
    """The name of a forecaster or a series as charts write it."""
    return name.replace("_", " ")


def timestamp(month: str) -> pd.Timestamp:
    """The first day of a month such as 2022-08."""
    return pd.Period(month, "M").to_timestamp()


def year_axis(step: int = 1) -> alt.Axis:
    """A time axis with a tick for each January, or for every `step` years."""
    return alt.Axis(format="%Y", tickCount={"interval": "year", "step": step}, title=None)


def month_axis(months: Iterable[pd.Timestamp]) -> alt.Axis:
    """A time axis for these months, with as many ticks as a phone has room for."""
    shown = pd.DatetimeIndex(list(months))
    span = (shown.max() - shown.min()).days / 365.25
    if span > 5:
        return year_axis(year_step(span))
    step = 3 if span > 1 else 1
    return alt.Axis(format="%b %Y", tickCount={"interval": "month", "step": step}, title=None)


def year_step(years: float) -> int:
    """Years between the labels of an axis of so many years."""
    return 1 if years <= 8 else 2 if years <= 16 else 5


def month_x(months: Iterable[pd.Timestamp]) -> alt.X:
    """The field `month` along the bottom."""
    return alt.X("month:T", axis=month_axis(months))


def horizon_x() -> alt.X:
    """The field `horizon` along the bottom."""
    return alt.X("horizon:O", title="months ahead", axis=alt.Axis(labelAngle=0))


def number_y(title: str, field: str = "value", zero: bool = False) -> alt.Y:
    """A number up the side; the axis begins at zero only where `zero` is set."""
    return alt.Y(f"{field}:Q", title=title, scale=alt.Scale(zero=zero))


def share_y(field: str, least: float) -> alt.Y:
    """A share of months up the side, from `least` to 100%."""
    return alt.Y(
        f"{field}:Q",
        title="share of months inside",
        axis=alt.Axis(format=".0%"),
        scale=alt.Scale(domain=[least, 1.0]),
    )


def colour(field: str, colours: Mapping[str, str], **options: Any) -> alt.Color:
    """Colours by the values of a field, in the order of the legend."""
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", scale=scale, **options)


def month_tooltip() -> alt.Tooltip:
    """The field `month` in a tooltip."""
    return alt.Tooltip("month:T", format="%B %Y", title="month")


def number_tooltip(field: str, title: str = "", format: str = ".2f") -> alt.Tooltip:
    """A number in a tooltip."""
    return alt.Tooltip(f"{field}:Q", format=format, title=title or field)


def lines(rows: pd.DataFrame, **mark: Any) -> Any:
    """Lines through the rows; `point` marks each of them."""
    return alt.Chart(rows).mark_line(**mark)


def dashed(rows: pd.DataFrame, **encoding: Any) -> Any:
    """Dashed lines in grey: nominal values, limits, and where a period ends."""
    return alt.Chart(rows).mark_rule(strokeDash=[4, 4], color=GREY).encode(**encoding)


def coverage_layers(rows: pd.DataFrame, least: float, *tooltip: str) -> Any:
    """Interval coverage by months ahead, with the nominal share dashed.

    The rows have horizon, interval, share and nominal; the axis begins at `least`.
    """
    legend = alt.Legend(symbolOpacity=1)
    base = alt.Chart(rows).encode(color=colour("interval", COVERAGE_COLOURS, legend=legend))
    tooltips = ["interval:N", "horizon:O", number_tooltip("share", format=".0%"), *tooltip]
    return base.mark_line(point=True).encode(
        x=horizon_x(), y=share_y("share", least), tooltip=tooltips
    ) + base.mark_rule(strokeDash=[4, 4]).encode(y=share_y("nominal", least))


def fan_colour() -> alt.Color:
    """The colours of figures, forecasts and their intervals."""
    return colour("key", FAN_COLOURS, legend=alt.Legend(symbolType="square"))


def interval_bands(
    rows: pd.DataFrame, x: alt.X, title: str, is_single: bool = False, **encoding: Any
) -> list[Any]:
    """The 95% and the 80% interval of forecasts as two layers.

    The rows have lower80, upper80, lower95 and upper95. `is_single` draws bars: an area needs more
    than one month.
    """
    layers = []
    for level in (95, 80):
        chart = alt.Chart(rows.assign(key=f"{level}% interval"))
        layers.append(
            (chart.mark_rule(strokeWidth=9) if is_single else chart.mark_area()).encode(
                x=x,
                y=number_y(title, f"lower{level}"),
                y2=f"upper{level}",
                color=fan_colour(),
                **encoding,
            )
        )
    return layers


def styled(chart: Any, title: str, subtitle: str = "", height: int = 320) -> Any:
    """Give a chart its title, subtitle and height in pixels."""
    return chart.properties(
        width=WIDTH,
        height=height,
        title=alt.TitleParams(title, subtitle=subtitle or alt.Undefined, anchor="start"),
    )


def configured(chart: Any) -> Any:
    """Apply the house style; once, to the outermost chart."""
    return (
        chart.configure(background="white", font=FONT)
        .configure_view(strokeWidth=0)
        .configure_axis(
            gridColor="#eceef0",
            domainColor="#c4c9cf",
            tickColor="#c4c9cf",
            labelColor="#57606a",
            titleColor="#57606a",
            titleFontWeight="normal",
            labelFontSize=11,
        )
        .configure_title(fontSize=15, subtitleFontSize=12, color=INK, subtitleColor="#57606a")
        .configure_legend(
            labelFontSize=11,
            titleFontSize=11,
            labelLimit=260,
            columnPadding=16,  # a reader's font may be wider than the one it was laid out with
            orient="top",
            title=None,
        )
    )


def spec(chart: Any) -> dict[str, Any]:
    """The chart as a Vega-Lite specification, in the house style."""
    # Validation takes longer than the chart itself; the tests validate.
    specification: dict[str, Any] = configured(chart).to_dict(validate=False)
    return specification


def titles(spec: dict[str, Any]) -> tuple[str, str]:
    """Title and subtitle of a specification; the latter may be ''."""
    title = spec["title"]
    return str(title["text"]), str(title.get("subtitle", ""))


def with_source(spec: dict[str, Any], source: str) -> dict[str, Any]:
    """A copy of the specification with the source of its data under the title; '' for none."""
    title = dict(spec["title"])
    lines = [*filter(None, [title.get("subtitle")]), *wrap(source, LINE)]
    return {**spec, "title": title | ({"subtitle": lines} if lines else {})}


def on_screen(spec: dict[str, Any]) -> dict[str, Any]:
    """A copy of the specification for a page: full width, transparent, light and dark.

    Every colour becomes CSS's `light-dark()` of both, so that it follows the theme of the page even
    if that changes. This needs the chart drawn as SVG, as Streamlit does up to 2,000 marks. The
    page writes the title itself: there a phone can wrap it and a screen reader finds it.
    """
    parts = {name: value for name, value in spec.items() if name not in ("datasets", "title")}
    adapted: dict[str, Any] = {
        **json.loads(re.sub(r'"(#[0-9a-fA-F]{6})"', _light_dark, json.dumps(parts))),
        "datasets": dict(spec.get("datasets", {})),
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 2, "right": 14, "top": 4, "bottom": 2},
        "description": ". ".join(titles(spec)),
    }
    config = adapted["config"]
    config |= {"background": "transparent", "font": SCREEN_FONT}
    config["axis"] |= {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 220}
    config["axisQuantitative"] = {"tickCount": 6}
    config["legend"] |= {
        "labelFontSize": 12,
        "offset": 8,
        "columnPadding": 14,
        "columns": {"expr": "width < 420 ? 2 : 6"},
        "labelLimit": {"expr": "width < 420 ? 130 : 260"},
    }
    return adapted


def _light_dark(match: re.Match[str]) -> str:
    """A colour as JSON text, with its dark counterpart if it has one."""
    light = match[1].lower()
    return f'"light-dark({light}, {DARK[light]})"' if light in DARK else match[0]


def png(spec: dict[str, Any], scale: float = 2.0) -> bytes:
    """A specification as a PNG, drawn offline."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(spec, scale=scale))


def svg(spec: dict[str, Any]) -> str:
    """A specification as SVG text, drawn offline."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))


_SVG_NAME = re.compile(r'(?<=id=")(?=[a-z_]+\d+")|(?<=url\(#)(?=[a-z_]+\d+\))')


def show(chart: Any) -> Any:
    """The chart as an IPython SVG, with its title and subtitle for screen readers.

    GitHub runs no script in a notebook, so that the notebook stores a drawing, some kilobytes of
    text, instead of the specification. Marks have no descriptions: they would be most of the file.
    """
    from IPython.display import SVG

    specification = spec(chart)
    config = {**specification["config"], "aria": False, "font": NOTEBOOK_FONT, "padding": 8}
    drawing = svg({**specification, "config": config})
    # Several drawings share a page, and each calls its clip paths clip0, clip1 and so on.
    prefix = "d" + hashlib.sha256(drawing.encode()).hexdigest()[:8]
    label = escape(". ".join(filter(None, titles(specification))))
    unique = _SVG_NAME.sub(prefix, drawing)
    return SVG(unique.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1))
