"""Revisions: what a new vintage changed in months of the vintage before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

NOISE = 1e-9
"""Smallest revision, as a share of the figure: below it, programs write one figure differently."""
COLUMNS = ("month", "column", "old", "new")


@dataclass(frozen=True, slots=True)
class RevisionSummary:
    """The revisions of one column.

    Attributes:
        column: Its name in the monthly frame.
        figures: Number of figures that differ.
        compared: Number of figures in both vintages.
        first: First month that differs, ISO.
        last: Last month that differs, ISO.
        largest: Largest change in absolute terms, new minus old, in the column's unit.
        month: Month of that change, ISO.
        mean: Mean absolute change over the figures compared, in the column's unit.
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
    """Every figure that is in both monthly frames and differs.

    A figure in only one of them is not a revision: new months are the purpose of a release, and
    withdrawn figures have a check of their own.

    Returns:
        Columns `month` (Period[M]), `column`, `old` and `new` (float64, in the column's unit),
        sorted by month and by the order of the columns; empty if nothing was revised.
    """
    names = [name for name in old.columns if name in new.columns and name != "provisional"]
    months = old.index.intersection(new.index)
    before, after = (frame.loc[months, names] for frame in (old, new))
    # NaN compares false, which leaves out figures in only one of them.
    differs = (before - after).abs() > NOISE * after.abs()
    rows, columns = differs.to_numpy().nonzero()
    return pd.DataFrame(
        {
            "month": pd.PeriodIndex(months[rows], freq="M"),
            "column": pd.Series([names[column] for column in columns], dtype=str),
            "old": before.to_numpy(dtype=float)[rows, columns],
            "new": after.to_numpy(dtype=float)[rows, columns],
        }
    )


def summarise_revisions(old: pd.DataFrame, new: pd.DataFrame) -> list[RevisionSummary]:
    """The revisions of each revised column, in the order of the columns."""
    revisions = compare_vintages(old, new)
    months = old.index.intersection(new.index)
    summaries = []
    for name, rows in revisions.groupby("column", sort=False):
        change = rows["new"] - rows["old"]
        largest = int(change.abs().to_numpy().argmax())
        both = old[str(name)].loc[months].notna() & new[str(name)].loc[months].notna()
        summaries.append(
            RevisionSummary(
                str(name),
                len(rows),
                int(both.sum()),
                str(rows["month"].min()),
                str(rows["month"].max()),
                float(change.iloc[largest]),
                str(rows["month"].iloc[largest]),
                float(change.abs().sum() / both.sum()),
            )
        )
    order = list(old.columns)
    return sorted(summaries, key=lambda summary: order.index(summary.column))


def revisions_to_csv(revisions: pd.DataFrame) -> str:
    """Revisions as the text of a `revisions.csv`, with every digit."""
    return str(revisions.to_csv(index=False, columns=list(COLUMNS), lineterminator="\n"))


def revisions_from_csv(path: Path) -> pd.DataFrame:
    """Revisions from a `revisions.csv`, as `compare_vintages` returns them."""
    types = {"month": str, "column": str, "old": float, "new": float}
    revisions = pd.read_csv(path, dtype=types, float_precision="round_trip")
    return revisions.assign(month=pd.PeriodIndex(revisions["month"], freq="M"))
