"""A settings file (TOML) that makes a monthly CSV a data set, read strictly."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from energy.contract.asking import LARGEST
from energy.contract.months import MONTH
from energy.data.dataset import (
    DEGREE_DAYS,
    SERIES,
    SERIES_NAME,
    TEMPERATURE,
    TOLERANCE,
    UK,
    VALUE,
    Csv,
    Dataset,
    Measure,
)
from energy.errors import BadDataset, listed

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


def read_dataset(file: Path) -> Dataset:
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
        raise BadDataset(file, "", f"no readable file ({error.strerror})", "a TOML file") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadDataset(file, "", f"no TOML ({error})", "a TOML file") from error


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
            csv=Csv(self.file.parent / self._text("", self.document, "file"), month, headers),
        )

    def _long(self) -> Dataset:
        """A long table: its series are named in its rows."""
        for field in _ONE_BY_ONE:
            if field in self.document:
                raise self._wrong(field, "it beside [series]", "one of the two: [series] is long")
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
            csv=Csv(self.file.parent / self._text("", self.document, "file"), month, headers),
            each=self._measure("series", SERIES, table),
        )

    def _wrong(self, field: str, found: str, expected: str) -> BadDataset:
        return BadDataset(self.file, field, found, expected)

    def _known(self, within: str, table: Mapping[str, Any], known: set[str]) -> None:
        if unknown := sorted(set(table) - known):
            raise self._wrong(f"{within}{unknown[0]}", "an unknown field", listed(sorted(known)))

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
        lowest: float = -LARGEST,
    ) -> float:
        value = table.get(name, default)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not (math.isfinite(value) and lowest <= value <= LARGEST)
        ):
            expected = f"a number from {lowest:g} to {LARGEST:g}"
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
            expected = f"a word of a-z, 0-9 and _, not one of {listed(sorted(_RESERVED))}"
            raise self._wrong("columns", f"the name {_told(name)}", expected)
        if not isinstance(table, Mapping):
            raise self._wrong(field, _told(table), f"a table such as [{field}]")
        self._known(f"{field}.", table, COLUMN_FIELDS)
        header = self._text(f"{field}.", table, "header", name)
        return header, self._measure(field, name, table)

    def _measure(self, field: str, name: str, table: Mapping[str, Any]) -> Measure:
        lowest = self._number(f"{field}.", table, "lowest", -LARGEST)
        highest = self._number(f"{field}.", table, "highest", LARGEST)
        if lowest >= highest:
            raise self._wrong(field, f"lowest {lowest:g}, highest {highest:g}", "the first below")
        return Measure(name, self._text(f"{field}.", table, "unit"), lowest, highest)

    def _one_of(self, field: str, known: tuple[str, ...], default: str) -> str:
        found = self._text("", self.document, field, default)
        if found not in known:
            raise self._wrong(field, _told(found), f"one of the columns {listed(known)}")
        return found

    def _parts(self, target: str, measures: Mapping[str, Measure]) -> tuple[str, ...]:
        found = self.document.get("parts", [])
        others = [name for name in measures if name != target]
        if not isinstance(found, list) or not set(map(str, found)) <= set(others):
            raise self._wrong("parts", _told(found), f"a list of columns, of {listed(others)}")
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
