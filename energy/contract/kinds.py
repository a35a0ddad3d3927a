"""Kinds of fields: what each accepts, how it is told in JSON schema, and how a query writes it.

A field of a request is a row in a table (`energy.contract.asking`), and its kind does the rest,
so that what is refused and what the API's document says cannot differ. Written by hand, as a
validation library would take longer to import than a look-up takes to answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from energy.contract.months import MONTH, count
from energy.errors import AskedTwice, NotAllowed, OutOfOrder, TooMany, WrongType

Schema = dict[str, Any]
T = TypeVar("T")
MONTH_SCHEMA: Schema = {"type": "string", "pattern": f"^{MONTH.pattern}$"}


class Kind(Protocol):
    """What one field may hold."""

    def read(self, value: object, field: str) -> Any:
        """Return the value in its Python type.

        Raises:
            FieldError: It is none.
        """

    @property
    def schema(self) -> Schema:
        """JSON schema (2020-12) of it."""

    def from_text(self, text: str) -> object:
        """What `read` takes, from a query parameter; text that is none is left for it to refuse."""


def number(value: object, field: str) -> float:
    """A finite number; True is none, nor is a text.

    Raises:
        WrongType: Another kind of value.
        NotAllowed: Not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongType(field, value, "a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise NotAllowed(field, found, "a finite number")
    return found


def month(value: object, field: str) -> str:
    """A month as text.

    Raises:
        WrongType: Anything else.
    """
    if not isinstance(value, str) or not MONTH.fullmatch(value):
        raise WrongType(field, value, "a month such as 2022-08")
    return value


@dataclass(frozen=True)
class Text:
    """A short text."""

    longest: int = 40

    def read(self, value: object, field: str) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= self.longest:
            raise WrongType(field, value, f"a text of 1 to {self.longest} characters")
        return value

    @property
    def schema(self) -> Schema:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    def from_text(self, text: str) -> object:
        return text


@dataclass(frozen=True)
class Whole:
    """A whole number from `lowest` to `highest`."""

    lowest: int
    highest: int

    def read(self, value: object, field: str) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON schema takes 12.0 for an integer, and so do callers
        if isinstance(value, bool) or not isinstance(value, int):
            raise WrongType(field, value, "a whole number")
        if not self.lowest <= value <= self.highest:
            raise NotAllowed(field, value, f"{self.lowest} to {self.highest}")
        return value

    @property
    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}

    def from_text(self, text: str) -> object:
        return _converted(int, text)


@dataclass(frozen=True)
class Number:
    """A finite number between two others, which it may equal unless `strictly`."""

    lowest: float
    highest: float
    strictly: bool = False

    def read(self, value: object, field: str) -> float:
        found = number(value, field)
        if self.strictly and not self.lowest < found < self.highest:
            raise NotAllowed(field, found, f"above {self.lowest:g} and below {self.highest:g}")
        if not self.lowest <= found <= self.highest:
            raise NotAllowed(field, found, f"{self.lowest:g} to {self.highest:g}")
        return found

    @property
    def schema(self) -> Schema:
        low, high = (
            ("exclusiveMinimum", "exclusiveMaximum") if self.strictly else ("minimum", "maximum")
        )
        return {"type": "number", low: self.lowest, high: self.highest}

    def from_text(self, text: str) -> object:
        return _converted(float, text)


@dataclass(frozen=True)
class Months:
    """Months in ascending order, each once."""

    most: int

    def read(self, value: object, field: str) -> tuple[str, ...]:
        rows = _entries(value, field, self.most, "a list of months such as 2022-08")
        found = tuple(month(row, f"{field}[{place}]") for place, row in enumerate(rows))
        for before, after in pairwise(found):
            if after == before:
                raise AskedTwice(field, after)
            if count(after) < count(before):
                raise OutOfOrder(field, after, before)
        return found

    @property
    def schema(self) -> Schema:
        return {
            "type": "array",
            "items": MONTH_SCHEMA,
            "minItems": 1,
            "maxItems": self.most,
            "uniqueItems": True,
        }

    def from_text(self, text: str) -> object:
        return text.split(",")


@dataclass(frozen=True)
class Numbers:
    """A list of numbers, each once."""

    each: Number
    most: int

    def read(self, value: object, field: str) -> tuple[float, ...]:
        rows = _entries(value, field, self.most, "a list of numbers")
        found = tuple(self.each.read(row, f"{field}[{place}]") for place, row in enumerate(rows))
        for place, one in enumerate(found):
            if one in found[:place]:
                raise AskedTwice(field, one)
        return found

    @property
    def schema(self) -> Schema:
        return {
            "type": "array",
            "items": self.each.schema,
            "minItems": 1,
            "maxItems": self.most,
            "uniqueItems": True,
        }

    def from_text(self, text: str) -> object:
        return [self.each.from_text(part) for part in text.split(",")]


@dataclass(frozen=True)
class ByMonth:
    """A number for each of some months, in any order: objects have none."""

    each: Number
    most: int

    def read(self, value: object, field: str) -> dict[str, float]:
        if not isinstance(value, Mapping) or not value:
            raise WrongType(field, value, "an object such as {'2022-08': 10.9}")
        if len(value) > self.most:
            raise TooMany(field, len(value), self.most)
        named = {month(key, field): self.each.read(v, f"{field}.{key}") for key, v in value.items()}
        return dict(sorted(named.items()))

    @property
    def schema(self) -> Schema:
        return {
            "type": "object",
            "propertyNames": MONTH_SCHEMA,
            "additionalProperties": self.each.schema,
            "minProperties": 1,
            "maxProperties": self.most,
        }

    def from_text(self, text: str) -> object:
        return text


def _entries(value: object, field: str, most: int, expected: str) -> Sequence[object]:
    if not isinstance(value, list | tuple) or not value:
        raise WrongType(field, value, expected)
    if len(value) > most:
        raise TooMany(field, len(value), most)
    return value


def _converted(kind: Callable[[str], T], text: str) -> T | str:
    """The number a text stands for, or the text itself; `1_0` and ` 1` are none."""
    try:
        return text if "_" in text or text != text.strip() else kind(text)
    except ValueError:
        return text
