"""Figures that pages derive from answers: a year in a few numbers, a what-if against its centre."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from msgspec.structs import replace

from energy.contract import Forecast, MonthAhead
from energy.contract.panel import SeriesForecast
from streamlit_app.units import Unit

YEAR = 12


def upto(answer: Forecast, last: str) -> Forecast:
    """The same answer, without the months after `last`."""
    return replace(answer, months=tuple(row for row in answer.months if row.month <= last))


def past(series: SeriesForecast) -> pd.Series:
    """The figures of one of many series, on a monthly PeriodIndex that ends at its cutoff."""
    months = pd.period_range(end=series.cutoff, periods=len(series.history), freq="M")
    return pd.Series(series.history, months, name=series.name, dtype=float)


def in_unit(answer: Forecast, unit: Unit) -> Forecast:
    """The same answer with its means in another unit, and without its intervals."""
    months = (replace(row, mean=unit.factor * row.mean, intervals=()) for row in answer.months)
    return replace(answer, unit=unit.name, months=tuple(months))


@dataclass(frozen=True, slots=True)
class YearAhead:
    """The first twelve months of an answer, or as many as it has.

    Attributes:
        first: Its first month.
        last: Its last month.
        months: How many.
        total: Of them all, in the answer's unit.
        before: The same months a year before, as published; None if not all of them are.
        peak: The highest month.
        low: The lowest month.
    """

    first: str
    last: str
    months: int
    total: float
    before: float | None
    peak: MonthAhead
    low: MonthAhead

    @property
    def change(self) -> float | None:
        """On the year before, in per cent; None where that was not above zero."""
        return 100 * (self.total / self.before - 1) if self.before and self.before > 0 else None


def year_ahead(answer: Forecast, history: pd.Series) -> YearAhead:
    """The next twelve months in figures.

    Args:
        answer: From the cutoff on.
        history: The series before it, on a monthly PeriodIndex.
    """
    rows = answer.months[:YEAR]
    year_before = pd.PeriodIndex([row.month for row in rows], freq="M") - YEAR
    known = history.reindex(year_before)
    return YearAhead(
        first=rows[0].month,
        last=rows[-1].month,
        months=len(rows),
        total=sum(row.mean for row in rows),
        before=None if known.isna().any() else float(known.sum()),
        peak=max(rows, key=lambda row: row.mean),
        low=min(rows, key=lambda row: row.mean),
    )


def ends(row: MonthAhead, coverage: float) -> tuple[float, float]:
    """The interval of a month with that coverage."""
    return next((one.lower, one.upper) for one in row.intervals if one.coverage == coverage)


def as_table(answer: Forecast, factor: float = 1.0) -> pd.DataFrame:
    """An answer as a table for people and files: month, forecast, the ends of both intervals."""
    rows = []
    for row in answer.months:
        figures = (row.mean, *ends(row, 0.8), *ends(row, 0.95))
        rows.append((row.month, *(round(factor * value, 4) for value in figures)))
    names = ("month", "forecast", "lower80", "upper80", "lower95", "upper95")
    return pd.DataFrame(rows, columns=list(names))


def as_csv(answer: Forecast, unit: str, factor: float = 1.0) -> str:
    """The table as a file, every row with its unit and release, so that it can be traced."""
    table = as_table(answer, factor)
    return table.assign(unit=unit, release=answer.release_id).to_csv(index=False)
