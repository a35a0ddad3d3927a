"""A chart in a notebook: a drawing that GitHub and every viewer show, with words beside it."""

from __future__ import annotations

import hashlib
import re
from html import escape
from typing import Any

from energy.charts.screen import svg_of, titles
from energy.charts.style import spec

FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
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
    made["config"] = {**made["config"], "aria": False, "font": FONT, "padding": 8}
    drawn = svg_of(made)
    # Several drawings share one page, and each would call its own clip path `clip0`.
    mine = hashlib.sha256(drawn.encode()).hexdigest()[:8]
    words = escape(". ".join(filter(None, titles(made))))
    named = _NAME.sub(f"d{mine}-", drawn)
    return SVG(named.replace("<svg ", f'<svg role="img" aria-label="{words}" ', 1))
