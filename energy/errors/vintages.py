"""A vintage that must not be kept, or cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from energy.errors.base import listed
from energy.errors.workbooks import DataError

__all__ = [
    "ArchiveUnwritable",
    "BadFileName",
    "BehindCover",
    "BrokenFrame",
    "CheckFailed",
    "FiguresWithdrawn",
    "NeverKnown",
    "OlderThanHeld",
    "RevisedTooFar",
    "UnknownCheck",
    "UnknownVintage",
    "UnrecordedBytes",
    "VintageRefused",
]


@dataclass(eq=False)
class CheckFailed(DataError):
    """A check that a new vintage did not pass; `where` names files, sheets, cells or columns."""

    where: str
    found: str
    expected: str

    advice = "Compare with the published file."

    @property
    def message(self) -> str:
        return f"{self.where}: found {self.found}; expected {self.expected}. {self.advice}"


class BrokenFrame(CheckFailed):
    """Tables that read well one by one and do not make a monthly frame together."""


class BehindCover(CheckFailed):
    """A table that ends before the month that its workbook's own cover announces."""

    advice = (
        "Its last rows are missing, or the cover is wrong; if a person has found it is the cover, "
        "accept the check 'cover'."
    )


class OlderThanHeld(CheckFailed):
    """A table that ends before the same table of the newest vintage held."""

    advice = "An older file was found or given; what is held stays in use."


class FiguresWithdrawn(CheckFailed):
    """Figures of the vintage before that are missing now."""

    advice = "If the office did withdraw them, accept the check 'withdrawn'."


class RevisedTooFar(CheckFailed):
    """Figures that differ from those of the vintage before by more than any known revision."""

    advice = (
        "Look for swapped columns, another unit or a slip of the pen; if it is a true revision, "
        "accept the check 'revisions'."
    )


@dataclass(eq=False)
class UnrecordedBytes(DataError):
    """Bytes that are not those their record describes: altered on the way from where they come."""

    file: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file} has SHA-256 {self.found}; its record says {self.expected}. "
            "It was altered on the way; fetch it again."
        )


@dataclass(eq=False)
class BadFileName(DataError):
    """A file name that cannot be kept as it is in a vintage's folder."""

    file: str

    @property
    def message(self) -> str:
        return (
            f"{self.file[:80]!a} is no name for a workbook; expected up to 150 letters, digits, "
            "spaces and _ - + ( ) . , not starting with a dot, ending such as .xlsx or .ods."
        )


@dataclass(eq=False)
class UnknownVintage(DataError):
    """A vintage id that is not held."""

    vintage_id: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        return f"No vintage {self.vintage_id[:80]!a} is held; held: {listed(self.known)}."


@dataclass(eq=False)
class UnknownCheck(DataError):
    """A check that does not exist, or that nobody can accept."""

    checks: Sequence[str]
    known: Sequence[str]

    @property
    def message(self) -> str:
        return f"Cannot accept {listed(self.checks)}; expected any of {listed(self.known)}."


@dataclass(eq=False)
class NeverKnown(DataError):
    """A month at which none of the vintages held could have stood."""

    cutoff: str
    first: str
    last: str

    @property
    def message(self) -> str:
        return (
            f"No vintage can be cut at {self.cutoff}; expected {self.first} to {self.last}, the "
            "months with energy figures in the newest one held."
        )


@dataclass(eq=False)
class ArchiveUnwritable(DataError):
    """A folder of vintages that cannot be written: no room, no right, or another at work in it."""

    folder: object
    reason: str

    @property
    def message(self) -> str:
        return (
            f"{self.folder} cannot be written: {self.reason}. Nothing was changed; make it "
            "writable, or wait until the other ingest has ended."
        )


@dataclass(eq=False)
class VintageRefused(DataError):
    """New workbooks that were set aside instead of being kept."""

    reason: str
    folder: object

    @property
    def message(self) -> str:
        return f"{self.reason} Set aside in {self.folder}; what was held stays in use."
