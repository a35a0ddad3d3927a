"""The monthly frame: all tables side by side, validated, cut in time, as of a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from energy import legacy_errors
from energy.contract import WEATHER_AHEAD
from energy.contract.months import MONTH
from energy.data.parser import Table
from energy.data.tables import ENERGY, TABLES, TARGETS
from energy.data.vintages import Vintage
from energy.errors import join_names

RANGES = {
    column.name: (column.lowest, column.highest) for spec in TABLES for column in spec.columns
}
"""What the figures of each published column can be."""
MINIMUM = 60
"""Fewest months of a target: five years, or a year's pattern cannot be learnt and tested."""
_Timed = TypeVar("_Timed", pd.PeriodIndex, pd.Series, pd.DataFrame)


def read_frame(vintage: Vintage) -> pd.DataFrame:
    """Join a vintage's tables to the monthly frame.

    Args:
        vintage: From `open_vintage`.

    Returns:
        Gapless monthly `PeriodIndex` named `month`, from the first month of any table to the last;
        float64 columns TARGETS (Mtoe) and WEATHER (see UNITS), NaN where not available; a bool
        column `provisional`, true where the energy figures are. Weather reaches beyond energy.

    Raises:
        BadFrame: The tables do not make such a frame.
    """
    return validate_frame(join_tables(vintage.tables))


def join_tables(tables: Mapping[str, Table]) -> pd.DataFrame:
    """Every table by its number side by side: the frame of `read_frame`, not yet validated."""
    every = [tables[spec.number] for spec in TABLES]
    starts, ends = zip(*((t.figures.index[0], t.figures.index[-1]) for t in every), strict=True)
    index = pd.period_range(min(starts), max(ends), freq="M", name="month")
    frame = pd.concat([table.figures.reindex(index) for table in every], axis="columns")
    flags = tables[ENERGY.number].provisional
    frame["provisional"] = flags.reindex(index, fill_value=False).astype(bool)
    return frame


def validate_frame(
    frame: pd.DataFrame, ranges: Mapping[str, tuple[float, float]] = RANGES
) -> pd.DataFrame:
    """Hold a frame to what `read_frame` promises, and return it.

    Args:
        frame: The monthly frame.
        ranges: Lowest and highest figure of each column but `provisional`, in the frame's order.

    Raises:
        BadFrame: A column is absent, has another type or a figure out of range, or the index is
            not a gapless monthly PeriodIndex.
    """
    # Imported here: it takes longer than all the reading, and only the door needs it.
    import pandera.pandas as pa
    from pandera.errors import SchemaError

    index = frame.index
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        raise legacy_errors.BadFrame("index", type(index).__name__, "a monthly PeriodIndex")
    if not (len(index) and index.equals(pd.period_range(index[0], index[-1], freq="M"))):
        raise legacy_errors.BadFrame(
            "index", f"{len(index)} months out of order or with gaps", "every month"
        )
    schema = pa.DataFrameSchema(
        {
            **{
                name: pa.Column(float, pa.Check.in_range(*ends), nullable=True)
                for name, ends in ranges.items()
            },
            "provisional": pa.Column(bool),
        },
        index=pa.Index(pd.PeriodDtype("M"), name="month"),
    )
    if list(frame.columns) != list(schema.columns):
        raise legacy_errors.BadFrame(
            "columns", join_names(list(frame.columns)), join_names(list(schema.columns))
        )
    try:
        schema.validate(frame)
    except SchemaError as error:
        name = str(getattr(error.schema, "name", None) or "frame")
        found = error.failure_cases
        if isinstance(found, pd.DataFrame):
            first = found.iloc[0]
            found = f"{first['failure_case']} in {first['index']}, first of {len(found)}"
        raise legacy_errors.BadFrame(name, str(found), str(error.check)) from error
    return frame


def target_series(
    frame: pd.DataFrame,
    target: str,
    start: str,
    minimum: int = MINIMUM,
    known: Sequence[str] = TARGETS,
) -> pd.Series[float]:
    """The series to forecast: gapless, float64, named after the target, in its unit a month.

    Args:
        frame: The monthly frame.
        target: One of `known`.
        start: First month, such as `2001-01`; the last is the last one that has a figure.
        minimum: Fewest months.
        known: The columns that can be forecast.

    Raises:
        UnknownTarget: Not one of `known`.
        NotAMonth: `start` names no month.
        IncompleteTarget: Months are missing from `start` on.
        TooShort: Fewer than `minimum` months.
    """
    if target not in known or target not in frame.columns:
        raise legacy_errors.UnknownTarget(target, known)
    if not MONTH.fullmatch(str(start)):
        raise legacy_errors.NotAMonth("start", start)
    first = pd.Period(start, freq="M")
    whole = frame[target].astype(float)
    months = pd.PeriodIndex(whole.dropna().index)
    if months.empty or first > (last := months[-1]):
        raise legacy_errors.TooShort(target, str(first), 0, minimum)
    # Reindexed, so that a start before the frame's own is found missing rather than moved.
    series = whole.reindex(pd.period_range(first, last, freq="M", name="month"))
    missing = series.index[series.isna()]
    if len(missing):
        named = str(missing[0]) if len(missing) == 1 else f"{missing[0]} to {missing[-1]}"
        complete = str(missing[-1] + 1)
        raise legacy_errors.IncompleteTarget(target, str(first), named, len(missing), complete)
    if len(series) < minimum:
        raise legacy_errors.TooShort(target, str(first), len(series), minimum)
    return series


def temporal_split(data: _Timed, share: float = 0.8) -> tuple[_Timed, _Timed]:
    """Cut an index, series or frame in two by time: the first `share` of its rows, and the rest.

    Raises:
        OutOfRange: A share that leaves one part empty.
    """
    rows = round(len(data) * share)
    if not 0 < rows < len(data):
        raise legacy_errors.OutOfRange("share", share, "one row", "all rows but one")
    if isinstance(data, pd.PeriodIndex):
        return data[:rows], data[rows:]
    return data.iloc[:rows], data.iloc[rows:]


@dataclass(frozen=True, slots=True)
class DataAsOf:
    """A monthly frame as it stood when a month was the last one with energy figures.

    Attributes:
        cutoff: That month.
        vintage_id: The vintage that its figures are from.
        frame: The monthly frame; energy up to the cutoff, weather up to what was published.
        real_time: Whether these are the figures as published then, not today's cut short.
    """

    cutoff: pd.Period
    vintage_id: str
    frame: pd.DataFrame
    real_time: bool


def data_as_of(frames: Mapping[str, pd.DataFrame], cutoff: pd.Period) -> DataAsOf:
    """The monthly frame as it was known when `cutoff` was the last month with energy figures.

    Of the vintages whose energy ends at that month, the newest; where there is none, the newest of
    all, its energy cut at that month and its weather one month later, flagged as not real-time.

    Args:
        frames: Monthly frame of each vintage held by its id, oldest first.
        cutoff: A month.

    Raises:
        NeverKnown: No vintage is held, or none reaches from or to that month.
    """
    ends = {name: _energy(frame)[-1] for name, frame in frames.items()}
    then = [name for name, end in ends.items() if end == cutoff]
    if then:
        return DataAsOf(cutoff, then[-1], frames[then[-1]], real_time=True)
    newest = next(iter(reversed(list(frames))), None)
    if newest is None:
        raise legacy_errors.NeverKnown(str(cutoff), "none", "none")
    frame = frames[newest]
    months = _energy(frame)
    if not months[0] <= cutoff <= months[-1]:
        raise legacy_errors.NeverKnown(str(cutoff), str(months[0]), str(months[-1]))
    cut = frame.loc[: cutoff + WEATHER_AHEAD].copy()
    cut.loc[cutoff + 1 :, list(TARGETS)] = float("nan")
    cut.loc[cutoff + 1 :, "provisional"] = False
    return DataAsOf(cutoff, newest, cut, real_time=False)


def _energy(frame: pd.DataFrame) -> pd.PeriodIndex:
    return pd.PeriodIndex(frame["total"].dropna().index)
