"""A forecast request that cannot be read, or whose fields are not as they must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from energy.errors.base import EnergyError, listed

__all__ = [
    "AskedTwice",
    "BodyTooLarge",
    "Conflicting",
    "FieldError",
    "NotAllowed",
    "NotAnObject",
    "NotJson",
    "NotUtf8",
    "ObservationGap",
    "OutOfOrder",
    "TableAlone",
    "TooMany",
    "UnknownField",
    "UnreadableBody",
    "UpdateFailed",
    "WeatherNotHeld",
    "WrongType",
]

LONGEST = 60
"""Characters of a caller's own words that a message repeats."""


def shown(value: object) -> str:
    """A caller's value as a message shows it: cut short, and printable whatever it holds."""
    told = ascii(value)
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…"


class UnreadableBody(EnergyError):
    """A body in which no request can be found."""


@dataclass(eq=False)
class NotUtf8(UnreadableBody):
    """Bytes that are not text."""

    position: int

    @property
    def message(self) -> str:
        return f"The body is not UTF-8 from byte {self.position} on; expected JSON in UTF-8."


@dataclass(eq=False)
class NotJson(UnreadableBody):
    """Text that is not JSON."""

    reason: str

    @property
    def message(self) -> str:
        return f"The body is not JSON: {self.reason}; expected an object such as {{'periods': 12}}."


@dataclass(eq=False)
class NotAnObject(UnreadableBody):
    """JSON that is something else than an object."""

    found: str

    @property
    def message(self) -> str:
        return f"The body is a JSON {self.found}; expected an object such as {{'periods': 12}}."


@dataclass(eq=False)
class BodyTooLarge(UnreadableBody):
    """More bytes than a request may have."""

    found: int
    most: int

    @property
    def message(self) -> str:
        return f"The body has {self.found} bytes; expected at most {self.most}. Ask for less."


class FieldError(EnergyError):
    """A field of a request that is not as it must be; each has a `field` that names it."""

    field: str


@dataclass(eq=False)
class UnknownField(FieldError):
    """A field that requests do not have: a slip of the pen is not taken for a wish granted."""

    field: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        return f"{shown(self.field)} is no field of a request; known are {listed(self.known)}."


@dataclass(eq=False)
class WrongType(FieldError):
    """A value of the wrong kind."""

    field: str
    found: object
    expected: str

    @property
    def message(self) -> str:
        return f"{self.field} is {shown(self.found)}; expected {self.expected}."


@dataclass(eq=False)
class NotAllowed(FieldError):
    """A value of the right kind that cannot be answered for."""

    field: str
    found: object
    expected: str

    @property
    def message(self) -> str:
        return f"{self.field} is {shown(self.found)}; expected {self.expected}."


@dataclass(eq=False)
class AskedTwice(FieldError):
    """The same thing twice in a list or an object."""

    field: str
    found: object

    @property
    def message(self) -> str:
        return f"{self.field} holds {shown(self.found)} twice; expected it once."


@dataclass(eq=False)
class OutOfOrder(FieldError):
    """Months that do not ascend."""

    field: str
    found: object
    before: object

    @property
    def message(self) -> str:
        return (
            f"{self.field} has {shown(self.found)} after {shown(self.before)}; "
            "expected months in ascending order."
        )


@dataclass(eq=False)
class TooMany(FieldError):
    """More of something than can be asked for at once."""

    field: str
    found: int
    most: int

    @property
    def message(self) -> str:
        return f"{self.field} has {self.found} entries; expected at most {self.most}."


@dataclass(eq=False)
class Conflicting(FieldError):
    """Fields of which one rules out the other."""

    field: str
    others: Sequence[str]

    @property
    def message(self) -> str:
        return f"{self.field} cannot be given with {listed(self.others)}; give one of them."


@dataclass(eq=False)
class ObservationGap(FieldError):
    """New observations that do not follow the last month known."""

    field: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.field} goes on with {self.found}; expected {self.expected}: observations must "
            "begin in the month after the cutoff and leave none out."
        )


@dataclass(eq=False)
class WeatherNotHeld(FieldError):
    """Weather that the release in service knows nothing of."""

    field: str
    found: object
    held: str

    @property
    def message(self) -> str:
        return f"{self.field} is {shown(self.found)}; the release in service holds {self.held}."


@dataclass(eq=False)
class TableAlone(FieldError):
    """A part of the total or one of many series: it has a table and no champion of its own."""

    field: str
    target: str
    months: int

    @property
    def message(self) -> str:
        return (
            f"{self.field} cannot be answered for {self.target}, which is published as a table of "
            f"{self.months} months and has no fitted champion; ask for months within it, without "
            "weather or observations, or ask for the release's own series."
        )


@dataclass(eq=False)
class UpdateFailed(FieldError):
    """Observations that the champion could not be fitted to."""

    field: str
    forecaster: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"{self.forecaster} could not be fitted to the observations given ({self.reason}); "
            "look for a slip in the figures or the unit."
        )
