"""What a new vintage is held to, as named checks that a person can read one by one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import pandas as pd

from energy import legacy_errors
from energy.data.frame import join_tables, validate_frame
from energy.data.revisions import compare_vintages, summarise_revisions
from energy.data.tables import ENERGY, TABLES, WEATHER
from energy.data.vintages import RawFile, Vintage

COLUMN_MOVED = 0.15
"""Mean absolute revision of a column, as a share of its mean, that no revision has come near.

The deepest known (July 2022, restated by 2025) moved a total by 3%; of two columns taken for each
other, the most alike (petroleum and natural gas) are 29% apart."""

TOTAL_MOVED = 0.10
"""Revision of one month's total, as a share of it: three times the deepest known, and about what
lies between one month and the next, which a table shifted by a row would show."""

WEATHER_MOVED = 1.0
"""Revision of one weather figure, in standard deviations of its column: averages were reweighted
by far less, and a row of the deviations among the averages is further off."""

LAGS = {ENERGY.number: 2}
"""Months by which a table is published after the fact; weather, one."""

SLACK = timedelta(days=7)
"""How late a release may be: it comes on the last Thursday of a month, give or take some days."""

ACCEPTABLE: dict[str, type[legacy_errors.CheckFailed]] = {
    "cover": legacy_errors.BehindCover,
    "withdrawn": legacy_errors.FiguresWithdrawn,
    "revisions": legacy_errors.RevisedTooFar,
}
"""Blocking checks that a person who has looked may accept, and what they raise otherwise."""

_ERRORS: dict[str, type[legacy_errors.CheckFailed]] = {
    **ACCEPTABLE,
    "older": legacy_errors.OlderThanHeld,
}


@dataclass(frozen=True, slots=True)
class DataCheck:
    """One thing that was looked at.

    Attributes:
        name: What it is called: `index`, `ranges`, `total`, `older`, `withdrawn`, `revisions`,
            `cover`, `cover dates`, `stale`.
        passed: Whether what was found is what was expected.
        blocking: Whether a vintage that does not pass is refused.
        found: What was found, in words.
        expected: What was expected, in words.
        where: Files, sheets, cells or columns that it is about; '' for the whole frame.
    """

    name: str
    passed: bool
    blocking: bool
    found: str
    expected: str
    where: str = ""


def check_vintage(
    vintage: Vintage, before: Vintage | None, today: date, fresh: Collection[str] | None = None
) -> list[DataCheck]:
    """Every check of a vintage.

    Args:
        vintage: The vintage to judge.
        before: The newest one held, to compare with; None for the first.
        today: The date to judge its age by.
        fresh: Names of the files that are new, whose covers count; all where None.
    """
    index = _index(vintage)
    if not index.passed:  # Nothing else can be said of such tables.
        return [index]
    frame = join_tables(vintage.tables)
    files = [f for f in vintage.files if fresh is None or f.path.name in fresh]
    checks = [index, _ranges(frame), _total(frame)]
    if before is not None:
        old = join_tables(before.tables)
        checks += [_older(vintage, before), _withdrawn(old, frame), _revised(old, frame)]
    for file in files:
        checks += _cover(vintage, file)
    return [*checks, *_stale(vintage, today)]


def require_checks(checks: Collection[DataCheck], accept: Collection[str] = ()) -> None:
    """Refuse what did not pass a blocking check, unless a person has accepted that.

    Raises:
        UnknownCheck: Something to accept that is not one of ACCEPTABLE.
        CheckFailed: One of its kinds, for the first check that blocks.
    """
    if unknown := sorted(set(accept) - set(ACCEPTABLE)):
        raise legacy_errors.UnknownCheck(unknown, sorted(ACCEPTABLE))
    for one in checks:
        if one.blocking and not one.passed and one.name not in accept:
            kind = _ERRORS.get(one.name, legacy_errors.BrokenFrame)
            raise kind(one.where or "Monthly frame", one.found, one.expected)


def checks_to_json(checks: Collection[DataCheck]) -> str:
    """Checks as the text of a `checks.json`."""
    return json.dumps([asdict(one) for one in checks], indent=2) + "\n"


def _index(vintage: Vintage) -> DataCheck:
    expected = "every month once, in order"
    for number, table in vintage.tables.items():
        months = table.figures.index
        if not (len(months) and months.equals(pd.period_range(months[0], months[-1], freq="M"))):
            ends = f", {months[0]} to {months[-1]}" if len(months) else ""
            found = f"{len(months)} months{ends}, some of them missing, repeated or out of order"
            return DataCheck("index", False, True, found, expected, f"{table.file}, table {number}")
    return DataCheck("index", True, True, f"so in {len(vintage.tables)} tables", expected)


def _ranges(frame: pd.DataFrame) -> DataCheck:
    expected = "every column, of its type and within its range"
    try:
        validate_frame(frame)
    except legacy_errors.BadFrame as error:
        return DataCheck("ranges", False, True, error.found, error.expected, error.column)
    return DataCheck("ranges", True, True, f"{frame.shape[1]} columns", expected)


def _total(frame: pd.DataFrame) -> DataCheck:
    parts = frame[list(ENERGY.parts)].sum(axis="columns", min_count=1)
    away = (frame[ENERGY.total] - parts).abs()
    either = frame[ENERGY.total].notna() | parts.notna()
    wrong = away[either & ~(away <= ENERGY.tolerance)]
    found = f"{len(wrong)} months that are not" if len(wrong) else f"at most {away.max():.3f} away"
    expected = f"the total within {ENERGY.tolerance:g} {ENERGY.unit} of the sum of its fuels"
    where = f"total, from {wrong.index[0]}" if len(wrong) else "total"
    return DataCheck("total", wrong.empty, True, found, expected, where)


def _older(vintage: Vintage, before: Vintage) -> DataCheck:
    found = {spec.number: _last(vintage, spec.number) for spec in TABLES}
    held = {spec.number: _last(before, spec.number) for spec in TABLES}
    older = [number for number in found if found[number] < held[number]]
    worst = older[0] if older else ENERGY.number
    file = f"{vintage.tables[worst].file}, table {worst}"
    expected = f"{held[worst]}, as held, or later"
    return DataCheck("older", not older, True, str(found[worst]), expected, file)


def _withdrawn(old: pd.DataFrame, new: pd.DataFrame) -> DataCheck:
    kept = new.reindex(old.index).notna()
    # Months beyond a table's own end are a matter of its age, which is a check before this one.
    lost = (old.notna() & ~kept).drop(columns="provisional")
    count = int(lost.to_numpy().sum())
    names = ", ".join(str(name) for name in lost.columns[lost.any()])
    first = f", from {lost.index[lost.any(axis='columns')][0]}" if count else ""
    found = f"{count} missing{first}" if count else "none missing"
    return DataCheck("withdrawn", not count, True, found, "every figure that was held", names)


def _revised(old: pd.DataFrame, new: pd.DataFrame) -> DataCheck:
    expected = (
        f"no column to move by more than {COLUMN_MOVED:.0%} of its mean, no total by more than "
        f"{TOTAL_MOVED:.0%}, no weather figure by more than {WEATHER_MOVED:g} standard deviation"
    )
    means = {
        one.column: one.mean / float(old[one.column].abs().mean())
        for one in summarise_revisions(old, new)
    }
    worst = max(means, key=lambda name: means[name], default="")
    far = [name for name, mean in means.items() if mean > COLUMN_MOVED]
    jumped = _jumps(old, new)
    if far or jumped.empty:
        found = f"{worst} moved by {means[worst]:.1%} on the mean" if worst else "nothing revised"
        return DataCheck("revisions", not far, True, found, expected, ", ".join(far))
    first = jumped.iloc[0]
    found = f"{first['old']:.3f}, which became {first['new']:.3f}"
    where = f"{first['column']} of {first['month']}"
    return DataCheck("revisions", False, True, found, expected, where)


def _jumps(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The revisions that are too far for one figure."""
    revised = compare_vintages(old, new)
    allowed = revised["column"].map(WEATHER_MOVED * old[list(WEATHER)].std())
    total = revised["column"] == ENERGY.total
    allowed = allowed.where(~total, TOTAL_MOVED * revised["old"].abs())
    return revised[(revised["new"] - revised["old"]).abs() > allowed]


def _cover(vintage: Vintage, file: RawFile) -> Iterator[DataCheck]:
    name, cover = file.path.name, file.cover
    if cover is None or cover.month is None:
        found = "no cover sheet" if cover is None else "no such statement"
        yield DataCheck("cover", False, False, found, "the month that its data are new for", name)
    else:
        announced = pd.Period(cover.month, freq="M")
        behind = [n for n in file.tables if _last(vintage, n) < announced]
        worst = behind[0] if behind else file.tables[0]
        where = f"{name}, sheet {cover.sheet}, cell {cover.cell}, table {worst}"
        expected = f"a last month of {announced}, as announced there"
        yield DataCheck("cover", not behind, True, f"{_last(vintage, worst)}", expected, where)
    if cover is not None and cover.published and cover.following:
        apart = (cover.following - cover.published).days
        found = f"{cover.published} and {cover.following}"
        # Monthly; covers have carried wrong years, so this tells and does not refuse.
        expected = "dates of this release and the next, 14 to 70 days apart"
        yield DataCheck("cover dates", 14 <= apart <= 70, False, found, expected, name)


def _stale(vintage: Vintage, today: date) -> Iterator[DataCheck]:
    """Against the rhythm alone: covers have carried wrong years."""
    published = pd.Period(today - SLACK, freq="M") - 1
    for number, table in vintage.tables.items():
        due = published - LAGS.get(number, 1)
        last = _last(vintage, number)
        days = (today - last.end_time.date()).days
        where = f"{table.file}, table {number}"
        found = f"{last}, which ended {days} days before {today}"
        yield DataCheck("stale", last >= due, False, found, f"{due} or later", where)


def _last(vintage: Vintage, number: str) -> pd.Period:
    return pd.PeriodIndex(vintage.tables[number].figures.index)[-1]
