"""Compare a new vintage with the vintage before, its covers and the calendar."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from energy.data.frame import frame_fault, join_tables
from energy.data.tables import ENERGY, TABLES, WEATHER
from energy.data.vintages import RawFile, Vintage
from energy.errors import DataError, join_names

NOISE = 1e-9
"""Smallest revision, as a share of the figure: below it, programs write one figure differently."""

COLUMN_MOVED = 0.15
"""Largest mean absolute revision of a column, as a share of its mean.

The deepest revision so far (July 2022, restated by 2025) moved a total by 3%; the two most similar
columns (petroleum and natural gas) are 29% apart."""

TOTAL_MOVED = 0.10
"""Largest revision of a month's total, as a share of it: three times the deepest so far, and about
the difference between neighbouring months, which a table shifted by a row would show."""

WEATHER_MOVED = 1.0
"""Largest revision of a weather figure, in standard deviations of its column: averages were
reweighted by far less, and a row of deviations among the averages is further off."""

LAGS = {ENERGY.number: 2}
"""Months between a table's last month and its publication; 1 for weather."""

SLACK = timedelta(days=7)
"""How late a release may be: it is due on the last Thursday of a month, give or take some days."""

ACCEPTABLE = ("cover", "withdrawn", "revisions")
"""Blocking checks that a person may accept after a look at the workbooks."""

_ADVICE = {
    "cover": "Its last rows are missing, or the cover is wrong; if it is the cover, accept the "
    "check 'cover'.",
    "older": "This file is older than the one in use, which stays in use.",
    "withdrawn": "If the office did withdraw them, accept the check 'withdrawn'.",
    "revisions": "Look for swapped columns, another unit or a typing error; if it is a true "
    "revision, accept the check 'revisions'.",
}


@dataclass(frozen=True, slots=True)
class DataCheck:
    """The result of one check; a vintage that fails a blocking one is refused.

    `found` and `expected` are words for a person; `where` names files, sheets, cells or columns,
    and is '' for the monthly frame.
    """

    name: str
    passed: bool
    blocking: bool
    found: str
    expected: str
    where: str = ""


def check_vintage(
    vintage: Vintage, before: Vintage | None, today: date, new: Collection[str] | None = None
) -> list[DataCheck]:
    """Run every check of a vintage; `new` names the files whose covers count, None for all.

    `before` is the newest vintage in the archive, and None for the first.
    """
    index = _index(vintage)
    if not index.passed:  # The other checks need sound indexes.
        return [index]
    frame = join_tables(vintage.tables)
    checks = [index, _ranges(frame), _total(frame)]
    if before is not None:
        old = join_tables(before.tables)
        checks += [_older(vintage, before), _withdrawn(old, frame), _revised(old, frame)]
    for file in vintage.files:
        if new is None or file.path.name in new:
            checks += _cover(vintage, file)
    return [*checks, *_stale(vintage, today)]


def require_checks(checks: Collection[DataCheck], accept: Collection[str] = ()) -> None:
    """Raise DataError if a blocking check failed that is not accepted, or cannot be accepted."""
    if unknown := sorted(set(accept) - set(ACCEPTABLE)):
        raise DataError(
            f"Cannot accept {join_names(unknown)}; expected any of {join_names(ACCEPTABLE)}."
        )
    for check in checks:
        if check.blocking and not check.passed and check.name not in accept:
            advice = _ADVICE.get(check.name, "Compare with the published file.")
            raise DataError(
                f"{check.where or 'Monthly frame'}: found {check.found}; expected "
                f"{check.expected}. {advice}"
            )


def checks_to_json(checks: Collection[DataCheck]) -> str:
    """Checks as the text of a `checks.json`."""
    return json.dumps([asdict(check) for check in checks], indent=2) + "\n"


def _index(vintage: Vintage) -> DataCheck:
    expected = "every month once, in order"
    for number, table in vintage.tables.items():
        months = table.figures.index
        if not (len(months) and months.equals(pd.period_range(months[0], months[-1], freq="M"))):
            ends = f", {months[0]} to {months[-1]}" if len(months) else ""
            actual = f"{len(months)} months{ends}, some of them missing, repeated or out of order"
            place = f"{table.file}, table {number}"
            return DataCheck("index", False, True, actual, expected, place)
    return DataCheck("index", True, True, f"so in {len(vintage.tables)} tables", expected)


def _ranges(frame: pd.DataFrame) -> DataCheck:
    if fault := frame_fault(frame):
        column, actual, expected = fault
        return DataCheck("ranges", False, True, actual, expected, column)
    expected = "every column, of its type and within its range"
    return DataCheck("ranges", True, True, f"{frame.shape[1]} columns", expected)


def _total(frame: pd.DataFrame) -> DataCheck:
    parts = frame[list(ENERGY.parts)].sum(axis="columns", min_count=1)
    difference = (frame[ENERGY.total] - parts).abs()
    either = frame[ENERGY.total].notna() | parts.notna()
    wrong = difference[either & ~(difference <= ENERGY.tolerance)]
    actual = f"{len(wrong)} months that are not"
    if wrong.empty:
        actual = f"at most {difference.max():.3f} away"
    expected = f"the total within {ENERGY.tolerance:g} {ENERGY.unit} of the sum of its fuels"
    place = "total" if wrong.empty else f"total, from {wrong.index[0]}"
    return DataCheck("total", wrong.empty, True, actual, expected, place)


def _older(vintage: Vintage, before: Vintage) -> DataCheck:
    last = {spec.number: _last(vintage, spec.number) for spec in TABLES}
    previous = {spec.number: _last(before, spec.number) for spec in TABLES}
    older = [number for number in last if last[number] < previous[number]]
    worst = older[0] if older else ENERGY.number
    place = f"{vintage.tables[worst].file}, table {worst}"
    expected = f"{previous[worst]}, as in the vintage in use, or later"
    return DataCheck("older", not older, True, str(last[worst]), expected, place)


def _withdrawn(old: pd.DataFrame, new: pd.DataFrame) -> DataCheck:
    present = new.reindex(old.index).notna()
    # Months after a table's own end are the subject of `older`.
    lost = (old.notna() & ~present).drop(columns="provisional")
    count = int(lost.to_numpy().sum())
    names = ", ".join(str(name) for name in lost.columns[lost.any()])
    first = f", from {lost.index[lost.any(axis='columns')][0]}" if count else ""
    actual = f"{count} missing{first}" if count else "none missing"
    expected = "every figure of the vintage before"
    return DataCheck("withdrawn", not count, True, actual, expected, names)


def _revised(old: pd.DataFrame, new: pd.DataFrame) -> DataCheck:
    expected = (
        f"no column to move by more than {COLUMN_MOVED:.0%} of its mean, no total by more than "
        f"{TOTAL_MOVED:.0%}, no weather figure by more than {WEATHER_MOVED:g} standard deviation"
    )
    revisions = compare_vintages(old, new)
    change = (revisions["new"] - revisions["old"]).abs()
    figures = old.drop(columns="provisional")
    compared = (figures.notna() & new.reindex(old.index)[figures.columns].notna()).sum()
    # Mean absolute change of each revised column, as a share of its mean.
    moves = change.groupby(revisions["column"]).sum() / compared / figures.abs().mean()
    moves = moves.reindex(figures.columns).dropna()
    far = ", ".join(moves.index[moves > COLUMN_MOVED])
    allowed = revisions["column"].map(WEATHER_MOVED * old[list(WEATHER)].std())
    is_total = revisions["column"] == ENERGY.total
    allowed = allowed.where(~is_total, TOTAL_MOVED * revisions["old"].abs())
    jumps = revisions[change > allowed]
    if not far and len(jumps):
        first = jumps.iloc[0]
        actual = f"{first['old']:.3f}, which became {first['new']:.3f}"
        place = f"{first['column']} of {first['month']}"
        return DataCheck("revisions", False, True, actual, expected, place)
    actual = "nothing revised"
    if len(moves):
        actual = f"{moves.idxmax()} moved by {moves.max():.1%} on the mean"
    return DataCheck("revisions", not far, True, actual, expected, far)


def _cover(vintage: Vintage, file: RawFile) -> Iterator[DataCheck]:
    name, cover = file.path.name, file.cover
    if cover is None or cover.month is None:
        actual = "no cover sheet" if cover is None else "no such statement"
        yield DataCheck("cover", False, False, actual, "the month that its data are new for", name)
    else:
        announced = pd.Period(cover.month, freq="M")
        behind = [number for number in file.tables if _last(vintage, number) < announced]
        worst = behind[0] if behind else file.tables[0]
        place = f"{name}, sheet {cover.sheet}, cell {cover.cell}, table {worst}"
        expected = f"a last month of {announced}, as announced there"
        yield DataCheck("cover", not behind, True, str(_last(vintage, worst)), expected, place)
    if cover is not None and cover.published and cover.following:
        days = (cover.following - cover.published).days
        actual = f"{cover.published} and {cover.following}"
        expected = "dates of this release and the next, 14 to 70 days apart"
        # Not blocking: covers have carried wrong years.
        yield DataCheck("cover dates", 14 <= days <= 70, False, actual, expected, name)


def _stale(vintage: Vintage, today: date) -> Iterator[DataCheck]:
    """Compare with the calendar alone, since covers have carried wrong years."""
    published = pd.Period(today - SLACK, freq="M") - 1
    for number, table in vintage.tables.items():
        due = published - LAGS.get(number, 1)
        last = _last(vintage, number)
        days = (today - last.end_time.date()).days
        actual = f"{last}, which ended {days} days before {today}"
        place = f"{table.file}, table {number}"
        yield DataCheck("stale", last >= due, False, actual, f"{due} or later", place)


def _last(vintage: Vintage, number: str) -> pd.Period:
    return pd.PeriodIndex(vintage.tables[number].figures.index)[-1]


def compare_vintages(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Every figure that is in both monthly frames and differs.

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


def revisions_to_csv(revisions: pd.DataFrame) -> str:
    """Revisions as the text of a `revisions.csv`, with every digit."""
    return str(revisions.to_csv(index=False, lineterminator="\n"))


def revisions_from_csv(path: Path) -> pd.DataFrame:
    """Revisions from a `revisions.csv`, as `compare_vintages` returns them."""
    types = {"month": str, "column": str, "old": float, "new": float}
    revisions = pd.read_csv(path, dtype=types, float_precision="round_trip")
    return revisions.assign(month=pd.PeriodIndex(revisions["month"], freq="M"))
