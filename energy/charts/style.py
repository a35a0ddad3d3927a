"""The style of every chart, and how a chart becomes a file, a page or a notebook cell."""

from __future__ import annotations

import hashlib
import json
import re
from html import escape
from textwrap import wrap
from typing import Any

import altair as alt

DARK = {
    "#24292f": "#e6edf3",  # ink
    "#57606a": "#a3b0bd",
    "#6e7781": "#b4bec8",
    "#8c959f": "#8b97a3",
    "#c4c9cf": "#4a5561",
    "#eceef0": "#26303a",
    "#b6c2cd": "#4b5a68",
    "#0072b2": "#4db1ee",  # blue; the others as far from it as they are on white
    "#56b4e9": "#a9dbf7",
    "#86bfe3": "#2f6f9d",
    "#c9e2f3": "#1d405b",
    "#d55e00": "#f5893d",
    "#009e73": "#35c79b",
    "#4d4d4d": "#a6a6a6",
    "#8c510a": "#c58a4a",
}
"""What each colour of the house style is on a dark ground; others stay as they are."""
_COLOUR = re.compile(r'"(#[0-9a-fA-F]{6})"')
LINE = 110
"""Characters that fit under a chart's title."""
FONT = "'Source Sans', 'Source Sans Pro', system-ui, sans-serif"
"""That of the pages."""


def on_screen(spec: dict[str, Any]) -> dict[str, Any]:
    """A specification for a page: as wide as its place, on the page's own ground.

    Every colour is CSS's `light-dark()` of both, so that the browser takes the one of its page's
    theme, also when that is changed while the page is open. The chart must be drawn as SVG, as
    Streamlit does up to 2,000 marks. It has no title: the page writes that, which a phone can wrap
    and a screen reader finds.

    Args:
        spec: As `style.spec` gives it; stays as it is.
    """
    kept = {name: value for name, value in spec.items() if name not in ("datasets", "title")}
    made: dict[str, Any] = json.loads(_COLOUR.sub(_both, json.dumps(kept)))
    made["datasets"] = dict(spec.get("datasets", {}))
    made["width"] = "container"
    made["autosize"] = {"type": "fit-x", "contains": "padding"}
    made["description"] = ". ".join(titles(spec))
    config = made["config"]
    config |= {"background": "transparent", "font": FONT}
    config["axis"] |= {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 220}
    config["axisQuantitative"] = {"tickCount": 6}
    config["legend"] |= {"labelFontSize": 12, "offset": 8, "columnPadding": 14}
    config["legend"]["columns"] = {"expr": "width < 420 ? 2 : 6"}
    config["legend"]["labelLimit"] = {"expr": "width < 420 ? 130 : 260"}
    made["padding"] = {"left": 2, "right": 14, "top": 4, "bottom": 2}
    return made


def _both(found: re.Match[str]) -> str:
    """A colour as JSON text, with its counterpart if it has one."""
    light = found[1].lower()
    return f'"light-dark({light}, {DARK[light]})"' if light in DARK else found[0]


def titles(spec: dict[str, Any]) -> tuple[str, str]:
    """Title and subtitle of a specification; the latter may be ''."""
    title = spec["title"]
    return str(title["text"]), str(title.get("subtitle", ""))


def sourced(spec: dict[str, Any], source: str) -> dict[str, Any]:
    """The same specification with where its figures are from under its title, if that is said."""
    title = dict(spec["title"])
    lines = [*filter(None, [title.get("subtitle")]), *wrap(source, LINE)]
    return {**spec, "title": title | ({"subtitle": lines} if lines else {})}


def png_of(spec: dict[str, Any], scale: float = 2.0) -> bytes:
    """A specification as a PNG, drawn offline."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(spec, scale=scale))


def svg_of(spec: dict[str, Any]) -> str:
    """A specification as SVG text, drawn offline."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))


INK, BLUE, SKY, ORANGE, GREEN, PINK, GREY = (
    "#24292f",
    "#0072B2",
    "#56B4E9",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#8c959f",
)
PALE = "#b6c2cd"
"""What stays in the background."""
WIDE80, WIDE95 = "#86bfe3", "#c9e2f3"
"""What fills the 80% and the 95% interval."""
WIDTH = 760


def year_axis() -> alt.Axis:
    """A time axis with a tick for each January."""
    return alt.Axis(format="%Y", tickCount="year", title=None)


def styled(chart: Any, title: str, subtitle: str = "", height: int = 320) -> Any:
    """Give a chart its title, subtitle and size in pixels."""
    return chart.properties(
        width=WIDTH,
        height=height,
        title=alt.TitleParams(title, subtitle=subtitle or alt.Undefined, anchor="start"),
    )


def configured(chart: Any) -> Any:
    """Apply the house style; once, on the outermost chart."""
    return (
        chart.configure(
            background="white",
            font="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif",
        )
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
    # Checking a specification against its schema takes longer than making it; the tests do.
    made: dict[str, Any] = configured(chart).to_dict(validate=False)
    return made


def png(chart: Any, scale: float = 2.0) -> bytes:
    """The chart as a PNG, drawn offline."""
    return png_of(spec(chart), scale)


def svg(chart: Any) -> str:
    """The chart as SVG text, drawn offline."""
    return svg_of(spec(chart))


NOTEBOOK_FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
"""One whose letters are as wide with the reader as where the drawing was laid out."""
_NAME = re.compile(r'(?<=id=")(?=[a-z_]+\d+")|(?<=url\(#)(?=[a-z_]+\d+\))')


def show(chart: Any) -> Any:
    """The chart as an IPython SVG, its title and subtitle for those who hear it.

    A notebook that is read on GitHub runs no script, so a drawing is kept, some kilobytes of text,
    and not the chart's specification. Marks are not described one by one: it would be most of the
    file.
    """
    from IPython.display import SVG

    made = spec(chart)
    made["config"] = {**made["config"], "aria": False, "font": NOTEBOOK_FONT, "padding": 8}
    drawn = svg_of(made)
    # Several drawings share one page, and each would call its own clip path `clip0`.
    mine = hashlib.sha256(drawn.encode()).hexdigest()[:8]
    words = escape(". ".join(filter(None, titles(made))))
    named = _NAME.sub(f"d{mine}-", drawn)
    return SVG(named.replace("<svg ", f'<svg role="img" aria-label="{words}" ', 1))
