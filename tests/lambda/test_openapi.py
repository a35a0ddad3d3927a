"""The API's document is generated from what is served, and what is served keeps to it."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator
from msgspec import structs

from energy.contract import ForecastRequest
from energy.errors import FieldError
from lambda_handler.openapi import ANSWER, QUERIES, REQUESTS, document, page
from lambda_handler.routes import ROUTES

DOCUMENT = document()


def validate(found: object, schema: dict[str, Any]) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    jsonschema.validate(found, whole, cls=Draft202012Validator)


def answers(path: str, method: str, status: int) -> dict[str, Any]:
    response = DOCUMENT["paths"][path][method]["responses"][str(status)]
    found: dict[str, Any] = response["content"]["application/json"]["schema"]
    return found


def references(value: object) -> set[str]:
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(value)))


def test_it_describes_every_route_and_nothing_else() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    described = {
        (path, method.upper()) for path, found in DOCUMENT["paths"].items() for method in found
    }
    served = {(path, method) for path, route in ROUTES.items() for method in route.methods}
    assert described == served
    ids = [found["operationId"] for path in DOCUMENT["paths"].values() for found in path.values()]
    assert len(set(ids)) == len(ids)


def test_its_schemas_are_schemas() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert references(DOCUMENT) <= set(schemas)
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    fields = schemas["ForecastRequest"]["properties"]
    assert list(fields) == [field.name for field in structs.fields(ForecastRequest)]
    answer = schemas["Forecast"]
    assert answer["properties"]["tier"]["enum"] == ["table", "champion"]
    assert "observations" in answer["properties"]["cutoff"]["description"]
    assert all("description" in one for one in answer["properties"].values())
    assert "scenario_method" not in answer["required"]


def test_its_examples_keep_to_it() -> None:
    for body in REQUESTS.values():
        validate(body, {"$ref": "#/components/schemas/ForecastRequest"})
        ForecastRequest.from_dict(body)
    validate(json.loads(json.dumps(ANSWER)), answers("/v1/forecast", "post", 200))
    for query in QUERIES:
        ForecastRequest.from_query(dict(pair.split("=") for pair in query.split("&")))


@pytest.mark.parametrize("example", REQUESTS)
def test_its_examples_are_answered(caller: Any, example: str) -> None:
    status, found = caller.http("POST", "/v1/forecast", body=REQUESTS[example])
    assert status == 200
    validate(found, answers("/v1/forecast", "post", 200))


@pytest.mark.parametrize("path", ["/v1/forecast", "/v1/release", "/v1/health", "/openapi.json"])
def test_answers_keep_to_it(caller: Any, path: str) -> None:
    status, found = caller.http("GET", path)
    assert status == 200
    validate(found, answers(path, "get", 200))
    headers = DOCUMENT["paths"][path]["get"]["responses"]["200"].get("headers", {})
    assert {name for name in caller.headers if name == "x-release-id"} == set(headers)


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "status"),
    [
        ("GET", "/v1/forecast", {"periods": "0"}, None, 422),
        ("GET", "/v1/forecast", {"target": "x"}, None, 404),
        ("POST", "/v1/forecast", None, "[", 400),
        ("POST", "/v1/forecast", None, "{}" + " " * 6 * 1024 * 1024, 413),
        ("POST", "/v1/forecast", {"periods": "1"}, "{}", 422),
        ("GET", "/v1/track-record", None, None, 404),
        ("GET", "/v1/health", {"x": "1"}, None, 422),
        ("GET", "/docs", {"x": "1"}, None, 422),
    ],
)
def test_refusals_keep_to_it(
    caller: Any, method: str, path: str, query: Any, body: Any, status: int
) -> None:
    found = caller.http(method, path, query, body)
    assert found[0] == status
    validate(found[1], answers(path, method.lower(), status))


@pytest.mark.parametrize(
    "body",
    [
        {"periods": 0},
        {"periods": 121},
        {"periods": "12"},
        {"periods": 1, "months": ["2022-08"]},
        {"months": []},
        {"months": ["2022-13"]},
        {"months": ["2022-08", "2022-08"]},
        {"coverage": [1]},
        {"coverage": []},
        {"weather": {}},
        {"weather": {"year": 2010, "temperature_change": 1}},
        {"weather": {"degree_days": {"August": 1}}},
        {"observations": {"2022-08": None}},
        {"target": ""},
        {"file": "x"},
    ],
)
def test_schema_and_reader_refuse_the_same(body: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(body, {"$ref": "#/components/schemas/ForecastRequest"})
    with pytest.raises(FieldError):
        ForecastRequest.from_dict(body)


def test_the_page_shows_it_and_loads_nothing(caller: Any) -> None:
    status, text = caller.http("GET", "/docs")
    assert status == 200
    assert text == page(DOCUMENT)
    for path in ROUTES:
        assert f"<code>{path}</code>" in text
    assert "temperature_change" in text
    assert not re.search(r"(src|href)=['\"](https?:)?//|@import|<script|url\(", text)
    assert caller.headers["content-security-policy"].startswith("default-src 'none'")
