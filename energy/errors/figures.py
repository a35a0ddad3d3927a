"""Tables whose months or figures are not as they must be."""

from __future__ import annotations

from dataclasses import dataclass

from energy.errors.workbooks import DataError

__all__ = [
    "BadCell",
    "BadFrame",
    "BlankCell",
    "DescendingMonths",
    "ImplausibleFigure",
    "IncompleteTarget",
    "LateStart",
    "MonthError",
    "MonthGap",
    "NoFigures",
    "RepeatedMonth",
    "TooShort",
    "TotalMismatch",
    "UnreadableMonth",
]


@dataclass(eq=False)
class BadCell(DataError):
    """A cell that holds something other than the figure expected there."""

    file: str
    sheet: str
    cell: str
    found: object
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}, cell {self.cell}: found {self.found!r}; "
            f"expected {self.expected}. Compare with the published file."
        )


@dataclass(eq=False)
class BlankCell(DataError):
    """A blank amid figures: most often a formula saved without its value."""

    file: str
    sheet: str
    cell: str
    column: str
    month: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}, cell {self.cell}: found a blank (or a formula "
            f"without a value) amid figures; expected {self.column} of {self.month}, a number or "
            "[x]. If it is a formula, open and save the file in a spreadsheet program."
        )


@dataclass(eq=False)
class NoFigures(DataError):
    """A column without one figure: most often formulas saved without their values."""

    file: str
    sheet: str
    cell: str
    column: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}: found no figure of {self.column} from cell "
            f"{self.cell} on; expected numbers. If they are formulas, open and save the file in a "
            "spreadsheet program."
        )


@dataclass(eq=False)
class ImplausibleFigure(DataError):
    """A figure, or a column's mean, outside the range that its table allows."""

    file: str
    sheet: str
    cell: str
    name: str
    found: float
    lowest: float
    highest: float
    unit: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}, cell {self.cell}: {self.name} is {self.found:.6g} "
            f"{self.unit}; expected {self.lowest:g} to {self.highest:g}. Check that these are the "
            "monthly figures themselves, not adjusted ones, deviations or another unit."
        )


@dataclass(eq=False)
class MonthError(DataError):
    """A month label that cannot be read, or is not the next month."""

    file: str
    sheet: str
    cell: str
    found: str
    expected: str

    problem = "is not a month"

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}, cell {self.cell}: '{self.found}' {self.problem}; "
            f"expected {self.expected}. Compare with the published file."
        )


class UnreadableMonth(MonthError):
    """A label that names no month."""


class MonthGap(MonthError):
    """A month, or a year of them, left out."""

    problem = "comes after a gap"


class RepeatedMonth(MonthError):
    """A month, or a year of them, for the second time."""

    problem = "stands there twice"


class DescendingMonths(MonthError):
    """A month earlier than the one before it."""

    problem = "goes back in time"


class LateStart(MonthError):
    """A table that starts later than it is published: its top was cut off."""

    problem = "is a late start"


@dataclass(eq=False)
class TotalMismatch(DataError):
    """A total that is not the sum of its parts."""

    file: str
    sheet: str
    cell: str
    month: str
    total: float
    parts: float
    tolerance: float
    unit: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}, cell {self.cell}: the total of {self.month} is "
            f"{self.total:.6g}, but its parts sum to {self.parts:.6g}; expected them to agree "
            f"within {self.tolerance:g} {self.unit}. Compare with the published file."
        )


@dataclass(eq=False)
class BadFrame(DataError):
    """A monthly frame that breaks a rule which forecasting relies on."""

    column: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"Monthly frame, {self.column}: found {self.found}; expected {self.expected}. "
            "Make the frame with energy.data.monthly.read_frame."
        )


@dataclass(eq=False)
class IncompleteTarget(DataError):
    """A target with months missing after the start that was asked for."""

    target: str
    start: str
    missing: str
    months: int
    complete_from: str

    @property
    def message(self) -> str:
        return (
            f"{self.target} has no figure for {self.missing} ({self.months} months missing from "
            f"{self.start} on); expected every month. Start at {self.complete_from} or later."
        )


@dataclass(eq=False)
class TooShort(DataError):
    """Too few months to learn a year's pattern from and test it."""

    target: str
    start: str
    found: int
    expected: int

    @property
    def message(self) -> str:
        return (
            f"{self.target} has {self.found} months from {self.start} on; expected at least "
            f"{self.expected}. Start earlier, or add the months before."
        )
