"""The monthly frame: all tables side by side, validated, split in time, or as of a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from energy.contract import WEATHER_AHEAD
from energy.contract.months import MONTH
from energy.data.parser import Table
from energy.data.tables import ENERGY, TABLES, TARGETS
from energy.data.vintages import Vintage
from energy.errors import BadFrame, DataError, RequestError, join_names, unknown_target

RANGES = {
    column.name: (column.lowest, column.highest) for spec in TABLES for column in spec.columns
}
"""Lowest and highest figure of each published column."""
MINIMUM = 60
"""Fewest months of a target: five years, to learn a year's pattern and test it."""
_Timed = TypeVar("_Timed", pd.PeriodIndex, pd.Series, pd.DataFrame)


def read_frame(vintage: Vintage) -> pd.DataFrame:
    """Join a vintage's tables to the monthly frame.

    Returns:
        Gapless monthly `PeriodIndex` named `month`, from the first month of any table to the last;
        float64 columns TARGETS (Mtoe) and WEATHER (see UNITS), NaN where not available; a bool
        column `provisional`, true where the energy figures are. Weather reaches beyond energy.

    Raises:
        BadFrame: The tables do not make such a frame.
    """
    return validate_frame(join_tables(vintage.tables))


def join_tables(tables: Mapping[str, Table]) -> pd.DataFrame:
    """The frame of `read_frame` from its tables by number, not yet validated."""
    ordered = [tables[spec.number] for spec in TABLES]
    starts, ends = zip(*((t.figures.index[0], t.figures.index[-1]) for t in ordered), strict=True)
    index = pd.period_range(min(starts), max(ends), freq="M", name="month")
    frame = pd.concat([table.figures.reindex(index) for table in ordered], axis="columns")
    flags = tables[ENERGY.number].provisional
    frame["provisional"] = flags.reindex(index, fill_value=False).astype(bool)
    return frame


def validate_frame(
    frame: pd.DataFrame, ranges: Mapping[str, tuple[float, float]] = RANGES
) -> pd.DataFrame:
    """Check that a frame is as `read_frame` promises, and return it; BadFrame if it is not.

    `ranges` has the lowest and highest figure of each column but `provisional`, in order.
    """
    if fault := frame_fault(frame, ranges):
        column, actual, expected = fault
        raise BadFrame(
            f"Monthly frame, {column}: found {actual}; expected {expected}. "
            "Make the frame with energy.data.frame.read_frame."
        )
    return frame


def frame_fault(
    frame: pd.DataFrame, ranges: Mapping[str, tuple[float, float]] = RANGES
) -> tuple[str, str, str] | None:
    """The first fault of a frame: the column, what is there, what was expected."""
    # Imported here because it takes longer than reading a vintage.
    import pandera.pandas as pa
    from pandera.errors import SchemaError

    index = frame.index
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        return "index", type(index).__name__, "a monthly PeriodIndex"
    if not (len(index) and index.equals(pd.period_range(index[0], index[-1], freq="M"))):
        return "index", f"{len(index)} months out of order or with gaps", "every month"
    columns = {
        name: pa.Column(float, pa.Check.in_range(*limits), nullable=True)
        for name, limits in ranges.items()
    }
    columns["provisional"] = pa.Column(bool)
    schema = pa.DataFrameSchema(columns, index=pa.Index(pd.PeriodDtype("M"), name="month"))
    if list(frame.columns) != list(columns):
        return "columns", join_names(list(frame.columns)), join_names(list(columns))
    try:
        schema.validate(frame)
    except SchemaError as error:
        column = str(getattr(error.schema, "name", None) or "frame")
        cases = error.failure_cases
        if isinstance(cases, pd.DataFrame):
            first = cases.iloc[0]
            cases = f"{first['failure_case']} in {first['index']}, first of {len(cases)}"
        return column, str(cases), str(error.check)
    return None


def target_series(
    frame: pd.DataFrame,
    target: str,
    start: str,
    minimum: int = MINIMUM,
    targets: Sequence[str] = TARGETS,
) -> pd.Series[float]:
    """The series to forecast: gapless, float64, named after the target, in its unit a month.

    It begins with the month `start`, such as `2001-01`, and ends with the last that has a figure.

    Raises:
        UnknownTarget: The target is not one of `targets`.
        RequestError: `start` is not a month.
        DataError: Months are missing from `start` on, or there are fewer than `minimum`.
    """
    if target not in targets or target not in frame.columns:
        raise unknown_target(target, targets)
    if not MONTH.fullmatch(str(start)):
        raise RequestError(f"start is '{start}'; expected a month such as 2001-01.")
    first = pd.Period(start, freq="M")
    column = frame[target].astype(float)
    months = pd.PeriodIndex(column.dropna().index)
    end = months[-1] if len(months) else first - 1
    # Reindexed, so that months before the frame's first count as missing.
    series = column.reindex(pd.period_range(first, end, freq="M", name="month"))
    missing = series.index[series.isna()]
    if len(missing):
        span = str(missing[0]) if len(missing) == 1 else f"{missing[0]} to {missing[-1]}"
        raise DataError(
            f"{target} has no figure for {span} ({len(missing)} months missing from {first} on); "
            f"expected every month. Start at {missing[-1] + 1} or later."
        )
    if len(series) < minimum:
        raise DataError(
            f"{target} has {len(series)} months from {first} on; expected at least {minimum}. "
            "Start earlier, or add the months before."
        )
    return series


def temporal_split(data: _Timed, share: float = 0.8) -> tuple[_Timed, _Timed]:
    """Split an index, series or frame in time: the first `share` of its rows, and the rest."""
    rows = round(len(data) * share)
    if not 0 < rows < len(data):
        raise RequestError(
            f"share is {share}; expected one row to all rows but one.", code="misconfigured"
        )
    if isinstance(data, pd.PeriodIndex):
        return data[:rows], data[rows:]
    return data.iloc[:rows], data.iloc[rows:]


@dataclass(frozen=True, slots=True)
class DataAsOf:
    """A monthly frame as it was when `cutoff` was the last month with energy figures.

    With `real_time`, these are the figures as published then; without, today's cut short.
    """

    cutoff: pd.Period
    vintage_id: str
    frame: pd.DataFrame
    real_time: bool


def data_as_of(frames: Mapping[str, pd.DataFrame], cutoff: pd.Period) -> DataAsOf:
    """The monthly frame as it was when `cutoff` was the last month with energy figures.

    It is the newest vintage whose energy ends at that month. If there is none, it is the newest
    vintage of all, its energy cut at that month and its weather one month later. `frames` are by
    vintage id, oldest first.

    Raises:
        DataError: There is no vintage, or the newest has no energy figures for that month.
    """
    months = {name: pd.PeriodIndex(f[ENERGY.total].dropna().index) for name, f in frames.items()}
    for name in reversed(months):
        if months[name][-1] == cutoff:
            return DataAsOf(cutoff, name, frames[name], real_time=True)
    newest = next(reversed(months), None)
    if newest is None or not months[newest][0] <= cutoff <= months[newest][-1]:
        span = "none" if newest is None else f"{months[newest][0]} to {months[newest][-1]}"
        raise DataError(
            f"No vintage can be cut at {cutoff}; expected a month with energy figures in the "
            f"newest vintage: {span}."
        )
    frame = frames[newest].loc[: cutoff + WEATHER_AHEAD].copy()
    frame.loc[cutoff + 1 :, list(TARGETS)] = float("nan")
    frame.loc[cutoff + 1 :, "provisional"] = False
    return DataAsOf(cutoff, newest, frame, real_time=False)
