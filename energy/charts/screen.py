"""A chart as a page of the app shows it: as wide as its place, and in the theme of the page."""

from __future__ import annotations

import json
import re
from textwrap import wrap
from typing import Any

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
