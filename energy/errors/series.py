"""A series of one's own, its settings or its CSV, that is not as it must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from energy.errors.base import listed
from energy.errors.requests import shown
from energy.errors.workbooks import DataError

__all__ = [
    "BadDataset",
    "BlankFigure",
    "NotACsv",
    "OnlyAsItStands",
    "PartsApart",
    "SeriesError",
    "WrongCell",
    "WrongFigure",
    "WrongHeader",
    "WrongMonth",
    "WrongRow",
    "WrongSeries",
]


class SeriesError(DataError):
    """A data set of one's own that cannot be used."""


@dataclass(eq=False)
class BadDataset(SeriesError):
    """A settings file (TOML) that does not say what it should; `field` names where."""

    file: object
    field: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        where = f", {self.field}" if self.field else ""
        return (
            f"{self.file}{where}: found {self.found}; expected {self.expected}. "
            "docs/your-own-series.md has every field."
        )


@dataclass(eq=False)
class NotACsv(SeriesError):
    """A file that is not there, is empty, or is no CSV with commas in UTF-8."""

    file: object
    found: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}: found {self.found}; expected a CSV in UTF-8 with commas between columns "
            "and points in numbers: a row of names, then a row for each month."
        )


@dataclass(eq=False)
class WrongHeader(SeriesError):
    """A first row that does not hold the names that the settings file gives."""

    file: object
    line: int
    found: Sequence[str]
    expected: Sequence[str]
    missing: Sequence[str]
    unknown: Sequence[str]
    repeated: Sequence[str]

    @property
    def message(self) -> str:
        wrong = "; ".join(
            f"{what} {', '.join(map(shown, names))}"
            for what, names in (
                ("missing", self.missing),
                ("not in the settings file:", self.unknown),
                ("twice:", self.repeated),
            )
            if names
        )
        return (
            f"{self.file}, line {self.line}: found the columns "
            f"{listed([shown(name) for name in self.found])}; expected "
            f"{listed([shown(name) for name in self.expected])}; {wrong}. "
            "Name every column in the settings file, as it is written here, or take it out."
        )


@dataclass(eq=False)
class WrongRow(SeriesError):
    """A row with more or fewer cells than there are columns."""

    file: object
    line: int
    found: int
    expected: int

    @property
    def message(self) -> str:
        return (
            f"{self.file}, line {self.line}: found {self.found} cells; expected {self.expected}. "
            "Look for a decimal comma, or a comma between thousands."
        )


@dataclass(eq=False)
class WrongSeries(SeriesError):
    """A name that a series of a long table cannot have."""

    file: object
    line: int
    column: str
    found: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, line {self.line}, column {self.column}: found {shown(self.found)}; "
            "expected a name of up to 40 letters, digits, spaces and `_.-` that begins with a "
            "letter or a digit, other than all, month and provisional."
        )


@dataclass(eq=False)
class WrongCell(SeriesError):
    """A cell that is not what its column must hold."""

    file: object
    line: int
    column: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, line {self.line}, column {self.column}: found {shown(self.found)}; "
            f"expected {self.expected}."
        )


class WrongMonth(WrongCell):
    """A month that cannot be read, or that does not follow the one in the row before."""


class WrongFigure(WrongCell):
    """A cell that holds no number, or one that its column cannot have."""


@dataclass(eq=False)
class BlankFigure(SeriesError):
    """An empty cell where there must be a figure."""

    file: object
    line: int
    column: str
    month: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, line {self.line}, column {self.column}: found no figure for "
            f"{self.month}; expected {self.expected}."
        )


@dataclass(eq=False)
class PartsApart(SeriesError):
    """A total that is not the sum of its parts."""

    file: object
    line: int
    column: str
    month: str
    found: float
    parts: float
    tolerance: float

    @property
    def message(self) -> str:
        return (
            f"{self.file}, line {self.line}, column {self.column}: found {self.found:g} for "
            f"{self.month}, but its parts sum to {self.parts:g}; expected them within "
            f"{self.tolerance:g}. Mend the figures, or set `tolerance` in the settings file."
        )


@dataclass(eq=False)
class OnlyAsItStands(SeriesError):
    """An option that needs vintages kept, of a CSV that is read as it stands."""

    option: str
    file: object

    @property
    def message(self) -> str:
        return (
            f"{self.option} needs vintages that were kept; {self.file} is read as it stands. "
            f"Leave {self.option} out; to learn from older figures, name an older file."
        )
