"""The API's document has every route, and requests and answers match its schemas."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator

from energy.contract import ForecastRequest
from energy.errors import FieldError
from lambda_handler.openapi import ANSWER, QUERIES, REQUESTS, document, page
from lambda_handler.routes import ROUTES

DOCUMENT = document()


def validate(value: object, schema: dict[str, Any]) -> None:
    schema = {**schema, "components": DOCUMENT["components"]}
    jsonschema.validate(value, schema, cls=Draft202012Validator)


def answers(path: str, method: str, status: int) -> dict[str, Any]:
    response = DOCUMENT["paths"][path][method]["responses"][str(status)]
    schema: dict[str, Any] = response["content"]["application/json"]["schema"]
    return schema


def test_it_describes_every_route_and_nothing_else() -> None:
    operations = [
        ((path, method.upper()), operation["operationId"])
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    ]
    served = {(path, method) for path, route in ROUTES.items() for method in route.methods}
    assert {route for route, _ in operations} == served
    assert len({name for _, name in operations}) == len(operations)


def test_its_schemas_are_schemas() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    references = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT))
    assert set(references) <= set(schemas)
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    assert all("description" in field for field in schemas["Forecast"]["properties"].values())


def test_its_examples_match_the_schemas() -> None:
    for body in REQUESTS.values():
        validate(body, {"$ref": "#/components/schemas/ForecastRequest"})
    validate(json.loads(json.dumps(ANSWER)), answers("/v1/forecast", "post", 200))
    for query in QUERIES:
        ForecastRequest.from_query(dict(pair.split("=") for pair in query.split("&")))


@pytest.mark.parametrize("example", REQUESTS)
def test_its_examples_are_answered(caller: Any, example: str) -> None:
    status, answer = caller.http("POST", "/v1/forecast", body=REQUESTS[example])
    assert status == 200
    validate(answer, answers("/v1/forecast", "post", 200))


@pytest.mark.parametrize("path", ["/v1/forecast", "/v1/release", "/v1/health", "/openapi.json"])
def test_answers_match_the_schemas(caller: Any, path: str) -> None:
    status, answer = caller.http("GET", path)
    assert status == 200
    validate(answer, answers(path, "get", 200))
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
def test_errors_match_the_schemas(
    caller: Any, method: str, path: str, query: Any, body: Any, status: int
) -> None:
    answer = caller.http(method, path, query, body)
    assert answer[0] == status
    validate(answer[1], answers(path, method.lower(), status))


@pytest.mark.parametrize(
    "body",
    [
        *({"periods": value} for value in (0, 121, "12")),
        {"periods": 1, "months": ["2022-08"]},
        *({"months": value} for value in ([], ["2022-13"], ["2022-08", "2022-08"])),
        *({"coverage": value} for value in ([1], [])),
        *({"weather": value} for value in ({}, {"year": 2010, "temperature_change": 1})),
        {"weather": {"degree_days": {"August": 1}}},
        {"observations": {"2022-08": None}},
        *({"target": ""}, {"file": "x"}),
    ],
)
def test_schema_and_reader_reject_the_same(body: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(body, {"$ref": "#/components/schemas/ForecastRequest"})
    with pytest.raises(FieldError):
        ForecastRequest.from_dict(body)


def test_the_page_has_every_route_and_loads_nothing(caller: Any) -> None:
    status, text = caller.http("GET", "/docs")
    assert status == 200
    assert text == page(DOCUMENT)
    for path in ROUTES:
        assert f"<code>{path}</code>" in text
    assert "temperature_change" in text
    assert not re.search(r"(src|href)=['\"](https?:)?//|@import|<script|url\(", text)
    assert caller.headers["content-security-policy"].startswith("default-src 'none'")
