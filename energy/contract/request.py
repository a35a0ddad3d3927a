"""Forecast requests: their fields, read strictly from JSON or from a query."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any, NoReturn, Protocol, TypeVar

from energy import legacy_errors
from energy.contract.months import MONTH, month_number

Schema = dict[str, Any]
T = TypeVar("T")
MONTH_SCHEMA: Schema = {"type": "string", "pattern": f"^{MONTH.pattern}$"}


class FieldKind(Protocol):
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


def read_number(value: object, field: str) -> float:
    """A finite number; True is none, nor is a text.

    Raises:
        WrongType: Another kind of value.
        NotAllowed: Not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise legacy_errors.WrongType(field, value, "a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise legacy_errors.NotAllowed(field, found, "a finite number")
    return found


def read_month(value: object, field: str) -> str:
    """A month as text.

    Raises:
        WrongType: Anything else.
    """
    if not isinstance(value, str) or not MONTH.fullmatch(value):
        raise legacy_errors.WrongType(field, value, "a month such as 2022-08")
    return value


@dataclass(frozen=True)
class Text:
    """A short text."""

    longest: int = 40

    def read(self, value: object, field: str) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= self.longest:
            raise legacy_errors.WrongType(field, value, f"a text of 1 to {self.longest} characters")
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
            raise legacy_errors.WrongType(field, value, "a whole number")
        if not self.lowest <= value <= self.highest:
            raise legacy_errors.NotAllowed(field, value, f"{self.lowest} to {self.highest}")
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
        found = read_number(value, field)
        if self.strictly and not self.lowest < found < self.highest:
            raise legacy_errors.NotAllowed(
                field, found, f"above {self.lowest:g} and below {self.highest:g}"
            )
        if not self.lowest <= found <= self.highest:
            raise legacy_errors.NotAllowed(field, found, f"{self.lowest:g} to {self.highest:g}")
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
        found = tuple(read_month(row, f"{field}[{place}]") for place, row in enumerate(rows))
        for before, after in pairwise(found):
            if after == before:
                raise legacy_errors.AskedTwice(field, after)
            if month_number(after) < month_number(before):
                raise legacy_errors.OutOfOrder(field, after, before)
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
                raise legacy_errors.AskedTwice(field, one)
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
            raise legacy_errors.WrongType(field, value, "an object such as {'2022-08': 10.9}")
        if len(value) > self.most:
            raise legacy_errors.TooMany(field, len(value), self.most)
        named = {
            read_month(key, field): self.each.read(v, f"{field}.{key}") for key, v in value.items()
        }
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
        raise legacy_errors.WrongType(field, value, expected)
    if len(value) > most:
        raise legacy_errors.TooMany(field, len(value), most)
    return value


def _converted(kind: Callable[[str], T], text: str) -> T | str:
    """The number a text stands for, or the text itself; `1_0` and ` 1` are none."""
    try:
        return text if "_" in text or text != text.strip() else kind(text)
    except ValueError:
        return text


MAX_HORIZON = 120
"""Months ahead of the cutoff that can be asked for, and how many at once."""
DEFAULT_PERIODS = 12
"""Months ahead that are answered for if a request names none."""
DEFAULT_COVERAGE = (0.8, 0.95)
MAX_COVERAGES = 10
LARGEST_OBSERVATION = 1e6
"""Observations beyond it are slips of the pen in any unit of the tables."""


@dataclass(frozen=True)
class Field:
    """One field of a request.

    Attributes:
        name: As JSON and queries have it.
        kind: What it may hold.
        text: What it means, for the API's document.
        in_query: Whether GET takes it as a parameter.
    """

    name: str
    kind: FieldKind
    text: str
    in_query: bool = True


WEATHER_FIELDS = (
    Field(
        "temperature_change",
        Number(-10.0, 10.0),
        "Degrees Celsius by which every month asked for is warmer (above zero) or colder than "
        "expected.",
    ),
    Field(
        "year",
        Whole(1900, 2200),
        "A past year whose weather, month by month, comes again; the release must hold it.",
    ),
    Field(
        "degree_days",
        ByMonth(Number(0.0, 40.0), 2 * MAX_HORIZON),
        "Daily average heating degree days (base 15.5 deg C) by month; expected weather elsewhere.",
        in_query=False,
    ),
)
"""A weather scenario holds exactly one of them."""


class _Scenario:
    """The kind of the `weather` field: an object with one of WEATHER_FIELDS."""

    def read(self, value: object, field: str) -> Weather:
        if not isinstance(value, Mapping):
            raise legacy_errors.WrongType(
                field, value, "an object such as {'temperature_change': -2}"
            )
        found = _read_fields(WEATHER_FIELDS, value, f"{field}.")
        if not found:
            names = ", ".join(one.name for one in WEATHER_FIELDS)
            raise legacy_errors.WrongType(field, dict(value), f"one of {names}")
        first, *others = found
        if others:
            raise legacy_errors.Conflicting(
                f"{field}.{first}", [f"{field}.{other}" for other in others]
            )
        return Weather(**found)

    @property
    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {one.name: field_schema(one) for one in WEATHER_FIELDS},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }

    def from_text(self, text: str) -> object:
        return text


FIELDS = (
    Field(
        "periods",
        Whole(1, MAX_HORIZON),
        f"How many months after the cutoff; {DEFAULT_PERIODS} if neither this nor `months` is "
        "given.",
    ),
    Field(
        "months",
        Months(MAX_HORIZON),
        f"The months asked for, ascending, each once, up to {MAX_HORIZON} months after the cutoff.",
    ),
    Field(
        "coverage",
        Numbers(Number(0.0, 1.0, strictly=True), MAX_COVERAGES),
        "Probabilities that the intervals are to hold the outcome with; by default "
        f"{' and '.join(map(str, DEFAULT_COVERAGE))}.",
    ),
    Field(
        "weather",
        _Scenario(),
        "A what-if for the months asked for; expected weather without it.",
        in_query=False,
    ),
    Field(
        "observations",
        ByMonth(Number(-LARGEST_OBSERVATION, LARGEST_OBSERVATION), MAX_HORIZON),
        "Figures newer than the release, by month from the one after its cutoff on, in its unit: "
        "the forecast starts after the last of them.",
        in_query=False,
    ),
    Field(
        "target",
        Text(),
        "The series: the release's own if not given, a part of it, or one of many.",
    ),
)
"""Every field of a request; unknown ones are refused."""
QUERY = tuple(one for one in (*FIELDS, *WEATHER_FIELDS) if one.in_query)
"""Parameters of GET: a scenario's fields stand beside the others."""
SERIES_QUERY = (Field("target", Text(), "The series' name, as /v1/release/panel has it."),)
"""What a query for one of many series takes, and must have."""


@dataclass(frozen=True, slots=True)
class Weather:
    """A weather scenario: one of the three.

    Attributes:
        temperature_change: Degrees Celsius above (below) what is expected, in every month asked.
        year: A past year whose degree days come again.
        degree_days: Daily average heating degree days (deg C) by month.
    """

    temperature_change: float | None = None
    year: int | None = None
    degree_days: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class ForecastRequest:
    """What a caller asks for; see FIELDS.

    Attributes:
        periods: How many months after the cutoff, unless `months` are given.
        months: The months, ascending; empty for `periods`.
        coverage: Of each interval, in (0, 1), in the order to answer in.
        weather: A what-if, or None.
        observations: Newer figures by month, ascending; empty for none.
        target: The series; None for the release's own.
    """

    periods: int = DEFAULT_PERIODS
    months: tuple[str, ...] = ()
    coverage: tuple[float, ...] = DEFAULT_COVERAGE
    weather: Weather | None = None
    observations: dict[str, float] = field(default_factory=dict)
    target: str | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> ForecastRequest:
        """Read a request strictly.

        Raises:
            FieldError: A field is unknown, of the wrong kind, out of range, repeated or in conflict
                with another; the error names it.
        """
        found = _read_fields(FIELDS, data)
        if "months" in found and "periods" in found:
            raise legacy_errors.Conflicting("months", ["periods"])
        return cls(**found)

    @classmethod
    def from_query(cls, parameters: Mapping[str, str]) -> ForecastRequest:
        """Read a request from the parameters of a query, where lists are separated by commas.

        Raises:
            FieldError: As `from_dict`.
        """
        known = {one.name: one for one in QUERY}
        weather = {one.name for one in WEATHER_FIELDS}
        data: dict[str, object] = {}
        scenario: dict[str, object] = {}
        for name, text in parameters.items():
            if name not in known:
                raise legacy_errors.UnknownField(name, list(known))
            (scenario if name in weather else data)[name] = known[name].kind.from_text(text)
        return cls.from_dict(data | ({"weather": scenario} if scenario else {}))

    def to_dict(self) -> dict[str, Any]:
        """The body that asks for this; what `from_dict` reads."""
        body: dict[str, Any] = {"coverage": list(self.coverage)}
        body |= {"months": list(self.months)} if self.months else {"periods": self.periods}
        if self.weather:
            given = asdict(self.weather)
            body["weather"] = {name: value for name, value in given.items() if value is not None}
        if self.observations:
            body["observations"] = dict(self.observations)
        return body | ({"target": self.target} if self.target else {})


def requested_series(parameters: Mapping[str, str]) -> str:
    """The name of the series that a query is about.

    Raises:
        FieldError: It is not given, or something else is.
    """
    found = _read_fields(SERIES_QUERY, parameters)
    if "target" not in found:
        raise legacy_errors.WrongType("target", None, "the name of a series")
    return str(found["target"])


def field_schema(one: Field) -> dict[str, Any]:
    """A field's JSON schema, with what it means."""
    return {**one.kind.schema, "description": one.text}


def _read_fields(
    fields: tuple[Field, ...], data: Mapping[str, object], within: str = ""
) -> dict[str, Any]:
    known = {one.name: one for one in fields}
    found = {}
    for name, value in data.items():
        if name not in known:
            raise legacy_errors.UnknownField(f"{within}{name}", [f"{within}{one}" for one in known])
        found[name] = known[name].kind.read(value, f"{within}{name}")
    return found


MAX_BODY_BYTES = 6 * 1024 * 1024
"""Bytes: what Lambda itself takes at most."""
_JSON_TYPES = {list: "array", str: "string", bool: "boolean", type(None): "null"}


def read_body(data: bytes) -> dict[str, Any]:
    """The JSON object in a body.

    Raises:
        BodyTooLarge: More than LARGEST_BODY bytes.
        NotUtf8: Bytes that are not text.
        NotJson: Text that is not JSON, holds NaN or Infinity, or is nested absurdly deep.
        NotAnObject: JSON that is something else.
        AskedTwice: A field that stands in it twice, of which JSON readers drop one unseen.
    """
    if len(data) > MAX_BODY_BYTES:
        raise legacy_errors.BodyTooLarge(len(data), MAX_BODY_BYTES)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise legacy_errors.NotUtf8(error.start) from None
    try:
        found = json.loads(
            text, parse_constant=_refuse_constant, object_pairs_hook=_refuse_duplicates
        )
    except RecursionError:
        raise legacy_errors.NotJson("it is nested too deep") from None
    except ValueError as error:  # the message of a JSONDecodeError quotes nothing of the text
        raise legacy_errors.NotJson(str(error)) from None
    return as_object(found)


def as_object(found: object) -> dict[str, Any]:
    """What was found if it is an object.

    Raises:
        NotAnObject: It is something else.
    """
    if not isinstance(found, dict):
        raise legacy_errors.NotAnObject(_JSON_TYPES.get(type(found), "number"))
    return found


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise legacy_errors.AskedTwice(
            "body", next(name for name in names if names.count(name) > 1)
        )
    return found


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number that JSON knows")
