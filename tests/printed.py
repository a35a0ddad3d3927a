"""Figures in sentences, compared as numbers: sums in another order may round differently."""

from __future__ import annotations

import re

FIGURE = r"([-+]?\d[\d,]*(?:\.\d+)?)"


def prints(text: str, sentence: str, *figures: float | None) -> bool:
    """Whether a text has a sentence in which each `#` is a figure, to one unit of its last digit.

    >>> prints("MASE 0.651, MAPE 3.09%.", "MASE #, MAPE #%", 0.6514, 3.0949)
    True
    >>> prints("MASE 0.651, MAPE 3.09%.", "MASE #, MAPE #%", 0.6514, 3.2)
    False
    """
    assert sentence.count("#") == len(figures), "a figure for each #"
    pattern = FIGURE.join(re.escape(part) for part in sentence.split("#"))
    return any(all(map(_close, found.groups(), figures)) for found in re.finditer(pattern, text))


def _close(found: str, figure: float | None) -> bool:
    unit = 10.0 ** -len(found.partition(".")[2])
    return figure is not None and abs(float(found.replace(",", "")) - figure) <= unit
