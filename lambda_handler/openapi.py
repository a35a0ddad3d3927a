"""The OpenAPI document, and the page that shows it."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from html import escape
from inspect import cleandoc
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from energy.contract import RELEASE_HEADER, Forecast, Interval, Manifest, MonthAhead
from energy.contract.panel import SeriesForecast
from energy.contract.request import FIELDS, QUERY, SERIES_QUERY, Field, field_schema
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

REQUESTS: dict[str, dict[str, Any]] = {
    "the year ahead": {"periods": 12},
    "two winter months, with one interval": {"months": ["2022-12", "2023-01"], "coverage": [0.9]},
    "two degrees colder": {"periods": 6, "weather": {"temperature_change": -2.0}},
    "the winter of 2010 again": {
        "months": ["2022-12", "2023-01", "2023-02"],
        "weather": {"year": 2010},
    },
    "degree days by month": {
        "months": ["2022-12"],
        "weather": {"degree_days": {"2022-12": 11.5}},
    },
    "with newer figures": {"periods": 3, "observations": {"2022-08": 10.9, "2022-09": 11.6}},
}
"""Bodies of POST /v1/forecast, and direct invocations, by what they ask for."""
QUERIES = (
    "periods=12",
    "months=2022-12,2023-01&coverage=0.9",
    "periods=6&temperature_change=-2",
)
"""The same from GET /v1/forecast."""
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
        "message": "coverage[0] is 1.0; expected above 0 and below 1.",
        "field": "coverage[0]",
    }
}
Schema = dict[str, Any]
PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    float: {"type": "number"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}
_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


def schemas_of(*kinds: type) -> dict[str, Schema]:
    """The schema of each dataclass, and of those within them, by name."""
    found: dict[str, Schema] = {}
    queue = list(kinds)
    while queue:
        kind = queue.pop(0)
        if kind.__name__ not in found:
            found[kind.__name__] = _of_dataclass(kind)
            queue += _within(kind)
    return found


def reference(name: str) -> Schema:
    """Where a schema stands in the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def _of_dataclass(kind: type) -> Schema:
    hints, told = get_type_hints(kind), _attributes(kind)
    properties: dict[str, Schema] = {}
    required = []
    for one in fields(kind):
        properties[one.name] = _of(hints[one.name])
        if one.name in told:
            properties[one.name] = {**properties[one.name], "description": told[one.name]}
        if one.default is MISSING and one.default_factory is MISSING:
            required.append(one.name)
    summary = (kind.__doc__ or "").strip().splitlines()[0]
    return {
        "type": "object",
        "description": summary,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _of(hint: Any) -> Schema:
    if hint in PLAIN:
        return PLAIN[hint]
    if is_dataclass(hint):
        return reference(hint.__name__)  # type: ignore[union-attr]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(arguments[1])}
    if origin in (Union, types.UnionType):
        some = [one for one in arguments if one is not type(None)]
        # An answer leaves out what it has not got, but for documents that are stored with null.
        return _of(some[0]) if get_origin(some[0]) is Literal else {"anyOf": [*map(_of, arguments)]}
    raise TypeError(f"{hint} has no schema here; add it to lambda_handler/schemas.py.")


def _within(kind: type) -> Iterator[type]:
    queue = list(get_type_hints(kind).values())
    while queue:
        hint = queue.pop()
        if is_dataclass(hint):
            yield hint  # type: ignore[misc]
        queue += get_args(hint)


def _attributes(kind: type) -> dict[str, str]:
    """What a docstring's `Attributes:` section says of each field."""
    _, _, section = cleandoc(kind.__doc__ or "").partition("Attributes:")
    return {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(section)}


VERSION = "1.0.0"
DESCRIPTION = (
    "Monthly forecasts from verified releases: of UK energy consumption, as the project ships. "
    "Published months are looked up; weather scenarios, newer observations and later months are "
    "answered by the fitted champion. Every answer names the release that it comes from."
)
STATUSES = {
    400: "The body cannot be read.",
    404: "There is no such thing.",
    413: "The body is too large.",
    422: "A field is not as it must be; `field` names it.",
    500: "The service failed.",
    503: "What is needed to answer cannot be had now.",
}
RELEASE_MORE: Schema = {
    "promoted_at": {"type": "string", "description": "Since when it is in service, UTC."},
    "previous_id": {"type": ["string", "null"], "description": "The release before it."},
    "reason": {"type": "string", "description": "Why it is in service."},
    "targets": {
        "type": "array",
        "items": {"type": "string"},
        "description": "The series that can be asked for.",
    },
    "months": {"type": "integer", "description": "Published months after the cutoff."},
    "stale": {"type": "boolean", "description": "Whether a newer release cannot be read now."},
}
_STALE_REASON = {"type": ["string", "null"], "description": "Why it is stale."}
HEALTH_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "const": "ok"},
        "release_id": {"type": "string"},
        "cutoff": {"type": "string", "description": "Last month the release was made from."},
        "age_seconds": {"type": "integer", "minimum": 0, "description": "Since it was published."},
        "stale": {"type": "boolean"},
        "stale_reason": _STALE_REASON,
    },
    "required": ["status", "release_id", "cutoff", "age_seconds", "stale", "stale_reason"],
    "additionalProperties": False,
}
FROM_A_RELEASE = (FORECAST, RELEASE, *DOCUMENTS, SERIES, HEALTH)
"""Routes whose every answer tells in a header which release it comes from."""
ANSWERS: dict[str, Schema] = {
    FORECAST.path: reference("Forecast"),
    RELEASE.path: reference("Release"),
    **{route.path: {"type": "object"} for route in DOCUMENTS},
    SERIES.path: reference("SeriesForecast"),
    TRACK_RECORD.path: {"type": "object"},
    HEALTH.path: reference("Health"),
    OPENAPI.path: {"type": "object"},
}
"""The schema of each route's answer; DOCS answers with a page."""


@cache
def document() -> dict[str, Any]:
    """The whole document; leave it as it is."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Energy forecast", "version": VERSION, "description": DESCRIPTION},
        "paths": {
            route.path: {method.lower(): _operation(route, method) for method in route.methods}
            for route in ROUTES.values()
        },
        "components": {"schemas": _schemas()},
    }


def _schemas() -> dict[str, Schema]:
    found = schemas_of(Forecast, Manifest, SeriesForecast)
    manifest = found.pop("Manifest")
    found["Release"] = {
        **manifest,
        "properties": {**manifest["properties"], **RELEASE_MORE},
        "required": [*manifest["properties"], *RELEASE_MORE],
    }
    codes = sorted(STATUS)
    said = {
        "code": {"type": "string", "enum": codes, "description": "For a program to tell by."},
        "message": {"type": "string", "description": "For a person: found, expected, what to do."},
        "field": {"type": ["string", "null"], "description": "The field it is about, if any."},
    }
    return {
        "ForecastRequest": {
            "type": "object",
            "properties": {one.name: field_schema(one) for one in FIELDS},
            "additionalProperties": False,
            "not": {"required": ["periods", "months"]},
        },
        **found,
        "Health": HEALTH_SCHEMA,
        "Error": {
            "type": "object",
            "properties": {
                "error": {
                    "type": "object",
                    "properties": said,
                    "required": list(said),
                    "additionalProperties": False,
                }
            },
            "required": ["error"],
            "additionalProperties": False,
        },
    }


def _operation(route: Route, method: str) -> dict[str, Any]:
    name = (
        route.path.strip("/")
        .replace("v1/", "")
        .replace("-", "_")
        .replace("/", "_")
        .partition(".")[0]
    )
    operation: dict[str, Any] = {
        "operationId": f"{method.lower()}_{name}",
        "summary": route.summary,
        "responses": _responses(route, method),
    }
    if route is FORECAST and method == "GET":
        operation["parameters"] = [_parameter(one) for one in QUERY]
    elif route is SERIES:
        operation["parameters"] = [{**_parameter(one), "required": True} for one in SERIES_QUERY]
    elif route is FORECAST:
        shown = {name: {"value": value} for name, value in REQUESTS.items()}
        body = {"schema": reference("ForecastRequest"), "examples": shown}
        operation["requestBody"] = {"required": True, "content": {"application/json": body}}
    return operation


def _parameter(one: Field) -> dict[str, Any]:
    return {
        "name": one.name,
        "in": "query",
        "description": one.text,
        "schema": one.kind.schema,
        **({"style": "form", "explode": False} if _is_list(one.kind.schema) else {}),
    }


def _responses(route: Route, method: str) -> dict[str, Any]:
    ok: dict[str, Any] = {"schema": ANSWERS.get(route.path, {"type": "string"})}
    if route is FORECAST:
        ok["example"] = ANSWER
    kind = "text/html" if route is DOCS else "application/json"
    found: dict[str, Any] = {"200": {"description": route.summary, "content": {kind: ok}}}
    if route in FROM_A_RELEASE:
        told = {"description": "The release that answers.", "schema": {"type": "string"}}
        found["200"]["headers"] = {RELEASE_HEADER: {**told, "required": True}}
    for status in _statuses(route, method):
        codes = sorted(code for code, of_code in STATUS.items() if of_code == status)
        error: dict[str, Any] = {"schema": reference("Error")}
        if status == 422:
            error["example"] = ERROR
        found[str(status)] = {
            "description": f"{STATUSES[status]} Codes: {', '.join(codes)}.",
            "content": {"application/json": error},
        }
    found["429"] = {
        "description": "Too many requests at once: API Gateway's own answer. Ask again later.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    return dict(sorted(found.items()))


def _statuses(route: Route, method: str) -> tuple[int, ...]:
    """The refusals that a route can give; most take no parameters, and say so."""
    if route is FORECAST:
        return (404, 422, 500, 503) if method == "GET" else (400, 404, 413, 422, 500, 503)
    if route in (OPENAPI, DOCS):
        return 422, 500
    may_lack = route in (SERIES, TRACK_RECORD) or route.document
    return (404, 422, 500, 503) if may_lack else (422, 500, 503)


def _is_list(schema: Schema) -> bool:
    return bool(schema.get("type") == "array")


LOADS_NOTHING = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser is told to allow the page: its own style, and nothing else."""
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
    info = document["info"]
    parts = [
        f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>",
        "<p>For programs: <a href='openapi.json'><code>openapi.json</code></a>.</p>",
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts += _operation_html(path, method.upper(), operation, document)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(info['title'])}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )


def _operation_html(
    path: str, method: str, operation: dict[str, Any], document: dict[str, Any]
) -> Iterator[str]:
    yield f"<h2><span class='method'>{method}</span> <code>{escape(path)}</code></h2>"
    yield f"<p>{escape(operation['summary'])}</p>"
    if parameters := operation.get("parameters"):
        yield _table_html(
            ("Parameter", "Meaning"), [(one["name"], one["description"]) for one in parameters]
        )
    if path == FORECAST.path and method == "GET":
        yield _code("\n".join(f'curl "$API{path}?{query}"' for query in QUERIES))
    if body := operation.get("requestBody"):
        fields = document["components"]["schemas"]["ForecastRequest"]["properties"]
        yield _table_html(
            ("Field", "Meaning"), [(n, one["description"]) for n, one in fields.items()]
        )
        for name, example in body["content"]["application/json"]["examples"].items():
            sent = json.dumps(example["value"])
            yield f"<p>{escape(name.capitalize())}:</p>" + _code(f"curl \"$API{path}\" -d '{sent}'")
    answered = operation["responses"]["200"]["content"].get("application/json", {})
    if "example" in answered:
        yield "<p>An answer:</p>" + _code(json.dumps(answered["example"], indent=2))
    told = [(status, one["description"]) for status, one in operation["responses"].items()]
    yield _table_html(("Status", "When"), told)


def _prose(text: str) -> str:
    """Text with what stands between backticks as code."""
    return re.sub("`(.+?)`", r"<code>\1</code>", escape(text))


def _code(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def _table_html(heads: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{_prose(text)}</td></tr>"
        for name, text in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
