"""Forecast requests, read strictly from JSON or from a query.

The fields of ForecastRequest, with their types, bounds and descriptions, are the one source of what
is read here and of the schema in the API's document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, NoReturn

from msgspec import Meta, Struct, field, inspect, structs

from energy.contract.months import MONTH
from energy.contract.release import doc
from energy.errors import FieldError, RequestError, join_names, quote_value, wrong_value

MAX_HORIZON = 120
"""Months after the cutoff that can be requested, and how many at once."""
DEFAULT_PERIODS = 12
DEFAULT_COVERAGE = (0.8, 0.95)
LARGEST_OBSERVATION = 1e6
"""Observations beyond it are mistakes in any unit of the tables."""
MAX_BODY_BYTES = 128 * 1024
"""Bytes of a body. The longest request (120 months, 120 observations and 240 months of degree days,
with 17 digits each) takes 14 KB, and 19 KB with indentation."""

Month = Annotated[str, Meta(pattern=f"^{MONTH.pattern}$")]
Coverage = Annotated[float, Meta(gt=0.0, lt=1.0)]
Observation = Annotated[float, Meta(ge=-LARGEST_OBSERVATION, le=LARGEST_OBSERVATION)]
DegreeDays = Annotated[float, Meta(ge=0.0, le=40.0)]


TemperatureChange = Annotated[
    float,
    Meta(ge=-10.0, le=10.0),
    doc("Degrees Celsius by which every requested month is warmer (above zero) than expected."),
]
Year = Annotated[
    int,
    Meta(ge=1900, le=2200),
    doc("A past year whose weather repeats, month by month; the release must hold it."),
]
Path = Annotated[
    dict[Month, DegreeDays],
    Meta(min_length=1, max_length=2 * MAX_HORIZON),
    doc("Daily average heating degree days (base 15.5 deg C) by month, instead of the expected."),
]
Target = Annotated[
    str,
    Meta(min_length=1, max_length=40),
    doc("The series: by default the release's own; or a part of it, or one of many."),
]
UNIQUE = Meta(extra_json_schema={"uniqueItems": True})


class Weather(Struct, frozen=True, forbid_unknown_fields=True):
    """A weather scenario: exactly one of its fields."""

    temperature_change: TemperatureChange | None = None
    year: Year | None = None
    degree_days: Path | None = None


class ForecastRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A request for a forecast: how many months or which, with which intervals."""

    periods: Annotated[
        int,
        Meta(ge=1, le=MAX_HORIZON),
        doc(f"Number of months after the cutoff; without `months`, {DEFAULT_PERIODS} by default."),
    ] = DEFAULT_PERIODS
    months: Annotated[
        tuple[Month, ...],
        Meta(min_length=1, max_length=MAX_HORIZON),
        doc(f"The months to forecast, ascending, up to {MAX_HORIZON} months after the cutoff."),
        UNIQUE,
    ] = ()
    coverage: Annotated[
        tuple[Coverage, ...],
        Meta(min_length=1, max_length=10),
        doc(
            "Probabilities that the intervals contain the outcome, in the order to answer in; by "
            f"default {' and '.join(map(str, DEFAULT_COVERAGE))}."
        ),
        UNIQUE,
    ] = DEFAULT_COVERAGE
    weather: Annotated[
        Weather | None, doc("A scenario for the requested months, instead of the expected weather.")
    ] = None
    observations: Annotated[
        dict[Month, Observation],
        Meta(min_length=1, max_length=MAX_HORIZON),
        doc(
            "Figures newer than the release, by month, in its unit, without a gap from the month "
            "after its cutoff: the forecast starts after the last of them."
        ),
    ] = field(default_factory=dict)
    target: Target | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> ForecastRequest:
        """Read a request strictly; a `FieldError` names the field that is wrong."""
        values = _read_fields(_types(cls), data)
        if "months" in values and "periods" in values:
            raise _conflict("months", ["periods"])
        return cls(**values)

    @classmethod
    def from_query(cls, parameters: Mapping[str, str]) -> ForecastRequest:
        """Read a request from a query, strictly; lists are separated by commas.

        The fields of a weather scenario are parameters like the others. Fields that hold objects
        are not parameters.
        """
        scenario = _types(Weather)
        types = {
            name: kind
            for name, kind in (_types(cls) | scenario).items()
            if not isinstance(kind, inspect.DictType | inspect.StructType)
        }
        data: dict[str, object] = {}
        weather: dict[str, object] = {}
        for name, text in parameters.items():
            if name not in types:
                raise unknown_field(name, list(types))
            (weather if name in scenario else data)[name] = _from_text(types[name], text)
        return cls.from_dict(data | ({"weather": weather} if weather else {}))

    def to_dict(self) -> dict[str, Any]:
        """The body of this request, which `from_dict` reads."""
        body: dict[str, Any] = {"coverage": list(self.coverage)}
        body |= {"months": list(self.months)} if self.months else {"periods": self.periods}
        if self.weather:
            fields = structs.asdict(self.weather).items()
            body["weather"] = {name: value for name, value in fields if value is not None}
        if self.observations:
            body["observations"] = dict(self.observations)
        return body | ({"target": self.target} if self.target else {})


def requested_series(parameters: Mapping[str, str]) -> str:
    """The name of the series in a query, which has no other parameters."""
    values = _read_fields({"target": _types(ForecastRequest)["target"]}, parameters)
    if "target" not in values:
        raise wrong_value("target", None, "the name of a series", "wrong_type")
    return str(values["target"])


def unknown_field(name: str, expected: list[str]) -> FieldError:
    """The error for a field that requests do not have."""
    return FieldError(
        f"{quote_value(name)} is not a field of a request; expected {join_names(expected)}.",
        code="unknown_field",
        field=name,
    )


@cache
def _types(struct: type[Struct]) -> dict[str, inspect.Type]:
    """The type of each field, with its bounds, without the null of optional fields."""
    info: Any = inspect.type_info(struct)
    return {field.name: _bare(field.type) for field in info.fields}


def _bare(kind: inspect.Type) -> inspect.Type:
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        kind = kind.type if isinstance(kind, inspect.Metadata) else kind.types[0]
    return kind


def _read_fields(
    types: Mapping[str, inspect.Type], data: Mapping[str, object], prefix: str = ""
) -> dict[str, Any]:
    values = {}
    for name, value in data.items():
        if name not in types:
            raise unknown_field(f"{prefix}{name}", [f"{prefix}{field}" for field in types])
        values[name] = _read(types[name], value, f"{prefix}{name}")
    return values


def _read(kind: Any, value: Any, field: str) -> Any:
    """Read a field by its type: a number, a text, a list, an object by month, or a scenario."""
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return _read_number(kind, value, field)
    if isinstance(kind, inspect.StrType):
        return _read_text(kind, value, field)
    if isinstance(kind, inspect.StructType):
        return _read_weather(value, field)
    if isinstance(kind, inspect.DictType):
        _require_size(kind, value, Mapping, field, "an object such as {'2022-08': 10.9}")
        months, figures = _bare(kind.key_type), _bare(kind.value_type)
        by_month = {
            _read(months, month, field): _read(figures, figure, f"{field}.{month}")
            for month, figure in value.items()
        }
        return dict(sorted(by_month.items()))
    item = _bare(kind.item_type)
    is_months = isinstance(item, inspect.StrType)
    expected = "months such as 2022-08" if is_months else "numbers"
    _require_size(kind, value, list | tuple, field, f"a list of {expected}")
    items = tuple(_read(item, entry, f"{field}[{place}]") for place, entry in enumerate(value))
    for place, entry in enumerate(items):
        before = items[:place]
        if is_months and before and entry < before[-1]:
            message = f"{field} has {entry} after {before[-1]}; expected months in ascending order."
            raise FieldError(message, code="out_of_order", field=field)
        if entry in before:
            raise _repeated(field, entry)
    return items


def _read_number(kind: Any, value: Any, field: str) -> int | float:
    is_whole = isinstance(kind, inspect.IntType)
    if is_whole and isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON schema takes 12.0 for an integer
    if isinstance(value, bool) or not isinstance(value, int if is_whole else int | float):
        expected = "a whole number" if is_whole else "a number"
        raise wrong_value(field, value, expected, "wrong_type")
    if kind.gt is None or kind.lt is None:
        is_inside, expected = kind.ge <= value <= kind.le, f"{kind.ge:g} to {kind.le:g}"
    else:
        is_inside = kind.gt < value < kind.lt
        expected = f"above {kind.gt:g} and below {kind.lt:g}"
    if not is_inside:  # neither are NaN and the infinities
        raise wrong_value(field, value, expected)
    return int(value) if is_whole else float(value)


def _read_text(kind: Any, value: Any, field: str) -> str:
    if kind.pattern:
        expected = "a month such as 2022-08"
        is_valid = isinstance(value, str) and re.fullmatch(kind.pattern, value) is not None
    else:
        low, high = kind.min_length, kind.max_length
        expected = f"a text of {low} to {high} characters"
        is_valid = isinstance(value, str) and low <= len(value) <= high
    if not is_valid:
        raise wrong_value(field, value, expected, "wrong_type")
    return str(value)


def _read_weather(value: object, field: str) -> Weather:
    if not isinstance(value, Mapping):
        expected = "an object such as {'temperature_change': -2}"
        raise wrong_value(field, value, expected, "wrong_type")
    types = _types(Weather)
    values = _read_fields(types, value, f"{field}.")
    if not values:
        raise wrong_value(field, {}, f"one of {join_names(list(types))}", "wrong_type")
    first, *others = (f"{field}.{name}" for name in values)
    if others:
        raise _conflict(first, others)
    return Weather(**values)


def _require_size(kind: Any, value: Any, types: Any, field: str, expected: str) -> None:
    """Refuse what is not a list or an object, an empty one, and one with too many entries."""
    if not isinstance(value, types) or not value:
        raise wrong_value(field, value, expected, "wrong_type")
    if len(value) > kind.max_length:
        raise FieldError(
            f"{field} has {len(value)} entries; expected at most {kind.max_length}.",
            code="too_many",
            field=field,
        )


def _conflict(field: str, others: list[str]) -> FieldError:
    message = f"{field} cannot be combined with {join_names(others)}; give one of them."
    return FieldError(message, code="conflicting_fields", field=field)


def _repeated(field: str, value: object) -> FieldError:
    message = f"{field} has {quote_value(value)} more than once; expected it once."
    return FieldError(message, code="asked_twice", field=field)


def _from_text(kind: inspect.Type, text: str) -> object:
    """Parse a parameter; text that is not a number stays, to be refused."""
    if isinstance(kind, inspect.VarTupleType):
        return [_from_text(_bare(kind.item_type), part) for part in text.split(",")]
    if not isinstance(kind, inspect.IntType | inspect.FloatType):
        return text
    if "_" in text or text != text.strip():  # `1_0` and ` 1` are numbers to Python alone
        return text
    try:
        return int(text) if isinstance(kind, inspect.IntType) else float(text)
    except ValueError:
        return text


_JSON_TYPES = {list: "array", str: "string", bool: "boolean", type(None): "null"}


def read_body(data: bytes) -> dict[str, Any]:
    """Read the JSON object in a body of at most MAX_BODY_BYTES.

    NaN, Infinity and a name that an object has twice are refused, which `json` alone accepts.
    """
    if len(data) > MAX_BODY_BYTES:
        message = f"The body has {len(data)} bytes; expected at most {MAX_BODY_BYTES}."
        raise RequestError(message, code="body_too_large")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(error.start) from None
    try:
        value = json.loads(
            text, parse_constant=_refuse_constant, object_pairs_hook=_refuse_duplicates
        )
    except RecursionError:
        raise _not_json("it is nested too deep") from None
    except ValueError as error:  # the message of a JSONDecodeError quotes nothing of the text
        raise _not_json(str(error)) from None
    return require_object(value)


def require_object(value: object) -> dict[str, Any]:
    """Return the value if it is a JSON object; else raise a RequestError."""
    if not isinstance(value, dict):
        kind = _JSON_TYPES.get(type(value), "number")
        message = f"The body is a JSON {kind}; expected an object such as {{'periods': 12}}."
        raise RequestError(message, code="not_an_object")
    return value


def not_utf8(position: int) -> RequestError:
    """The error for a body that is not text."""
    message = f"The body is not UTF-8 from byte {position} on; expected JSON in UTF-8."
    return RequestError(message, code="not_utf8")


def _not_json(reason: str) -> RequestError:
    message = f"The body is not JSON: {reason}; expected an object such as {{'periods': 12}}."
    return RequestError(message, code="not_json")


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise _repeated("body", name)
        result[name] = value
    return result


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
