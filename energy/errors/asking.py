"""What was asked for cannot be done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from energy.errors.base import EnergyError, listed

__all__ = [
    "NeedsWeather",
    "NoParts",
    "NotAMonth",
    "NotShared",
    "OutOfRange",
    "RequestError",
    "SeriesLeftOut",
    "TrackingUnreachable",
    "UnknownForecaster",
    "UnknownTarget",
]


MOST_SHOWN = 20
"""Names that a message lists."""
MOST_COMPARED = 2000
"""Names that a slip of the pen is compared with: some hundredths of a second."""


class RequestError(EnergyError):
    """What was asked for cannot be done."""


@dataclass(eq=False)
class UnknownTarget(RequestError):
    """A target that the monthly frame does not have."""

    target: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        from difflib import get_close_matches  # where the service starts, nobody has erred yet

        shown = listed(self.known[:MOST_SHOWN])
        more = len(self.known) - MOST_SHOWN
        others = f" and {more} more" if more > 0 else ""
        near = get_close_matches(self.target, self.known[:MOST_COMPARED], 1)
        meant = f" Did you mean '{near[0]}'?" if near else ""
        return f"Unknown target '{self.target}'.{meant} Known targets: {shown}{others}."


@dataclass(eq=False)
class SeriesLeftOut(RequestError):
    """A series of a long table that a release has no forecast of."""

    target: str
    reason: str

    @property
    def message(self) -> str:
        return f"There is no forecast of '{self.target}': {self.reason}."


@dataclass(eq=False)
class UnknownForecaster(RequestError):
    """A forecaster that the bench does not have."""

    forecasters: Sequence[str]
    known: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"Unknown forecaster '{listed(self.forecasters)}'. "
            f"Known forecasters: {listed(self.known)}; or 'all'."
        )


@dataclass(eq=False)
class NeedsWeather(RequestError):
    """Forecasters asked for by name that need weather, of a data set that holds none."""

    forecasters: Sequence[str]
    others: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"{listed(self.forecasters)} cannot be tried: these figures come without weather. "
            f"Choose from {listed(self.others)}; or 'all', which leaves out what needs weather."
        )


@dataclass(eq=False)
class NoParts(RequestError):
    """A total and its parts asked for, of a data set that names no parts."""

    target: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"Target 'all' is a total and its parts, and {self.target} has none that add up to "
            f"it. Known targets: {listed(self.known)}."
        )


@dataclass(eq=False)
class OutOfRange(RequestError):
    """A number outside the range that makes sense for it."""

    name: str
    found: object
    lowest: object
    highest: object

    @property
    def message(self) -> str:
        return f"{self.name} is {self.found}; expected {self.lowest} to {self.highest}."


@dataclass(eq=False)
class NotAMonth(RequestError):
    """A text that does not name a month."""

    name: str
    found: object

    @property
    def message(self) -> str:
        return f"{self.name} is '{self.found}'; expected a month such as 2001-01."


@dataclass(eq=False)
class NotShared(RequestError):
    """A place on the disk of one task, where an engine gives each task a disk of its own."""

    name: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.name} is {self.found}, on a disk that goes with this task; on an engine it "
            f"has to be {self.expected}. Tell the tasks with --with environment: docs/scale.md."
        )


@dataclass(eq=False)
class TrackingUnreachable(RequestError):
    """An MLflow backend that cannot be written."""

    uri: str
    reason: str

    @property
    def message(self) -> str:
        shown = re.sub(r"//[^/@]*@", "//***@", self.uri)  # a server's URI may hold a password
        return (
            f"MLflow's backend {shown} cannot be used: {self.reason}. "
            "Set MLFLOW_TRACKING_URI to one that can, or leave it unset for a local file."
        )
