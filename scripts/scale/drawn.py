"""Made-up monthly series like those that people bring: trend, season, outliers, short histories."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

LAST = pd.Period("2024-12", freq="M")
SHORT = 0.1
"""Share of the series that have begun in the last three years."""
TOML = """name = "shops"
title = "Sales by shop"
file = "shops.csv"

[series]
header = "shop"
value = "sales"
unit = "thousand"
lowest = 0
"""


def table(count: int, seed: int, lengths: tuple[int, int], short: float = SHORT) -> pd.DataFrame:
    """A long table: columns month, shop, sales.

    Args:
        count: Series.
        seed: The same table each time.
        lengths: Fewest and most months of those that are not short.
        short: Share of those that are: 15 to 36 months.
    """
    random = np.random.default_rng(seed)
    parts = []
    for place in range(count):
        young = place > 0 and random.random() < short
        months = int(random.integers(15, 37) if young else random.integers(*lengths))
        parts.append(
            pd.DataFrame(
                {
                    "month": pd.period_range(end=LAST, periods=months, freq="M").astype(str),
                    "shop": f"shop {place:05d}",
                    "sales": _figures(months, random),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def write(frame: pd.DataFrame, folder: Path) -> Path:
    """The table and its settings file; the latter's path."""
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_csv(folder / "shops.csv", index=False, float_format="%.3f")
    (folder / "shops.toml").write_text(TOML, "utf-8")
    return folder / "shops.toml"


def _figures(months: int, random: np.random.Generator) -> np.ndarray:
    time = np.arange(months)
    season = random.normal(0, random.uniform(0, 0.25), 12)[time % 12]
    drift = np.cumsum(random.normal(random.normal(0, 0.003), random.uniform(0.005, 0.03), months))
    noise = random.normal(0, random.uniform(0.02, 0.1), months)
    odd = random.random(months) < 0.01
    noise[odd] += random.normal(0, 0.5, odd.sum())
    return np.exp(random.normal(2, 1) + season + drift + noise) + 0.01
