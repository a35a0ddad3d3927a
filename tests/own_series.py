"""Small data sets of one's own, for tests to spoil."""

from pathlib import Path

import pandas as pd

TOML = """
name = "mill"
title = "Flour from the mill"
file = "mill.csv"
parts = ["rye", "wheat"]

[columns.flour]
unit = "tonnes"
lowest = 0

[columns.rye]
header = "Rye (t)"
unit = "tonnes"
lowest = 0

[columns.wheat]
unit = "tonnes"
lowest = 0
"""
WEATHER = """
[weather]
temperature = "mean temperature"
degree_days = "heating"
"""
HEADER = "month,flour,Rye (t),wheat"
FIRST = "2015-01"


def rows(months: int = 96) -> list[str]:
    """A row for each month: a total and two parts that add up to it."""
    index = pd.period_range(FIRST, periods=months, freq="M")
    return [
        f"{month},{10 + place % 12 + place / 100:.2f},{place % 12 + 1},{9 + place / 100:.2f}"
        for place, month in enumerate(index)
    ]


def write(
    folder: Path, lines: list[str] | None = None, toml: str = TOML, header: str = HEADER
) -> Path:
    """A settings file and its CSV; the settings file."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([header, *(rows() if lines is None else lines)]) + "\n"
    (folder / "mill.csv").write_text(text, "utf-8")
    (folder / "mill.toml").write_text(toml, "utf-8")
    return folder / "mill.toml"


def with_weather(folder: Path, months: int = 96, weather: int | None = None) -> Path:
    """The same with temperature and degree days, in as many months."""
    index = pd.period_range(FIRST, periods=months, freq="M")
    lines = []
    for place, (row, month) in enumerate(zip(rows(months), index, strict=True)):
        cold = abs(month.month - 7) * 2.0 + place % 5
        known = weather is None or place < weather
        lines.append(f"{row},{18 - cold:.1f},{cold:.2f}" if known else f"{row},,")
    return write(folder, lines, TOML + WEATHER, f"{HEADER},mean temperature,heating")
