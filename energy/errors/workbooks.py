"""Files that are not the workbooks they should be, and tables that cannot be found in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from energy.errors.base import EnergyError, listed

__all__ = [
    "AlteredFile",
    "BadRecord",
    "DataError",
    "MissingFile",
    "MissingLabels",
    "NoData",
    "NotAWorkbook",
    "RepeatedLabel",
    "RepeatedTable",
    "TableNotFound",
    "WrongTitle",
]


class DataError(EnergyError):
    """The workbooks at hand cannot be used; what was held before stays in use."""


@dataclass(eq=False)
class NoData(DataError):
    """A folder without any workbook."""

    folder: object
    found: str

    @property
    def message(self) -> str:
        return (
            f"No data: {self.folder} {self.found}; expected the workbooks of one release. "
            "Restore data/raw with git, or set ENERGY_DATA to the folder that holds them."
        )


@dataclass(eq=False)
class BadRecord(DataError):
    """A `vintage.json` that does not say what it should."""

    file: object
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}: found {self.found}; expected {self.expected}. "
            "Restore it with git, or write it anew with scripts/embed_vintage.py."
        )


@dataclass(eq=False)
class MissingFile(DataError):
    """A workbook that the record names and the folder does not hold."""

    file: str
    folder: object

    @property
    def message(self) -> str:
        return (
            f"{self.file} is missing from {self.folder}, whose vintage.json names it. "
            "Restore it with git, or write it anew with scripts/embed_vintage.py."
        )


@dataclass(eq=False)
class NotAWorkbook(DataError):
    """Bytes that are no workbook: a web page, a file cut short, something else."""

    file: str
    found: str

    @property
    def message(self) -> str:
        return (
            f"{self.file} is not a workbook: found {self.found}; expected an .xlsx or .ods file. "
            "Restore it with git, or download it again."
        )


@dataclass(eq=False)
class AlteredFile(DataError):
    """A workbook that reads well but is not the one that was recorded."""

    file: object
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file} was altered: its SHA-256 is {self.found}; vintage.json records "
            f"{self.expected}. Restore it with `git checkout -- {self.file}`, or record it anew "
            "with scripts/embed_vintage.py."
        )


@dataclass(eq=False)
class TableNotFound(DataError):
    """A published table that none of the workbooks holds."""

    table: str
    files: Sequence[str]
    expected: str

    @property
    def message(self) -> str:
        return (
            f"Table {self.table} not found in {listed(self.files)}; expected {self.expected}. "
            "Add the workbook that holds it."
        )


@dataclass(eq=False)
class RepeatedTable(DataError):
    """One table twice: nothing tells which one is meant."""

    table: str
    found: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"Table {self.table} found in {listed(self.found)}; expected it once. "
            "Keep one of them."
        )


@dataclass(eq=False)
class WrongTitle(DataError):
    """A block with a table's labels under another table's title, or another unit's."""

    file: str
    sheet: str
    table: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}: title '{self.found}'; expected {self.expected}. "
            f"If the layout changed, edit the TableSpec of {self.table} in energy/data/tables.py."
        )


@dataclass(eq=False)
class MissingLabels(DataError):
    """A table under its title, without some of the labels that its figures are found by."""

    file: str
    sheet: str
    table: str
    found: Sequence[str]
    missing: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}: table {self.table} has no label "
            f"{' nor '.join(repr(label) for label in self.missing)}; found {listed(self.found)}. "
            f"If the layout changed, edit the TableSpec of {self.table} in energy/data/tables.py."
        )


@dataclass(eq=False)
class RepeatedLabel(DataError):
    """One label twice in one block: nothing tells which column is meant."""

    file: str
    sheet: str
    table: str
    label: str
    cells: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}: label '{self.label}' of table {self.table} stands "
            f"in cells {listed(self.cells)}; expected it once. Compare with the published file."
        )
