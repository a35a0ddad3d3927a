"""The OpenAPI document, and the page that shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any, get_args

import msgspec

from energy.contract import RELEASE_HEADER, Forecast, ForecastRequest, Manifest
from energy.contract.forecast import Interval, MonthAhead, ScenarioMethod, Tier, WeatherBasis
from energy.contract.panel import SeriesForecast
from energy.errors import STATUS
from lambda_handler.routes import (
    DOCS,
    DOCUMENTS,
    FORECAST,
    HEALTH,
    OPENAPI,
    RELEASE,
    ROUTES,
    SERIES,
    TRACK_RECORD,
    Route,
)

Schema = dict[str, Any]
VERSION = "1.0.0"
DESCRIPTION = (
    "Monthly forecasts from verified releases: of UK energy consumption, as the project ships. "
    "Published months are looked up; weather scenarios, newer observations and later months are "
    "answered by the fitted champion. Every answer names its release."
)
STATUSES = {
    400: "The body cannot be read.",
    404: "Not found.",
    413: "The body is too large.",
    422: "A field is wrong; `field` names it.",
    500: "The service failed.",
    503: "The service lacks what it needs to answer.",
}
WINTER = ["2022-12", "2023-01", "2023-02"]
REQUESTS: dict[str, dict[str, Any]] = {
    "the year ahead": {"periods": 12},
    "two winter months, with one interval": {"months": WINTER[:2], "coverage": [0.9]},
    "two degrees colder": {"periods": 6, "weather": {"temperature_change": -2.0}},
    "the winter of 2010 again": {"months": WINTER, "weather": {"year": 2010}},
    "degree days by month": {
        "months": WINTER[:1],
        "weather": {"degree_days": {"2022-12": 11.5}},
    },
    "with newer figures": {"periods": 3, "observations": {"2022-08": 10.9, "2022-09": 11.6}},
}
"""Bodies of POST /v1/forecast, and direct invocations, by what they request."""
QUERIES = (
    "periods=12",
    "months=2022-12,2023-01&coverage=0.9",
    "periods=6&temperature_change=-2",
)
"""Queries of GET /v1/forecast."""
ANSWER = Forecast(
    release_id="2022-07-20261123T170000Z-3f9a1c2b",
    created_at="2026-11-23T17:00:00Z",
    target="total",
    unit="Mtoe",
    cutoff="2022-07",
    forecaster="weather_normalised_components",
    tier="champion",
    stale=False,
    months=(
        MonthAhead("2022-12", 5, 15.21, (Interval(0.8, 14.36, 16.11),), "given"),
        MonthAhead("2023-01", 6, 15.87, (Interval(0.8, 14.98, 16.81),), "given"),
    ),
    scenario_method="champion",
).to_dict()
ERROR = {
    "error": {
        "code": "not_allowed",
        "message": "coverage[0] is 1; expected above 0 and below 1.",
        "field": "coverage[0]",
    }
}
TEXT, TEXT_OR_NULL = {"type": "string"}, {"type": ["string", "null"]}
LIVE_FIELDS: dict[str, Schema] = {
    "promoted_at": {**TEXT, "description": "Live since then, UTC."},
    "previous_id": {**TEXT_OR_NULL, "description": "The release before it."},
    "reason": {**TEXT, "description": "Why it is live."},
    "targets": {"type": "array", "items": TEXT, "description": "Series with a forecast table."},
    "months": {"type": "integer", "description": "Published months after the cutoff."},
    "stale": {"type": "boolean", "description": "Whether a newer release cannot be read now."},
}
"""Fields of the answer of /v1/release beside those of the manifest."""
HEALTH_FIELDS: dict[str, Schema] = {
    "status": {**TEXT, "const": "ok"},
    "release_id": TEXT,
    "cutoff": {**TEXT, "description": "The last month with a figure."},
    "age_seconds": {"type": "integer", "minimum": 0, "description": "Since it was published."},
    "stale": {"type": "boolean"},
    "stale_reason": {**TEXT_OR_NULL, "description": "Why it is stale."},
}
ERROR_FIELDS: dict[str, Schema] = {
    "code": {**TEXT, "enum": sorted(STATUS), "description": "For programs."},
    "message": {**TEXT, "description": "For people: the fault, what was expected, what to do."},
    "field": {**TEXT_OR_NULL, "description": "The field that is wrong, if any."},
}
FROM_A_RELEASE = (FORECAST, RELEASE, *DOCUMENTS, SERIES, HEALTH)
"""Routes whose answers name their release in a header."""
ANSWERS = {FORECAST: "Forecast", RELEASE: "Release", SERIES: "SeriesForecast", HEALTH: "Health"}
"""The schema of a route's answer; the other routes answer with a stored document, or a page."""
REFERENCE = "#/components/schemas/{name}"
ENUMS = {
    tuple(sorted(get_args(kind))): list(get_args(kind))
    for kind in (Tier, WeatherBasis, ScenarioMethod)
}
"""Enumerations in the order of the contract; msgspec sorts them."""


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document; callers must not change it."""
    schemas = _schemas()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Energy forecast", "version": VERSION, "description": DESCRIPTION},
        "paths": {
            route.path: {
                method.lower(): _operation(route, method, schemas["ForecastRequest"])
                for method in route.methods
            }
            for route in ROUTES.values()
        },
        "components": {"schemas": schemas},
    }


def _schemas() -> dict[str, Schema]:
    types = (ForecastRequest, Forecast, Manifest, SeriesForecast)
    _, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    # BacktestScores has an older name in the document.
    components = json.loads(json.dumps(components).replace("BacktestScores", "Judged"))
    schemas = {name: _schema(name, component) for name, component in components.items()}
    request, weather = schemas["ForecastRequest"], schemas.pop("Weather")
    request["not"] = {"required": ["periods", "months"]}
    description = request["properties"]["weather"]["description"]
    limits = {"minProperties": 1, "maxProperties": 1, "description": description}
    request["properties"]["weather"] = weather | limits
    manifest = schemas.pop("Manifest")
    release = _object(manifest["properties"] | LIVE_FIELDS)
    return {
        **schemas,
        "Release": {"description": manifest["description"], **release},
        "Health": _object(HEALTH_FIELDS),
        "Error": _object({"error": _object(ERROR_FIELDS)}),
    }


def _object(properties: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _schema(name: str, component: Schema) -> Schema:
    """The schema of a struct without msgspec's titles and defaults."""
    is_request = name in ("ForecastRequest", "Weather")
    properties = {
        field: _property(schema, is_request) for field, schema in component["properties"].items()
    }
    result = {**component, "properties": properties}
    del result["title"]
    if is_request:
        del result["required"]
    return result


def _property(schema: Schema, is_request: bool) -> Schema:
    result = {name: value for name, value in schema.items() if name != "default"}
    first, *others = result.get("anyOf", [{}])
    if others and (is_request or "enum" in first):  # requests and forecasts leave it out: no null
        del result["anyOf"]
        result |= first
    if "propertyNames" in result:
        result["propertyNames"] |= {"type": "string"}
    if "enum" in result:
        result |= {"type": "string", "enum": ENUMS[tuple(result["enum"])]}
    return result


def _reference(name: str) -> Schema:
    return {"$ref": REFERENCE.format(name=name)}


def _operation(route: Route, method: str, request: Schema) -> dict[str, Any]:
    name = route.path.strip("/").removeprefix("v1/").partition(".")[0]
    operation: dict[str, Any] = {
        "operationId": f"{method.lower()}_{re.sub('[-/]', '_', name)}",
        "summary": route.summary,
        "responses": _responses(route, method),
    }
    fields = request["properties"]
    if route is FORECAST and method == "GET":
        fields = fields | fields["weather"]["properties"]
        operation["parameters"] = [
            _parameter(name, schema)
            for name, schema in fields.items()
            if schema["type"] != "object"
        ]
    elif route is FORECAST:
        examples = {name: {"value": value} for name, value in REQUESTS.items()}
        body = {"schema": _reference("ForecastRequest"), "examples": examples}
        operation["requestBody"] = {"required": True, "content": {"application/json": body}}
    elif route is SERIES:
        target = {**fields["target"], "description": "Its name, as in /v1/release/panel."}
        operation["parameters"] = [{**_parameter("target", target), "required": True}]
    return operation


def _parameter(name: str, schema: Schema) -> dict[str, Any]:
    parameter: dict[str, Any] = {
        "name": name,
        "in": "query",
        "description": schema["description"],
        "schema": {key: value for key, value in schema.items() if key != "description"},
    }
    is_list = schema["type"] == "array"
    return parameter | ({"style": "form", "explode": False} if is_list else {})


def _responses(route: Route, method: str) -> dict[str, Any]:
    ok: dict[str, Any] = {"schema": {"type": "string" if route is DOCS else "object"}}
    if route in ANSWERS:
        ok = {"schema": _reference(ANSWERS[route])}
    if route is FORECAST:
        ok["example"] = ANSWER
    media_type = "text/html" if route is DOCS else "application/json"
    success: dict[str, Any] = {"description": route.summary, "content": {media_type: ok}}
    if route in FROM_A_RELEASE:
        header = {"description": "The release that answers.", "schema": TEXT}
        success["headers"] = {RELEASE_HEADER: {**header, "required": True}}
    responses = {"200": success}
    for status in _error_statuses(route, method):
        codes = sorted(code for code, code_status in STATUS.items() if code_status == status)
        error: dict[str, Any] = {"schema": _reference("Error")}
        if status == 422:
            error["example"] = ERROR
        responses[str(status)] = {
            "description": f"{STATUSES[status]} Codes: {', '.join(codes)}.",
            "content": {"application/json": error},
        }
    responses["429"] = {
        "description": "Too many requests at once, answered by API Gateway. Ask again later.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    return dict(sorted(responses.items()))


def _error_statuses(route: Route, method: str) -> tuple[int, ...]:
    """The error statuses of a route; most routes take no parameters, so any is a 422."""
    if route is FORECAST and method == "POST":
        return 400, 404, 413, 422, 500, 503
    if route in (OPENAPI, DOCS):
        return 422, 500
    if route in (FORECAST, SERIES, TRACK_RECORD, *DOCUMENTS):
        return 404, 422, 500, 503
    return 422, 500, 503


CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The browser may use the page's own style, and load nothing."""
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1f24; background: #fff; }
h2 { margin-top: 2.5rem; border-top: 1px solid #d0d7de; padding-top: 1rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; background: #f3f5f7; border-radius: 4px; }
code { padding: .1em .3em; } pre { padding: .8em; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35em .6em;
  border-bottom: 1px solid #e3e7eb; }
.method { color: #0a5d8a; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e9ec; background: #14171a; } code, pre { background: #22272c; }
  .method { color: #7cc4ee; } th, td, h2 { border-color: #333a41; }
}
"""


def page(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    title, description = escape(document["info"]["title"]), document["info"]["description"]
    parts = [
        f"<h1>{title}</h1><p>{escape(description)}</p>",
        "<p>For programs: <a href='openapi.json'><code>openapi.json</code></a>.</p>",
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts += _operation_html(path, method.upper(), operation, document)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{title}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )


def _operation_html(
    path: str, method: str, operation: dict[str, Any], document: dict[str, Any]
) -> Iterator[str]:
    yield f"<h2><span class='method'>{method}</span> <code>{escape(path)}</code></h2>"
    yield f"<p>{escape(operation['summary'])}</p>"
    if parameters := operation.get("parameters"):
        rows = {parameter["name"]: parameter["description"] for parameter in parameters}
        yield _table_html("Parameter", "Meaning", rows)
    if path == FORECAST.path and method == "GET":
        queries = "\n".join(f'curl "$API{path}?{query}"' for query in QUERIES)
        yield f"<pre>{escape(queries)}</pre>"
    if body := operation.get("requestBody"):
        fields = document["components"]["schemas"]["ForecastRequest"]["properties"]
        rows = {name: schema["description"] for name, schema in fields.items()}
        yield _table_html("Field", "Meaning", rows)
        for name, example in body["content"]["application/json"]["examples"].items():
            command = f"curl \"$API{path}\" -d '{json.dumps(example['value'])}'"
            yield f"<p>{escape(name.capitalize())}:</p><pre>{escape(command)}</pre>"
    answer = operation["responses"]["200"]["content"].get("application/json", {})
    if "example" in answer:
        yield f"<p>An answer:</p><pre>{escape(json.dumps(answer['example'], indent=2))}</pre>"
    responses = operation["responses"].items()
    rows = {status: response["description"] for status, response in responses}
    yield _table_html("Status", "When", rows)


def _table_html(name_heading: str, text_heading: str, rows: dict[str, str]) -> str:
    """A table of names and texts; in a text, what is in backticks is code."""
    body = ""
    for name, text in rows.items():
        prose = re.sub("`(.+?)`", r"<code>\1</code>", escape(text))
        body += f"<tr><td><code>{escape(name)}</code></td><td>{prose}</td></tr>"
    return f"<table><tr><th>{name_heading}</th><th>{text_heading}</th></tr>{body}</table>"
