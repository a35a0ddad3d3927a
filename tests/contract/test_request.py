"""Requests are read strictly, the same from JSON and from a query; errors name the field."""

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
def test_any_body_is_read_or_refused_by_field(body: dict[str, Any]) -> None:
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


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"period": 1}, "unknown_field", "period"),
        ({"periods": 1, "months": ["2022-08"]}, "conflicting_fields", "months"),
        ({"periods": 0}, "not_allowed", "periods"),
        ({"periods": 121}, "not_allowed", "periods"),
        ({"periods": 10**400}, "not_allowed", "periods"),
        ({"periods": 10**5000}, "not_allowed", "periods"),
        ({"periods": True}, "wrong_type", "periods"),
        ({"periods": "12"}, "wrong_type", "periods"),
        ({"periods": 0.5}, "wrong_type", "periods"),
        ({"periods": math.inf}, "wrong_type", "periods"),
        ({"periods": None}, "wrong_type", "periods"),
        ({"periods": nested(900)}, "wrong_type", "periods"),
        ({"months": "2022-08"}, "wrong_type", "months"),
        ({"months": []}, "wrong_type", "months"),
        ({"months": ["2022-13"]}, "wrong_type", "months[0]"),
        ({"months": ["2022-08", "2022-09-01"]}, "wrong_type", "months[1]"),
        ({"months": ["２０２２-08"]}, "wrong_type", "months[0]"),
        ({"months": ["2022-08\n"]}, "wrong_type", "months[0]"),
        ({"months": ["2022-08", "2022-08"]}, "asked_twice", "months"),
        ({"months": ["2022-09", "2022-08"]}, "out_of_order", "months"),
        ({"months": ["2022-08", "2022-09", "2022-08"]}, "out_of_order", "months"),
        ({"months": ["2022-08"] * 121}, "too_many", "months"),
        ({"coverage": [0.8, 0]}, "not_allowed", "coverage[1]"),
        ({"coverage": [1]}, "not_allowed", "coverage[0]"),
        ({"coverage": [math.nan]}, "not_allowed", "coverage[0]"),
        ({"coverage": [math.inf]}, "not_allowed", "coverage[0]"),
        ({"coverage": [10**400]}, "not_allowed", "coverage[0]"),
        ({"coverage": ["0.8"]}, "wrong_type", "coverage[0]"),
        ({"coverage": [0.8, 0.9, 0.8]}, "asked_twice", "coverage"),
        ({"coverage": [n / 20 for n in range(1, 12)]}, "too_many", "coverage"),
        ({"weather": {}}, "wrong_type", "weather"),
        ({"weather": "cold"}, "wrong_type", "weather"),
        (
            {"weather": {"year": 2010, "temperature_change": 1}},
            "conflicting_fields",
            "weather.year",
        ),
        ({"weather": {"year": 1899}}, "not_allowed", "weather.year"),
        ({"weather": {"wind": 1}}, "unknown_field", "weather.wind"),
        (
            {"weather": {"degree_days": {"2022-12": -1}}},
            "not_allowed",
            "weather.degree_days.2022-12",
        ),
        ({"observations": {"2022-08": "1"}}, "wrong_type", "observations.2022-08"),
        ({"observations": {"2022-08": 1e7}}, "not_allowed", "observations.2022-08"),
        ({"observations": {"August": 1}}, "wrong_type", "observations"),
        ({"target": ""}, "wrong_type", "target"),
        ({"target": "a" * 41}, "wrong_type", "target"),
    ],
)
def test_errors_name_their_field(body: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(FieldError) as caught:
        ForecastRequest.from_dict(body)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert len(str(caught.value)) < 400


def test_a_message_says_what_was_found_and_what_was_expected() -> None:
    with pytest.raises(FieldError) as caught:
        ForecastRequest.from_dict({"coverage": [0.8, 1.5]})
    assert str(caught.value) == "coverage[1] is 1.5; expected above 0 and below 1."


@pytest.mark.parametrize("whole", [12, 12.0])
def test_a_whole_number_may_be_written_as_a_float(whole: float) -> None:
    assert repr(ForecastRequest.from_dict({"periods": whole}).periods) == "12"


def test_observations_are_sorted_by_month() -> None:
    request = ForecastRequest.from_dict({"observations": {"2022-09": 2, "2022-08": 1}})
    assert list(request.observations.items()) == [("2022-08", 1.0), ("2022-09", 2.0)]


def test_queries_are_read_as_bodies_are() -> None:
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
def test_any_query_is_read_or_refused(parameters: dict[str, str]) -> None:
    request = read(ForecastRequest.from_query, parameters)
    assert isinstance(request, ForecastRequest) or str(request).isprintable()


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"periods": ""}, "wrong_type"),
        ({"periods": "1_0"}, "wrong_type"),
        ({"periods": " 1"}, "wrong_type"),
        ({"periods": "12.0"}, "wrong_type"),
        ({"coverage": "0.8,"}, "wrong_type"),
        ({"coverage": "nan"}, "not_allowed"),
        ({"temperature_change": "inf"}, "not_allowed"),
        ({"year": "2010", "temperature_change": "1"}, "conflicting_fields"),
        ({"observations": "2022-08"}, "unknown_field"),
        ({"weather": "cold"}, "unknown_field"),
        ({"degree_days": "2022-08"}, "unknown_field"),
        ({"file": "/etc/passwd"}, "unknown_field"),
    ],
)
def test_queries_that_are_refused(parameters: dict[str, str], code: str) -> None:
    with pytest.raises(FieldError) as caught:
        ForecastRequest.from_query(parameters)
    assert caught.value.code == code


def test_a_query_for_a_series_has_its_name_and_nothing_else() -> None:
    assert requested_series({"target": "town 1"}) == "town 1"
    for query, field in (({}, "target"), ({"target": ""}, "target"), ({"periods": "3"}, "periods")):
        with pytest.raises(FieldError) as caught:
            requested_series(query)
        assert caught.value.field == field
