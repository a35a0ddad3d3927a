"""What a new vintage changed in the months that the one before it had already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

NOISE = 1e-9
"""Share of a figure below which two differ by how a program wrote them, not by what they say."""
COLUMNS = ("month", "column", "old", "new")


@dataclass(frozen=True, slots=True)
class RevisionSummary:
    """How far one column was revised.

    Attributes:
        column: Its name in the monthly frame.
        figures: How many of its figures differ.
        compared: How many stand in both vintages.
        first: First month that differs, ISO.
        last: Last month that differs, ISO.
        largest: The change furthest from zero, new less old, in the column's unit.
        month: The month of that change, ISO.
        mean: Mean of all absolute changes over the figures compared, in the column's unit.
    """

    column: str
    figures: int
    compared: int
    first: str
    last: str
    largest: float
    month: str
    mean: float


def compare_vintages(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Every figure that stands in both monthly frames and differs.

    A month that only one of them has a figure for is not a revision: new months are what a release
    is for, and figures withdrawn are a check of their own.

    Returns:
        Columns `month` (Period[M]), `column`, `old` and `new` (float64, in the column's unit),
        sorted by month and by the order of the columns; no rows where nothing was revised.
    """
    names = [name for name in old.columns if name in new.columns and name != "provisional"]
    months = old.index.intersection(new.index)
    before, after = (frame.loc[months, names] for frame in (old, new))
    # NaN compares false, so a figure that only one of them has is no revision.
    differs = (before - after).abs() > NOISE * after.abs()
    rows, columns = differs.to_numpy().nonzero()
    return pd.DataFrame(
        {
            "month": pd.PeriodIndex(months[rows], freq="M"),
            "column": pd.Series([names[place] for place in columns], dtype=str),
            "old": before.to_numpy(dtype=float)[rows, columns],
            "new": after.to_numpy(dtype=float)[rows, columns],
        }
    )


def summarise_revisions(old: pd.DataFrame, new: pd.DataFrame) -> list[RevisionSummary]:
    """How far each column was revised, in the order of the columns; none that was not."""
    found = compare_vintages(old, new)
    months = old.index.intersection(new.index)
    summaries = []
    for name, rows in found.groupby("column", sort=False):
        change = rows["new"] - rows["old"]
        furthest = int(change.abs().to_numpy().argmax())
        both = old[str(name)].loc[months].notna() & new[str(name)].loc[months].notna()
        summaries.append(
            RevisionSummary(
                str(name),
                len(rows),
                int(both.sum()),
                str(rows["month"].min()),
                str(rows["month"].max()),
                float(change.iloc[furthest]),
                str(rows["month"].iloc[furthest]),
                float(change.abs().sum() / both.sum()),
            )
        )
    order = list(old.columns)
    return sorted(summaries, key=lambda summary: order.index(summary.column))


def revisions_to_csv(revisions: pd.DataFrame) -> str:
    """Revisions as the text of a `revisions.csv`; every figure in full."""
    return str(revisions.to_csv(index=False, columns=list(COLUMNS), lineterminator="\n"))


def revisions_from_csv(path: Path) -> pd.DataFrame:
    """Revisions from a `revisions.csv`, as `compare` gives them."""
    kinds = {"month": str, "column": str, "old": float, "new": float}
    found = pd.read_csv(path, dtype=kinds, float_precision="round_trip")
    return found.assign(month=pd.PeriodIndex(found["month"], freq="M"))
