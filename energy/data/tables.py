"""The published tables, as data: their titles, labels, layouts, units and ranges.

To read another monthly table of Energy Trends, add a `TableSpec`; no code is needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from energy.data.workbook import normalise


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the monthly frame, and how to recognise it.

    Attributes:
        labels: Its label in the workbook, in every wording used so far (see `normalise`); in a
            matrix, the word beside the year: `average` for `2022 average`.
        mean: Range of the mean over all months, for a column whose figures alone do not tell it
            from another (a temperature from its deviation).
    """

    name: str
    labels: tuple[str, ...]
    lowest: float
    highest: float
    mean: tuple[float, float] | None = None

    def has_label(self, label: str) -> bool:
        """Whether a normalised label is this column's."""
        return label in {normalise(wording) for wording in self.labels}


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A published monthly table.

    Attributes:
        number: `1.2`, `7.1a`: part of the title.
        title: Phrases that are all in the title.
        units: Wordings of the unit, one of which is in the title.
        unit: The unit as we write it.
        since: First month published, ISO.
        columns: The columns to read.
        layout: `rows`: a row for each month, a column for each series. `matrix`: twelve month rows
            by years.
        first_labels: Labels that may stand above the months.
        total: Name of the column that is the sum of `parts`, if any.
        parts: Names of the columns that sum to the total.
        tolerance: Largest difference between the total and the sum, in the unit.
        other_blocks: First words of labels that open a block of other figures under the same names.
    """

    number: str
    title: tuple[str, ...]
    units: tuple[str, ...]
    unit: str
    since: str
    columns: tuple[Column, ...]
    layout: Literal["rows", "matrix"] = "rows"
    first_labels: tuple[str, ...] = ("month", "column1")
    total: str | None = None
    parts: tuple[str, ...] = ()
    tolerance: float = 0.05
    other_blocks: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]

    def has_title(self, text: str) -> bool:
        """Whether a text is this table's title: its number, all its phrases and its unit."""
        words = f" {normalise(text)} "
        return (
            re.search(rf"(?<![\w.]){re.escape(self.number)}(?!\.?\w)", text) is not None
            and all(f" {normalise(phrase)} " in words for phrase in self.title)
            and any(f" {normalise(unit)} " in words for unit in self.units)
        )

    @property
    def expected_title(self) -> str:
        """The title in words, for messages."""
        return f"'Table {self.number}' with {', '.join(self.title)} and {' or '.join(self.units)}"


ENERGY = TableSpec(
    number="1.2",
    title=("inland energy consumption", "monthly"),
    units=("million tonnes of oil equivalent", "Mtoe"),
    unit="Mtoe",
    since="1995-01",
    # The adjusted, annualised block is about twelve times larger, which these ranges exclude.
    columns=(
        Column("total", ("Unadjusted total",), 5, 40),
        Column("coal", ("Coal",), 0, 10),
        Column("petroleum", ("Petroleum",), 1, 12),
        Column("natural_gas", ("Natural gas",), 1, 20),
        Column("bioenergy_waste", ("Bioenergy & waste",), 0, 5),
        Column("nuclear", ("Primary electricity - nuclear",), 0, 5),
        Column("wind_solar_hydro", ("Primary electricity - wind, solar and hydro",), 0, 5),
        Column("net_imports", ("Primary electricity - net imports",), -1, 1.5),
    ),
    total="total",
    parts=(
        "coal",
        "petroleum",
        "natural_gas",
        "bioenergy_waste",
        "nuclear",
        "wind_solar_hydro",
        "net_imports",
    ),
    other_blocks=("Seasonally adjusted",),
)
_AVERAGE = ("average",)


def _weather(
    number: str, title: str, since: str, column: Column, unit: str, published_unit: str = ""
) -> TableSpec:
    return TableSpec(
        number=number,
        title=(title,),
        units=(published_unit or unit,),
        unit=unit,
        since=since,
        columns=(column,),
        layout="matrix",
        first_labels=("Calendar period",),
    )


TABLES: tuple[TableSpec, ...] = (
    ENERGY,
    _weather(
        "7.1a",
        "average temperatures",
        "1991-01",
        Column("temperature", _AVERAGE, -10, 30, mean=(5, 20)),
        "deg C",
        "degrees Celsius",
    ),
    _weather(
        "7.1b",
        "heating degree days",
        "2002-01",
        Column("degree_days", _AVERAGE, 0, 25, mean=(2, 12)),
        "deg C below 15.5, daily average",
        "degree days",
    ),
    _weather(
        "7.2",
        "average wind speed",
        "2001-01",
        Column("wind_speed", _AVERAGE, 2, 30),
        "knots",
    ),
    _weather(
        "7.3",
        "average daily sun hours",
        "2001-01",
        Column("sun_hours", _AVERAGE, 0, 16),
        "hours a day",
        "daily sun hours",
    ),
    _weather(
        "7.4",
        "average monthly rainfall",
        "2001-01",
        Column("rainfall", _AVERAGE, 0, 600),
        "mm",
    ),
)
"""Every table of the monthly frame, in the order of its columns."""

TARGETS: tuple[str, ...] = tuple(ENERGY.names)
"""The columns that can be forecast: table 1.2, in Mtoe a month."""

WEATHER: tuple[str, ...] = tuple(name for spec in TABLES[1:] for name in spec.names)
"""The weather columns: deg C, daily degree days, knots, hours a day, mm."""

UNITS: dict[str, str] = {name: spec.unit for spec in TABLES for name in spec.names}
"""Unit of every column of the monthly frame."""
