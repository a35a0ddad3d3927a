"""Data that has three vintages: one that ends at a cutoff, the embedded one, and a newer one."""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd
from made_results import ENERGY, RAW, WEATHER, make_release

from energy.data.vintage_builder import NewVintage, ingest_vintage
from energy.data.vintages import VintageRecord

CUTOFF = pd.Period("2018-05", "M")
"""The first cutoff of the holdout."""
BEFORE = ("2016-11", "2017-02", "2018-01", "2018-02")
"""Months that may be revised."""


@functools.cache
def workbook(last: str, change: float = 0.0) -> bytes:
    return make_release(last, dict.fromkeys(BEFORE, change) if change else None)


def archive(root: Path, then: float = 0.0, now: float = 0.0) -> Path:
    """Three vintages: one that ends at the cutoff, the embedded one, and a newer one.

    Args:
        root: Where.
        then: What to add to figures before the cutoff, as the first one has them.
        now: The same, as the newest one has them.
    """
    for files in (
        {"then.xlsx": workbook(str(CUTOFF), then), WEATHER: (RAW / WEATHER).read_bytes()},
        {ENERGY: (RAW / ENERGY).read_bytes()},
        {"now.xlsx": workbook("2022-08", now)},
    ):
        assert isinstance(ingest_vintage(root, files, VintageRecord("", "", {})), NewVintage)
    return root
