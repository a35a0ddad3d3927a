"""Write shops.csv: made-up sales of a made-up baker's shops, from a seed, the same each time.

    python examples/shops/make_shops.py

A long table, a row for each shop and month. Most shops have sold for years; two are new, and one
opened this autumn. Rolls sell in summer by the sea and in December in town. Nothing is taken from
anywhere.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SEED = 11
LAST = pd.Period("2024-12", freq="M")
SHOPS = {
    **{f"town {number}": (144, 0.3) for number in range(1, 6)},
    **{f"seaside {number}": (120, -0.4) for number in range(1, 5)},
    "station": (24, 0.1),
    "market": (30, 0.2),
    "harbour": (4, 0.0),
}
"""Months that each has sold, and how much more it sells in December than in June."""


def make() -> pd.DataFrame:
    """Sales in thousands by month and shop."""
    drawn = np.random.default_rng(SEED)
    parts = []
    for shop, (months, winter) in SHOPS.items():
        index = pd.period_range(end=LAST, periods=months, freq="M")
        wave = winter * np.cos(2 * np.pi * index.month.to_numpy() / 12) / 2
        walk = np.cumsum(drawn.normal(0.003, 0.015, months))
        sales = drawn.uniform(8, 40) * np.exp(wave + walk + drawn.normal(0, 0.04, months))
        parts.append(pd.DataFrame({"month": index.astype(str), "shop": shop, "sales": sales}))
    return pd.concat(parts)


if __name__ == "__main__":
    text = make().to_csv(index=False, lineterminator="\n", float_format="%.2f")
    Path(__file__).with_name("shops.csv").write_text(text, "utf-8", newline="\n")
