"""Series with trend, season, level shifts and outliers, of many lengths; and of odd kinds."""

from __future__ import annotations

import numpy as np
import pandas as pd


def drawn(count: int, seed: int = 0, shortest: int = 60, longest: int = 140) -> list[pd.Series]:
    """Positive monthly series, all ending in December 2024."""
    random = np.random.default_rng(seed)
    return [_one(f"shop {place}", random, shortest, longest) for place in range(count)]


def named(values: object, name: str = "odd", last: str = "2024-12") -> pd.Series:
    """Figures as a monthly series that ends with a month."""
    array = np.asarray(values, dtype=float)
    months = pd.period_range(end=last, periods=len(array), freq="M", name="month")
    return pd.Series(array, months, name=name)


def _one(name: str, random: np.random.Generator, shortest: int, longest: int) -> pd.Series:
    months = int(random.integers(shortest, longest))
    time = np.arange(months)
    season = random.uniform(0.05, 0.4) * np.sin(2 * np.pi * (time + random.integers(12)) / 12)
    walk = np.cumsum(random.normal(random.normal(0, 0.003), 0.02, months))
    noise = random.normal(0, 0.03, months)
    noise[random.integers(months)] += 0.5
    return named(np.exp(random.normal(3, 1) + season + walk + noise), name)
