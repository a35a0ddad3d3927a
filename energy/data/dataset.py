"""Datasets: the UK tables built in, or your own series described by a settings file (TOML)."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from energy.contract.months import MONTH
from energy.contract.request import LARGEST_OBSERVATION
from energy.data.tables import ENERGY, TABLES, UNITS
from energy.data.vintages import ATTRIBUTION, LICENCE
from energy.errors import DataError, join_names, quote_value, unknown_target

TEMPERATURE, DEGREE_DAYS = "temperature", "degree_days"
"""Names of the weather columns of every monthly frame: deg C, and daily averages in deg C."""
SERIES, VALUE = "series", "value"
"""Columns of a long table: the series of a row, and its figure."""
SERIES_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}")
"""Names of series in a long table: requests, MLflow and pages accept them all."""
TOLERANCE = 0.05
"""Largest difference between a total and the sum of its parts, in its unit, by default."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of figures: its name everywhere, its unit, and the range of its figures."""

    name: str
    unit: str
    lowest: float = -LARGEST_OBSERVATION
    highest: float = LARGEST_OBSERVATION


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """Where the figures are in a CSV.

    `month` is the header of the months; `headers` has that of each other column by its name in the
    monthly frame, in a long table those of SERIES and VALUE.
    """

    file: Path
    month: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A monthly data set: its columns and how to forecast them.

    Attributes:
        name: A short word, used in the names of registered models.
        title: What is forecast, for charts and pages.
        target: The column that is forecast by default.
        parts: Names of the measures that add up to the target.
        tolerance: Largest difference between the target and the sum of its parts, in its unit.
        start: First month to learn from, ISO; '' for the first that has figures.
        weather: Temperature and degree days; empty for figures without weather.
        csv: Where the figures are; None for the published workbooks and their archive.
        each: The measure of every series of a long table, apart from its name; None for a data set
            with a column for each series. The measures of a long table are known once it is read.
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
    csv: CsvLayout | None = None
    each: Measure | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the columns that can be forecast."""
        return tuple(measure.name for measure in self.measures)

    @property
    def columns(self) -> tuple[Measure, ...]:
        """Every column of a release: measures, then weather."""
        return (*self.measures, *self.weather)

    def unit(self, target: str) -> str:
        """The unit of a target."""
        if self.each is not None:
            return self.each.unit
        return next(measure.unit for measure in self.measures if measure.name == target)

    def target_title(self, target: str) -> str:
        """The title of a forecast of a target."""
        if target == self.target and self.each is None:
            return self.title
        return f"{self.title}: {target.replace('_', ' ')}"

    def with_series(self, names: Sequence[str]) -> Dataset:
        """A long table with these series; the first is the target unless another is set."""
        if self.each is None:
            return self
        measures = tuple(replace(self.each, name=name) for name in names)
        return replace(self, measures=measures, target=self.target or names[0])

    def with_target(self, target: str) -> Dataset:
        """The data set with one series only; UnknownTarget if there is no such series."""
        measures = tuple(measure for measure in self.measures if measure.name == target)
        if not measures:
            raise unknown_target(target, self.targets)
        return replace(self, measures=measures, target=target)


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
"""Table 1.2 of Energy Trends with its weather: the data set that the project ships with."""

_Figure = Annotated[float, msgspec.Meta(ge=-LARGEST_OBSERVATION, le=LARGEST_OBSERVATION)]


class ColumnFields(msgspec.Struct, forbid_unknown_fields=True):
    """`[columns.NAME]`: a column of the CSV."""

    unit: str
    header: str | None = None
    lowest: _Figure = -LARGEST_OBSERVATION
    highest: _Figure = LARGEST_OBSERVATION


class SeriesFields(msgspec.Struct, forbid_unknown_fields=True):
    """`[series]`: the columns of a long table, which has a row for each series and month."""

    unit: str
    header: str = SERIES
    value: str = VALUE
    lowest: _Figure = -LARGEST_OBSERVATION
    highest: _Figure = LARGEST_OBSERVATION


class WeatherFields(msgspec.Struct, forbid_unknown_fields=True):
    """`[weather]`: headers of the weather columns."""

    temperature: str
    degree_days: str


class DatasetFields(msgspec.Struct, forbid_unknown_fields=True):
    """The fields of a settings file."""

    name: str
    title: str
    file: str
    month: str = "month"
    target: str | None = None
    start: str = ""
    licence: str = ""
    attribution: str = ""
    parts: list[str] | None = None
    tolerance: Annotated[float, msgspec.Meta(ge=0, le=LARGEST_OBSERVATION)] | None = None
    columns: dict[str, dict[str, Any]] | None = None
    weather: dict[str, Any] | None = None
    series: dict[str, Any] | None = None


_NOT_IN_LONG_TABLES = ("columns", "parts", "weather", "tolerance")
_RESERVED = {TEMPERATURE, DEGREE_DAYS, "provisional", "month", "all"}
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WEATHER = (
    Measure(TEMPERATURE, "deg C", -60, 60),
    Measure(DEGREE_DAYS, "deg C, daily average", 0, 80),
)
_Fields = TypeVar("_Fields", bound=msgspec.Struct)


def read_dataset_file(file: Path) -> Dataset:
    """Read a settings file (TOML); the path of its CSV is relative to its folder.

    Raises:
        DataError: It cannot be read, or a field is unknown, missing or wrong.
    """
    try:
        document = tomllib.loads(file.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        actual = "no readable file" if isinstance(error, OSError) else "no TOML"
        raise _wrong(file, "", f"{actual} ({error})", "a TOML file") from error
    fields = _read_fields(file, document, DatasetFields)
    if not _WORD.fullmatch(fields.name) or fields.name == UK.name:
        expected = f"a short word of a-z, 0-9 and _, other than {UK.name}"
        raise _wrong(file, "name", quote_value(fields.name), expected)
    if fields.start and not MONTH.fullmatch(fields.start):
        raise _wrong(file, "start", quote_value(fields.start), "a month such as 2010-01")
    dataset = Dataset(
        fields.name,
        fields.title,
        measures=(),
        target=fields.target or "",
        start=fields.start,
        attribution=fields.attribution,
        licence=fields.licence,
    )
    return (_wide_table if fields.series is None else _long_table)(dataset, file, fields)


def _wide_table(dataset: Dataset, file: Path, fields: DatasetFields) -> Dataset:
    """A table with a column for each series."""
    if not fields.columns:
        raise _wrong(file, "columns", "nothing", "a table such as [columns.visitors] for each")
    measures: dict[str, Measure] = {}
    headers: dict[str, str] = {}
    for name, table in fields.columns.items():
        if not _WORD.fullmatch(name) or name in _RESERVED:
            expected = f"a word of a-z, 0-9 and _, other than {join_names(sorted(_RESERVED))}"
            raise _wrong(file, "columns", f"the name {quote_value(name)}", expected)
        column = _read_fields(file, table, ColumnFields, f"columns.{name}")
        measures[name] = _measure(file, f"columns.{name}", name, column)
        headers[name] = name if column.header is None else column.header
    target = next(iter(measures)) if fields.target is None else fields.target
    if target not in measures:
        expected = f"one of the columns {join_names(list(measures))}"
        raise _wrong(file, "target", quote_value(target), expected)
    if fields.weather:
        weather = _read_fields(file, fields.weather, WeatherFields, "weather")
        headers |= {TEMPERATURE: weather.temperature, DEGREE_DAYS: weather.degree_days}
    _check_headers(file, "columns", [fields.month, *headers.values()])
    return replace(
        dataset,
        measures=tuple(measures.values()),
        target=target,
        parts=_check_parts(file, fields.parts or [], target, measures),
        tolerance=TOLERANCE if fields.tolerance is None else fields.tolerance,
        weather=_WEATHER if fields.weather else (),
        csv=CsvLayout(file.parent / fields.file, fields.month, headers),
    )


def _long_table(dataset: Dataset, file: Path, fields: DatasetFields) -> Dataset:
    """A table with a row for each series and month."""
    for name in _NOT_IN_LONG_TABLES:
        if getattr(fields, name) is not None:
            raise _wrong(file, name, "it beside [series]", f"either {name} or [series]")
    series = _read_fields(file, fields.series or {}, SeriesFields, "series")
    headers = {SERIES: series.header, VALUE: series.value}
    _check_headers(file, "series", [fields.month, *headers.values()])
    if fields.target and not SERIES_NAME.fullmatch(fields.target):
        raise _wrong(file, "target", quote_value(fields.target), "the name of a series")
    return replace(
        dataset,
        csv=CsvLayout(file.parent / fields.file, fields.month, headers),
        each=_measure(file, "series", SERIES, series),
    )


def _measure(file: Path, field: str, name: str, table: ColumnFields | SeriesFields) -> Measure:
    if table.lowest >= table.highest:
        actual = f"lowest {table.lowest:g} and highest {table.highest:g}"
        raise _wrong(file, field, actual, "lowest below highest")
    return Measure(name, table.unit, table.lowest, table.highest)


def _check_headers(file: Path, field: str, headers: Iterable[str]) -> None:
    header, count = Counter(headers).most_common(1)[0]
    if count > 1:
        raise _wrong(file, field, f"the header {quote_value(header)} twice", "each header once")


def _check_parts(
    file: Path, parts: list[str], target: str, measures: Mapping[str, Measure]
) -> tuple[str, ...]:
    others = [name for name in measures if name != target]
    if not set(parts) <= set(others):
        expected = f"a list of columns, of {join_names(others)}"
        raise _wrong(file, "parts", quote_value(parts), expected)
    if parts and (len(parts) < 2 or len(set(parts)) < len(parts)):
        raise _wrong(file, "parts", quote_value(parts), "at least two columns, each once")
    unit = measures[target].unit
    for name in parts:
        if measures[name].unit != unit:
            expected = f"{unit!r}, the unit of {target}, which it is a part of"
            raise _wrong(file, f"columns.{name}.unit", repr(measures[name].unit), expected)
    return tuple(parts)


_TYPES = {"str": "text", "float": "a number", "array": "a list", "object": "a table"}


def _read_fields(
    file: Path, table: Mapping[str, Any], kind: type[_Fields], path: str = ""
) -> _Fields:
    """A table of the file as a struct, its texts stripped; required texts must not be blank."""
    prefix = f"{path}." if path else ""
    try:
        fields = msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$.")
        if name := place.rstrip("`").partition("[")[0]:
            expected = message.removeprefix("Expected ").partition(", got ")[0]
            expected = re.sub(r"`| \| null", "", expected)
            expected = re.sub(r"\w+", lambda word: _TYPES.get(word[0], word[0]), expected, count=1)
            raise _wrong(file, f"{prefix}{name}", quote_value(table[name]), expected) from None
        name = message.partition("field `")[2].rstrip("`")
        if "missing" in message:
            raise _wrong(file, f"{prefix}{name}", "nothing", "text") from None
        near = get_close_matches(name, kind.__struct_fields__, 1)
        hint = f"(did you mean {near[0]}?) " if near else ""
        expected = f"one of {join_names(sorted(kind.__struct_fields__))}"
        raise _wrong(
            file, f"{prefix}{name}", f"an unknown field {hint}".strip(), expected
        ) from None
    for field in msgspec.structs.fields(kind):
        value = getattr(fields, field.name)
        if isinstance(value, str):
            setattr(fields, field.name, value.strip())
            if field.required and not value.strip():
                raise _wrong(file, f"{prefix}{field.name}", quote_value(value), "text")
    return fields


def _wrong(file: Path, field: str, actual: str, expected: str) -> DataError:
    place = f"{file}, {field}" if field else str(file)
    return DataError(
        f"{place}: found {actual}; expected {expected}. docs/your-own-series.md has every field."
    )
