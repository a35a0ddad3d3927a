"""What is forecast: the United Kingdom's table, or a series of one's own, as plain data.

Whatever differs between one data set and another stands in a `Dataset`; `energy.data.opening` reads
the figures of either kind, and from there on all are treated alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from energy.contract.asking import LARGEST
from energy.data.records import ATTRIBUTION, LICENCE
from energy.data.tables import ENERGY, TABLES, UNITS
from energy.errors import UnknownTarget

TEMPERATURE, DEGREE_DAYS = "temperature", "degree_days"
"""Names that weather has in every monthly frame: deg C, and daily averages in deg C."""
SERIES, VALUE = "series", "value"
"""Columns of a long table: which series a row is of, and its figure."""
SERIES_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}")
"""What a series of a long table may be called: requests, MLflow and pages all take it."""
TOLERANCE = 0.05
"""How far a total may be from the sum of its parts, in its unit, unless a data set says."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of figures.

    Attributes:
        name: Its name in the monthly frame, in requests and in MLflow.
        unit: Of its figures, in words that go before "a month".
        lowest: No figure is below.
        highest: No figure is above.
    """

    name: str
    unit: str
    lowest: float = -LARGEST
    highest: float = LARGEST


@dataclass(frozen=True, slots=True)
class Csv:
    """Where the figures are, if they are in a CSV.

    Attributes:
        file: It.
        month: Name of the column of months, in the file.
        headers: Name of each other column in the file, by its name in the monthly frame; in a long
            table, of the columns SERIES and VALUE.
    """

    file: Path
    month: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A monthly data set: what its columns are, and what is to be made of them.

    Attributes:
        name: A short word, which names what is registered.
        title: What is forecast, in words for charts and pages.
        measures: The columns that can be forecast.
        target: The one that is, unless another is asked for.
        parts: Names of the measures that add up to the target; empty for none.
        tolerance: How far the target may be from the sum of its parts, in its unit.
        start: First month to learn from, ISO; '' for the first that has figures.
        weather: Temperature and degree days; empty for figures without weather.
        attribution: The sentence that goes with the figures wherever they are shown.
        licence: What they may be used under.
        csv: Where the figures are; None for the published workbooks and their archive.
        each: What every series of a long table is, its own name aside; None for a data set whose
            columns are known. The measures of a long table are known once it is read.
    """

    name: str
    title: str
    measures: tuple[Measure, ...]
    target: str
    parts: tuple[str, ...] = ()
    tolerance: float = TOLERANCE
    start: str = ""
    weather: tuple[Measure, ...] = ()
    attribution: str = ""
    licence: str = ""
    csv: Csv | None = field(default=None)
    each: Measure | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the columns that can be forecast."""
        return tuple(measure.name for measure in self.measures)

    @property
    def columns(self) -> tuple[Measure, ...]:
        """Every column that readers of a release are shown: measures, then weather."""
        return (*self.measures, *self.weather)

    def unit(self, target: str) -> str:
        """The unit of one of the targets."""
        if self.each is not None:
            return self.each.unit
        return next(measure.unit for measure in self.measures if measure.name == target)

    def titled(self, target: str) -> str:
        """What a forecast of one of the targets is of, in words."""
        if target == self.target and self.each is None:
            return self.title
        return f"{self.title}: {target.replace('_', ' ')}"

    def of(self, series: Sequence[str]) -> Dataset:
        """A long table with its series known: the first is the target unless another is named."""
        if self.each is None:
            return self
        measures = tuple(replace(self.each, name=name) for name in series)
        return replace(self, measures=measures, target=self.target or series[0])

    def alone(self, target: str) -> Dataset:
        """The same of one series.

        Raises:
            UnknownTarget: There is no such series.
        """
        if target not in self.targets:
            raise UnknownTarget(target, self.targets)
        (measure,) = (one for one in self.measures if one.name == target)
        return replace(self, measures=(measure,), target=target)


UK = Dataset(
    name="energy",
    title="UK energy consumption",
    measures=tuple(
        Measure(column.name, ENERGY.unit, column.lowest, column.highest)
        for column in ENERGY.columns
    ),
    target=str(ENERGY.total),
    parts=ENERGY.parts,
    tolerance=ENERGY.tolerance,
    start="2001-01",
    weather=tuple(
        Measure(column.name, UNITS[column.name], column.lowest, column.highest)
        for spec in TABLES
        for column in spec.columns
        if column.name in (TEMPERATURE, DEGREE_DAYS)
    ),
    attribution=ATTRIBUTION,
    licence=LICENCE,
)
"""Table 1.2 of Energy Trends and the weather beside it: what is forecast as the project ships."""
