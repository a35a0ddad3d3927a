"""OpenAPI 3.1, generated from what is served: routes, request fields, answers, refusals."""

from __future__ import annotations

from functools import cache
from typing import Any

from energy.contract import RELEASE_HEADER, Forecast, Manifest
from energy.contract.asking import FIELDS, QUERY, SERIES_QUERY, Field, described
from energy.contract.panel import SeriesForecast
from energy.serving.refusals import INTERNAL, REFUSALS, Refusal
from lambda_handler import examples
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
from lambda_handler.schemas import Schema, reference, schemas_of

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
    codes = sorted({refusal.code for refusal in (*REFUSALS.values(), INTERNAL)})
    said = {
        "code": {"type": "string", "enum": codes, "description": "For a program to tell by."},
        "message": {"type": "string", "description": "For a person: found, expected, what to do."},
        "field": {"type": ["string", "null"], "description": "The field it is about, if any."},
    }
    return {
        "ForecastRequest": {
            "type": "object",
            "properties": {one.name: described(one) for one in FIELDS},
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
        shown = {name: {"value": value} for name, value in examples.REQUESTS.items()}
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
        ok["example"] = examples.ANSWER
    kind = "text/html" if route is DOCS else "application/json"
    found: dict[str, Any] = {"200": {"description": route.summary, "content": {kind: ok}}}
    if route in FROM_A_RELEASE:
        told = {"description": "The release that answers.", "schema": {"type": "string"}}
        found["200"]["headers"] = {RELEASE_HEADER: {**told, "required": True}}
    for status in _statuses(route, method):
        codes = sorted(one.code for one in _refusals() if one.status == status)
        error: dict[str, Any] = {"schema": reference("Error")}
        if status == 422:
            error["example"] = examples.ERROR
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


def _refusals() -> set[Refusal]:
    return {*REFUSALS.values(), INTERNAL}


def _is_list(schema: Schema) -> bool:
    return bool(schema.get("type") == "array")
