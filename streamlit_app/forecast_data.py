"""A forecast in numbers: units, the year ahead, and the table that pages show and files hold."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from energy.contract import Forecast, MonthAhead
from energy.contract.forecast import TWH_PER_MTOE
from energy.contract.panel import SeriesForecast

YEAR = 12


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit to show energy in, and one of the release's unit in it."""

    name: str
    factor: float = 1.0


def units_for(unit: str) -> dict[str, Unit]:
    """The units that a release's unit can be shown in, by name; its own first."""
    units = {unit: Unit(unit)}
    return units | {"TWh": Unit("TWh", TWH_PER_MTOE)} if unit == "Mtoe" else units


@dataclass(frozen=True, slots=True)
class YearAhead:
    """The first twelve months of a forecast, or as many as it has, in the forecast's unit."""

    first: str
    last: str
    months: int
    total: float
    year_before: float | None
    """Published sum of the same months a year before; None if one is missing."""
    peak: MonthAhead

    @property
    def change(self) -> float | None:
        """Change on the year before in per cent; None unless that was above zero."""
        if not self.year_before or self.year_before < 0:
            return None
        return 100 * (self.total / self.year_before - 1)


def year_ahead(forecast: Forecast, history: pd.Series) -> YearAhead:
    """The next twelve months in numbers, from the forecast and the published series before it."""
    rows = forecast.months[:YEAR]
    year_before = history.reindex(pd.PeriodIndex([row.month for row in rows], freq="M") - YEAR)
    return YearAhead(
        first=rows[0].month,
        last=rows[-1].month,
        months=len(rows),
        total=sum(row.mean for row in rows),
        year_before=None if year_before.isna().any() else float(year_before.sum()),
        peak=max(rows, key=lambda row: row.mean),
    )


def until(forecast: Forecast, last: str) -> Forecast:
    """The forecast without the months after `last`."""
    document = forecast.to_dict()
    document["months"] = [row for row in document["months"] if row["month"] <= last]
    return Forecast.from_dict(document)


def series_history(series: SeriesForecast) -> pd.Series:
    """The figures of a series on a monthly PeriodIndex that ends at its cutoff."""
    months = pd.period_range(end=series.cutoff, periods=len(series.history), freq="M")
    return pd.Series(series.history, months, name=series.name, dtype=float)


def interval(row: MonthAhead, coverage: float) -> tuple[float, float]:
    """The ends of a month's interval with that coverage."""
    return next((i.lower, i.upper) for i in row.intervals if i.coverage == coverage)


def forecast_table(forecast: Forecast, factor: float = 1.0) -> pd.DataFrame:
    """A forecast as a table: month, forecast, and the ends of both intervals."""
    rows = []
    for row in forecast.months:
        numbers = (row.mean, *interval(row, 0.8), *interval(row, 0.95))
        rows.append((row.month, *(round(factor * value, 4) for value in numbers)))
    names = ("month", "forecast", "lower80", "upper80", "lower95", "upper95")
    return pd.DataFrame(rows, columns=list(names))


def forecast_csv(forecast: Forecast, unit: Unit) -> str:
    """The table as CSV; every row has its unit and release, so that it can be traced."""
    table = forecast_table(forecast, unit.factor)
    return table.assign(unit=unit.name, release=forecast.release_id).to_csv(index=False)
