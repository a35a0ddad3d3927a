"""Write visitors.csv: made-up visitors to a made-up museum, from a seed, the same each time.

    python examples/visitors/make_visitors.py

Sixteen years of months by kind of visitor: families come in the holidays, school classes in term,
most in June, and members all year. Numbers grow, the winter is quiet; in May 2018 a film made the
mill famous, and in August 2021 a storm shut the gates for a week. Nothing is taken from
anywhere.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20
MONTHS = pd.period_range("2009-01", "2024-12", freq="M")
SEASONS = {
    "families": (3.0, 5.0, 7.0, 14.0, 16.0, 15.0, 26.0, 30.0, 14.0, 12.0, 4.0, 6.0),
    "schools": (0.6, 1.2, 2.8, 4.0, 7.5, 11.0, 4.5, 0.2, 4.8, 4.2, 2.0, 0.8),
    "members": (1.2, 1.4, 1.9, 2.6, 3.1, 3.0, 3.2, 3.5, 2.6, 2.2, 1.5, 1.9),
}
"""Thousands in January to December of the first year."""
GROWTH = {"families": 0.02, "schools": 0.01, "members": 0.06}
"""Share by which each grows in a year."""
ODD = {"2018-05": 1.25, "2021-08": 0.75}
"""What came, as a share of what would have: the film, and the storm."""


def make() -> pd.DataFrame:
    """Visitors in thousands by month: the total and its parts."""
    drawn = np.random.default_rng(SEED)
    years = np.arange(len(MONTHS)) / 12
    odd = np.array([ODD.get(str(month), 1.0) for month in MONTHS])
    # Fine months are fine for everybody: half of the surprise is shared.
    shared = drawn.normal(0, 0.04, len(MONTHS))
    frame = pd.DataFrame(index=pd.Index(MONTHS.astype(str), name="month"))
    for name, season in SEASONS.items():
        usual = np.array(season)[MONTHS.month - 1] * (1 + GROWTH[name]) ** years
        own = drawn.normal(0, 0.04, len(MONTHS))
        frame[name] = (usual * np.exp(shared + own) * odd).round(2)
    frame.insert(0, "visitors", frame.sum(axis="columns").round(2))
    return frame


if __name__ == "__main__":
    text = make().to_csv(lineterminator="\n", float_format="%.2f")
    Path(__file__).with_name("visitors.csv").write_text(text, "utf-8", newline="\n")
