"""What is forecast: the United Kingdom's table, or a series of one's own, as plain data.

Whatever differs between one data set and another stands in a `Dataset`; `energy.data.opening` reads
the figures of either kind, and from there on all are treated alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from energy.contract.asking import LARGEST
from energy.data.records import ATTRIBUTION, LICENCE
from energy.data.tables import ENERGY, TABLES, UNITS

TEMPERATURE, DEGREE_DAYS = "temperature", "degree_days"
"""Names that weather has in every monthly frame: deg C, and daily averages in deg C."""
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
        headers: Name of each other column in the file, by its name in the monthly frame.
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
        return next(measure.unit for measure in self.measures if measure.name == target)

    def titled(self, target: str) -> str:
        """What a forecast of one of the targets is of, in words."""
        if target == self.target:
            return self.title
        return f"{self.title}: {target.replace('_', ' ')}"


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
