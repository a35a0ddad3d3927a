"""Every error that is raised on purpose.

Each class builds its one-line message from typed fields: what was found, what was expected, what to do.
Callers catch `EnergyError`, or one of its families, and never have to parse a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any


class EnergyError(Exception):
    """Base of every error raised on purpose; subclasses are dataclasses that define `message`."""

    @property
    def message(self) -> str:
        """One line: what was found, what was expected, what to do."""
        raise NotImplementedError

    def __str__(self) -> str:
        return " ".join(self.message.split())

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions pickle by their positional args, which dataclass keywords do not fill.
        return type(self), tuple(getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]


def listed(names: Sequence[object]) -> str:
    """Join names for a message: `a, b, c`, or `none`."""
    return ", ".join(str(name) for name in names) or "none"


# -- asking ------------------------------------------------------------------------------------


class RequestError(EnergyError):
    """What was asked for cannot be done."""


@dataclass(eq=False)
class UnknownTarget(RequestError):
    """A target that the monthly frame does not have."""

    target: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        return f"Unknown target '{self.target}'. Known targets: {listed(self.known)}."


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
