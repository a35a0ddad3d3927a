"""What every error raised on purpose shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

__all__ = ["EnergyError", "listed"]


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
