"""Datasets: the UK tables built in, or your own series from a settings file."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from energy import legacy_errors
from energy.contract.months import MONTH
from energy.contract.request import LARGEST_OBSERVATION
from energy.data.tables import ENERGY, TABLES, UNITS
from energy.data.vintages import ATTRIBUTION, LICENCE
from energy.errors import join_names

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
    lowest: float = -LARGEST_OBSERVATION
    highest: float = LARGEST_OBSERVATION


@dataclass(frozen=True, slots=True)
class CsvLayout:
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
    csv: CsvLayout | None = field(default=None)
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
            raise legacy_errors.UnknownTarget(target, self.targets)
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
FIELDS = {
    *("name", "title", "file", "month", "target", "parts", "tolerance", "start"),
    *("licence", "attribution", "columns", "weather", "series"),
}
"""What a settings file may say."""
COLUMN_FIELDS = {"header", "unit", "lowest", "highest"}
"""What it may say of one column."""
SERIES_FIELDS = {"header", "value", "unit", "lowest", "highest"}
"""What it may say of the series of a long table, a row for each series and month."""
_ONE_BY_ONE = ("columns", "parts", "weather", "tolerance")
"""What only a table of columns has."""
_RESERVED = {TEMPERATURE, DEGREE_DAYS, "provisional", "month", "all"}
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WEATHER = (
    Measure(TEMPERATURE, "deg C", -60, 60),
    Measure(DEGREE_DAYS, "deg C, daily average", 0, 80),
)


def read_dataset_file(file: Path) -> Dataset:
    """Read a settings file.

    Args:
        file: The TOML; the CSV that it names lies beside it, or where its path leads from there.

    Raises:
        BadDataset: It cannot be read, or a field is unknown, missing or not as it must be.
    """
    return _Reader(file, _document(file)).dataset()


def _document(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise legacy_errors.BadDataset(
            file, "", f"no readable file ({error.strerror})", "a TOML file"
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise legacy_errors.BadDataset(file, "", f"no TOML ({error})", "a TOML file") from error


class _Reader:
    """Takes a document apart, and knows which file to name when something is wrong."""

    def __init__(self, file: Path, document: Mapping[str, Any]) -> None:
        self.file, self.document = file, document

    def dataset(self) -> Dataset:
        """The data set that the document describes."""
        self._known("", self.document, FIELDS)
        if "series" in self.document:
            return self._long()
        columns = self._columns()
        target = self._one_of("target", tuple(columns), next(iter(columns)))
        month = self._text("", self.document, "month", "month")
        weather = self._weather()
        headers = {**{name: header for name, (header, _) in columns.items()}, **weather}
        if repeated := _repeated([month, *headers.values()]):
            raise self._wrong("columns", f"the header {repeated!r} twice", "each once")
        return Dataset(
            name=self._name(),
            title=self._text("", self.document, "title"),
            measures=tuple(measure for _, measure in columns.values()),
            target=target,
            parts=self._parts(target, {name: m for name, (_, m) in columns.items()}),
            tolerance=self._number("", self.document, "tolerance", TOLERANCE, lowest=0),
            start=self._start(),
            weather=_WEATHER if weather else (),
            attribution=self._text("", self.document, "attribution", ""),
            licence=self._text("", self.document, "licence", ""),
            csv=CsvLayout(self.file.parent / self._text("", self.document, "file"), month, headers),
        )

    def _long(self) -> Dataset:
        """A long table: its series are named in its rows."""
        for name in _ONE_BY_ONE:
            if name in self.document:
                raise self._wrong(name, "it beside [series]", "one of the two: [series] is long")
        table = self._table("series")
        self._known("series.", table, SERIES_FIELDS)
        month = self._text("", self.document, "month", "month")
        headers = {
            SERIES: self._text("series.", table, "header", SERIES),
            VALUE: self._text("series.", table, "value", VALUE),
        }
        if repeated := _repeated([month, *headers.values()]):
            raise self._wrong("series", f"the header {repeated!r} twice", "each once")
        target = self._text("", self.document, "target", "")
        if target and not SERIES_NAME.fullmatch(target):
            raise self._wrong("target", _told(target), "the name of a series")
        return Dataset(
            name=self._name(),
            title=self._text("", self.document, "title"),
            measures=(),
            target=target,
            start=self._start(),
            licence=self._text("", self.document, "licence", ""),
            attribution=self._text("", self.document, "attribution", ""),
            csv=CsvLayout(self.file.parent / self._text("", self.document, "file"), month, headers),
            each=self._measure("series", SERIES, table),
        )

    def _wrong(self, field: str, found: str, expected: str) -> legacy_errors.BadDataset:
        return legacy_errors.BadDataset(self.file, field, found, expected)

    def _known(self, within: str, table: Mapping[str, Any], known: set[str]) -> None:
        if unknown := sorted(set(table) - known):
            raise self._wrong(
                f"{within}{unknown[0]}", "an unknown field", join_names(sorted(known))
            )

    def _text(
        self, within: str, table: Mapping[str, Any], name: str, default: str | None = None
    ) -> str:
        value = table.get(name, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self._wrong(f"{within}{name}", _told(value), "a text")
        return value.strip()

    def _number(
        self,
        within: str,
        table: Mapping[str, Any],
        name: str,
        default: float,
        lowest: float = -LARGEST_OBSERVATION,
    ) -> float:
        value = table.get(name, default)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not (math.isfinite(value) and lowest <= value <= LARGEST_OBSERVATION)
        ):
            expected = f"a number from {lowest:g} to {LARGEST_OBSERVATION:g}"
            raise self._wrong(f"{within}{name}", _told(value), expected)
        return float(value)

    def _table(self, name: str) -> Mapping[str, Any]:
        found = self.document.get(name, {})
        if not isinstance(found, Mapping):
            raise self._wrong(name, _told(found), f"a table such as [{name}]")
        return found

    def _name(self) -> str:
        name = self._text("", self.document, "name")
        if not _WORD.fullmatch(name) or name == UK.name:
            expected = f"a short word of a-z, 0-9 and _, other than {UK.name}"
            raise self._wrong("name", _told(name), expected)
        return name

    def _columns(self) -> dict[str, tuple[str, Measure]]:
        tables = self._table("columns")
        if not tables:
            raise self._wrong("columns", "none", "a table such as [columns.visitors] for each")
        return {name: self._column(name, found) for name, found in tables.items()}

    def _column(self, name: str, table: object) -> tuple[str, Measure]:
        field = f"columns.{name}"
        if not _WORD.fullmatch(name) or name in _RESERVED:
            expected = f"a word of a-z, 0-9 and _, not one of {join_names(sorted(_RESERVED))}"
            raise self._wrong("columns", f"the name {_told(name)}", expected)
        if not isinstance(table, Mapping):
            raise self._wrong(field, _told(table), f"a table such as [{field}]")
        self._known(f"{field}.", table, COLUMN_FIELDS)
        header = self._text(f"{field}.", table, "header", name)
        return header, self._measure(field, name, table)

    def _measure(self, field: str, name: str, table: Mapping[str, Any]) -> Measure:
        lowest = self._number(f"{field}.", table, "lowest", -LARGEST_OBSERVATION)
        highest = self._number(f"{field}.", table, "highest", LARGEST_OBSERVATION)
        if lowest >= highest:
            raise self._wrong(field, f"lowest {lowest:g}, highest {highest:g}", "the first below")
        return Measure(name, self._text(f"{field}.", table, "unit"), lowest, highest)

    def _one_of(self, field: str, known: tuple[str, ...], default: str) -> str:
        found = self._text("", self.document, field, default)
        if found not in known:
            raise self._wrong(field, _told(found), f"one of the columns {join_names(known)}")
        return found

    def _parts(self, target: str, measures: Mapping[str, Measure]) -> tuple[str, ...]:
        found = self.document.get("parts", [])
        others = [name for name in measures if name != target]
        if not isinstance(found, list) or not set(map(str, found)) <= set(others):
            raise self._wrong("parts", _told(found), f"a list of columns, of {join_names(others)}")
        if found and (len(found) < 2 or len(set(found)) < len(found)):
            raise self._wrong("parts", _told(found), "at least two columns, each once")
        for name in found:
            if measures[name].unit != measures[target].unit:
                expected = f"{measures[target].unit!r}, the unit of {target}, which it is a part of"
                raise self._wrong(f"columns.{name}.unit", repr(measures[name].unit), expected)
        return tuple(found)

    def _start(self) -> str:
        found = self._text("", self.document, "start", "")
        if found and not MONTH.fullmatch(found):
            raise self._wrong("start", _told(found), "a month such as 2010-01")
        return found

    def _weather(self) -> dict[str, str]:
        table = self._table("weather")
        names = [measure.name for measure in _WEATHER]
        self._known("weather.", table, set(names))
        return {name: self._text("weather.", table, name) for name in names} if table else {}


def _repeated(headers: list[str]) -> str | None:
    return next((one for place, one in enumerate(headers) if one in headers[:place]), None)


def _told(value: object) -> str:
    return "nothing" if value is None else ascii(value)[:60]
