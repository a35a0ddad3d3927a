"""The house style of every chart, and how a chart becomes a file.

Colours are Okabe and Ito's, which colour-blind readers can tell apart.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from energy.charts.screen import png_of, svg_of

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
