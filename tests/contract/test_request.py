"""Requests in JSON and in a query follow the same strict rules; errors name the field."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from energy.contract import ForecastRequest, Weather
from energy.contract.request import requested_series
from energy.errors import FieldError

FIELDS = [field.name for field in structs.fields(ForecastRequest)]
months = st.integers(2000 * 12, 2100 * 12).map(lambda n: f"{n // 12:04d}-{n % 12 + 1:02d}")
weathers = st.one_of(
    st.builds(Weather, temperature_change=st.floats(-10, 10)),
    st.builds(Weather, year=st.integers(1900, 2200)),
    st.builds(
        Weather, degree_days=st.dictionaries(months, st.floats(0, 40), min_size=1, max_size=5)
    ),
)
coverage = st.lists(
    st.floats(0, 1, exclude_min=True, exclude_max=True), min_size=1, max_size=10, unique=True
).map(tuple)
optional = {
    "coverage": coverage,
    "weather": weathers,
    "observations": st.dictionaries(months, st.floats(-1000, 1000), max_size=5),
    "target": st.text(min_size=1, max_size=40),
}
ascending = st.sets(months, min_size=1, max_size=9).map(lambda chosen: tuple(sorted(chosen)))
requests = st.one_of(
    st.fixed_dictionaries({}, optional=optional | {"periods": st.integers(1, 120)}),
    st.fixed_dictionaries({"months": ascending}, optional=optional),
).map(lambda fields: ForecastRequest(**fields))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | months,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@given(requests)
def test_a_request_survives_json(request: ForecastRequest) -> None:
    assert ForecastRequest.from_dict(json.loads(json.dumps(request.to_dict()))) == request


def test_the_default_is_a_year_ahead() -> None:
    assert ForecastRequest.from_dict({}) == ForecastRequest()
    assert ForecastRequest().to_dict() == {"periods": 12, "coverage": [0.8, 0.95]}


@given(st.dictionaries(st.sampled_from(FIELDS), anything, max_size=3))
def test_any_body_is_read_or_rejected_by_field(body: dict[str, Any]) -> None:
    request = read(ForecastRequest.from_dict, body)
    if isinstance(request, FieldError):
        assert str(request.field).partition(".")[0].partition("[")[0] in FIELDS
        assert str(request).isprintable()
        assert len(str(request)) < 400
    else:
        assert all(0 < level < 1 for level in request.coverage)
        assert 1 <= request.periods <= 120


def read(reader: Callable[[Any], ForecastRequest], data: Any) -> ForecastRequest | FieldError:
    try:
        return reader(data)
    except FieldError as error:
        return error


def wrong(code: str, *cases: tuple[str, dict[str, Any]]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(code, field, body) for field, body in cases]


REJECTED = [
    *wrong(
        "unknown_field",
        ("period", {"period": 1}),
        ("weather.wind", {"weather": {"wind": 1}}),
    ),
    *wrong(
        "conflicting_fields",
        ("months", {"periods": 1, "months": ["2022-08"]}),
        ("weather.year", {"weather": {"year": 2010, "temperature_change": 1}}),
    ),
    *wrong(
        "not_allowed",
        *(("periods", {"periods": value}) for value in (0, 121, 10**400, 10**5000)),
        *(("coverage[0]", {"coverage": [value]}) for value in (1, math.nan, math.inf, 10**400)),
        ("coverage[1]", {"coverage": [0.8, 0]}),
        ("weather.year", {"weather": {"year": 1899}}),
        ("weather.degree_days.2022-12", {"weather": {"degree_days": {"2022-12": -1}}}),
        ("observations.2022-08", {"observations": {"2022-08": 1e7}}),
    ),
    *wrong(
        "wrong_type",
        *(
            ("periods", {"periods": value})
            for value in (True, "12", 0.5, math.inf, None, nested(900))
        ),
        *(("months", {"months": value}) for value in ("2022-08", [])),
        *(("months[0]", {"months": [value]}) for value in ("2022-13", "２０２２-08", "2022-08\n")),
        ("months[1]", {"months": ["2022-08", "2022-09-01"]}),
        ("coverage[0]", {"coverage": ["0.8"]}),
        *(("weather", {"weather": value}) for value in ({}, "cold")),
        ("observations.2022-08", {"observations": {"2022-08": "1"}}),
        ("observations", {"observations": {"August": 1}}),
        *(("target", {"target": value}) for value in ("", "a" * 41)),
    ),
    *wrong(
        "asked_twice",
        ("months", {"months": ["2022-08", "2022-08"]}),
        ("coverage", {"coverage": [0.8, 0.9, 0.8]}),
    ),
    *wrong(
        "out_of_order",
        ("months", {"months": ["2022-09", "2022-08"]}),
        ("months", {"months": ["2022-08", "2022-09", "2022-08"]}),
    ),
    *wrong(
        "too_many",
        ("months", {"months": ["2022-08"] * 121}),
        ("coverage", {"coverage": [n / 20 for n in range(1, 12)]}),
    ),
]


@pytest.mark.parametrize(("code", "field", "body"), REJECTED)
def test_errors_name_their_field(code: str, field: str, body: dict[str, Any]) -> None:
    with pytest.raises(FieldError) as caught:
        ForecastRequest.from_dict(body)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert len(str(caught.value)) < 400


def test_a_message_has_the_value_and_the_expected_ones() -> None:
    with pytest.raises(FieldError) as caught:
        ForecastRequest.from_dict({"coverage": [0.8, 1.5]})
    assert str(caught.value) == "coverage[1] is 1.5; expected above 0 and below 1."


@pytest.mark.parametrize("number", [12, 12.0])
def test_an_integer_may_be_written_as_a_float(number: float) -> None:
    assert repr(ForecastRequest.from_dict({"periods": number}).periods) == "12"


def test_observations_are_sorted_by_month() -> None:
    request = ForecastRequest.from_dict({"observations": {"2022-09": 2, "2022-08": 1}})
    assert list(request.observations.items()) == [("2022-08", 1.0), ("2022-09", 2.0)]


def test_a_query_is_read_as_a_body() -> None:
    assert ForecastRequest.from_query(
        {"months": "2022-12,2023-01", "coverage": "0.8,0.9", "temperature_change": "-2"}
    ) == ForecastRequest(
        months=("2022-12", "2023-01"),
        coverage=(0.8, 0.9),
        weather=Weather(temperature_change=-2.0),
    )
    assert ForecastRequest.from_query({"periods": "3", "year": "2010", "target": "coal"}) == (
        ForecastRequest(periods=3, weather=Weather(year=2010), target="coal")
    )


QUERY = [*FIELDS, "temperature_change", "year", "degree_days"]


@given(st.dictionaries(st.sampled_from(QUERY), st.text(max_size=12)))
def test_any_query_is_read_or_rejected(parameters: dict[str, str]) -> None:
    request = read(ForecastRequest.from_query, parameters)
    assert isinstance(request, ForecastRequest) or str(request).isprintable()


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        *(({"periods": text}, "wrong_type") for text in ("", "1_0", " 1", "12.0")),
        ({"coverage": "0.8,"}, "wrong_type"),
        ({"coverage": "nan"}, "not_allowed"),
        ({"temperature_change": "inf"}, "not_allowed"),
        ({"year": "2010", "temperature_change": "1"}, "conflicting_fields"),
        *(({name: "2022-08"}, "unknown_field") for name in ("observations", "degree_days")),
        ({"weather": "cold"}, "unknown_field"),
        ({"file": "/etc/passwd"}, "unknown_field"),
    ],
)
def test_a_wrong_query_is_rejected(parameters: dict[str, str], code: str) -> None:
    with pytest.raises(FieldError) as caught:
        ForecastRequest.from_query(parameters)
    assert caught.value.code == code


def test_a_query_for_a_series_has_its_name_and_nothing_else() -> None:
    assert requested_series({"target": "town 1"}) == "town 1"
    for query, field in (({}, "target"), ({"target": ""}, "target"), ({"periods": "3"}, "periods")):
        with pytest.raises(FieldError) as caught:
            requested_series(query)
        assert caught.value.field == field
