"""Whether a series is worked on as it is or on its logarithm: decided here, once, for all."""

from __future__ import annotations

import pandas as pd


def is_positive(y: pd.Series) -> bool:
    """Whether logs can be taken: a property of the kind of series, the same at every cutoff."""
    return bool((y > 0).all())
