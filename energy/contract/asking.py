"""What a caller asks: a table of fields, read strictly, the same from JSON and from a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from energy.contract.kinds import ByMonth, Kind, Months, Number, Numbers, Text, Whole
from energy.errors import Conflicting, UnknownField, WrongType

FURTHEST = 120
"""Months ahead of the cutoff that can be asked for, and how many at once."""
PERIODS = 12
"""Months ahead that are answered for if a request names none."""
COVERAGE = (0.8, 0.95)
MOST_COVERAGES = 10
LARGEST = 1e6
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
    kind: Kind
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
        ByMonth(Number(0.0, 40.0), 2 * FURTHEST),
        "Daily average heating degree days (base 15.5 deg C) by month; expected weather elsewhere.",
        in_query=False,
    ),
)
"""A weather scenario holds exactly one of them."""


class _Scenario:
    """The kind of the `weather` field: an object with one of WEATHER_FIELDS."""

    def read(self, value: object, field: str) -> Weather:
        if not isinstance(value, Mapping):
            raise WrongType(field, value, "an object such as {'temperature_change': -2}")
        found = _read(WEATHER_FIELDS, value, f"{field}.")
        if not found:
            names = ", ".join(one.name for one in WEATHER_FIELDS)
            raise WrongType(field, dict(value), f"one of {names}")
        first, *others = found
        if others:
            raise Conflicting(f"{field}.{first}", [f"{field}.{other}" for other in others])
        return Weather(**found)

    @property
    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {one.name: described(one) for one in WEATHER_FIELDS},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }

    def from_text(self, text: str) -> object:
        return text


FIELDS = (
    Field(
        "periods",
        Whole(1, FURTHEST),
        f"How many months after the cutoff; {PERIODS} if neither this nor `months` is given.",
    ),
    Field(
        "months",
        Months(FURTHEST),
        f"The months asked for, ascending, each once, up to {FURTHEST} months after the cutoff.",
    ),
    Field(
        "coverage",
        Numbers(Number(0.0, 1.0, strictly=True), MOST_COVERAGES),
        "Probabilities that the intervals are to hold the outcome with; by default "
        f"{' and '.join(map(str, COVERAGE))}.",
    ),
    Field(
        "weather",
        _Scenario(),
        "A what-if for the months asked for; expected weather without it.",
        in_query=False,
    ),
    Field(
        "observations",
        ByMonth(Number(-LARGEST, LARGEST), FURTHEST),
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

    periods: int = PERIODS
    months: tuple[str, ...] = ()
    coverage: tuple[float, ...] = COVERAGE
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
        found = _read(FIELDS, data)
        if "months" in found and "periods" in found:
            raise Conflicting("months", ["periods"])
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
                raise UnknownField(name, list(known))
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


def series_asked(parameters: Mapping[str, str]) -> str:
    """The name of the series that a query is about.

    Raises:
        FieldError: It is not given, or something else is.
    """
    found = _read(SERIES_QUERY, parameters)
    if "target" not in found:
        raise WrongType("target", None, "the name of a series")
    return str(found["target"])


def described(one: Field) -> dict[str, Any]:
    """A field's JSON schema, with what it means."""
    return {**one.kind.schema, "description": one.text}


def _read(
    fields: tuple[Field, ...], data: Mapping[str, object], within: str = ""
) -> dict[str, Any]:
    known = {one.name: one for one in fields}
    found = {}
    for name, value in data.items():
        if name not in known:
            raise UnknownField(f"{within}{name}", [f"{within}{one}" for one in known])
        found[name] = known[name].kind.read(value, f"{within}{name}")
    return found
