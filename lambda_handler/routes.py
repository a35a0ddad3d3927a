"""The API's routes and what each one answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from energy.contract import RELEASE_HEADER, ForecastRequest
from energy.contract.panel import PANEL
from energy.contract.request import read_body, requested_series, require_object, unknown_field
from energy.errors import (
    STATUS,
    EnergyError,
    RouteError,
    error_body,
    error_code,
    join_names,
    quote_value,
    wrong_value,
)
from energy.releases.bundle import DATA, FOLDS, HISTORY, SCORES, WEATHER
from energy.releases.reader import LiveRelease, ReleaseReader, read_track_record
from energy.serving.predict import predict
from lambda_handler.http import HTML, HttpRequest, http_answer, is_http
from lambda_handler.log import RequestLog, error_location, write_log


@dataclass(frozen=True)
class Route:
    """A path and what it answers: with `document`, that file of the live release."""

    path: str
    methods: tuple[str, ...]
    summary: str
    document: str = ""


FORECAST = Route("/v1/forecast", ("GET", "POST"), "A forecast by month, with intervals.")
RELEASE = Route("/v1/release", ("GET",), "The live release: what it is and what it was made from.")
SERIES = Route(
    "/v1/release/series", ("GET",), "One series of many: its figures, forecast and scores."
)
TRACK_RECORD = Route(
    "/v1/track-record", ("GET",), "How accurate the published forecasts have been."
)
HEALTH = Route("/v1/health", ("GET",), "Whether there is a live release, and its age.")
OPENAPI = Route("/openapi.json", ("GET",), "The description of this API, OpenAPI 3.1.")
DOCS = Route("/docs", ("GET",), "The same description as a page.")
DOCUMENTS = tuple(
    Route(f"/v1/release/{file.removesuffix('.json')}", ("GET",), summary, file)
    for file, summary in (
        (SCORES, "Every forecaster's scores, and why the champion was selected."),
        (FOLDS, "Every forecaster's backtest forecasts, with the actual figures."),
        (HISTORY, "The series that the release was made from."),
        (WEATHER, "How the series responds to the weather, and the weather itself."),
        (PANEL, "All of many series: their names and a summary of their scores."),
        (DATA, "The data that the release was made from, their sources and revisions."),
    )
)
"""Files of the live release, as they were published."""
ROUTES = {
    route.path: route
    for route in (FORECAST, RELEASE, *DOCUMENTS, SERIES, TRACK_RECORD, HEALTH, OPENAPI, DOCS)
}


class RequestHandler:
    """Answers events, one at a time, and never raises."""

    def __init__(
        self,
        reader: Callable[[], ReleaseReader],
        log: Callable[[RequestLog, float], None] = write_log,
    ) -> None:
        """Read nothing yet; `log` gets each request and its duration in milliseconds.

        `reader` returns the same reader each time. An EnergyError of it becomes the answer.
        """
        self._reader, self._log = reader, log
        self._is_cold = True

    def handle(self, event: object, request_id: str = "") -> Any:
        """Answer an HTTP event in API Gateway's format; any other is the body of a request."""
        start = time.perf_counter()
        log = RequestLog("direct", request_id, self._is_cold)
        self._is_cold = False
        try:
            if is_http(event):
                answer = self._answer_http(event, log)
            else:
                answer = self._forecast(ForecastRequest.from_dict(require_object(event)), log)
        except Exception as error:  # noqa: BLE001 - the edge: every error becomes an answer
            answer = _describe_error(error, log)
            if is_http(event):
                allowed = error.allowed if isinstance(error, RouteError) else ()
                headers = {"allow": ", ".join(allowed)} if allowed else {}
                answer = http_answer(log.status, answer, headers=headers)
        if is_http(event) and log.release_id:
            answer["headers"][RELEASE_HEADER] = log.release_id
        self._log(log, (time.perf_counter() - start) * 1000)
        return answer

    def _answer_http(self, event: Mapping[str, Any], log: RequestLog) -> dict[str, Any]:
        request = HttpRequest.from_event(event)
        log.route = f"{request.method} {request.path}"
        route = ROUTES.get(request.path)
        if route is None:
            log.route = "unknown route"
            raise RouteError(
                f"Nothing is served under {quote_value(request.path)}; expected one of "
                f"{join_names(list(ROUTES))}."
            )
        if request.method not in route.methods:
            log.route = f"other method {request.path}"
            wrong_method = RouteError(
                f"{request.path} does not take {quote_value(request.method)}; expected "
                f"{join_names(route.methods)}.",
                code="wrong_method",
            )
            wrong_method.allowed = route.methods
            raise wrong_method
        if route is FORECAST:
            return http_answer(200, self._forecast(_read_request(request), log))
        if route is SERIES:
            return http_answer(200, self._series(requested_series(request.query), log))
        if request.query:
            raise unknown_field(next(iter(request.query)), [])
        if route is DOCS:
            from lambda_handler.openapi import CONTENT_SECURITY_POLICY, document, page

            headers = {"content-security-policy": CONTENT_SECURITY_POLICY}
            return http_answer(200, page(document()), HTML, headers)
        return http_answer(200, self._document(route, log))

    def _document(self, route: Route, log: RequestLog) -> dict[str, Any]:
        """The answer of a route without parameters."""
        if route is OPENAPI:
            from lambda_handler.openapi import document  # most processes never need it

            return document()
        if route is TRACK_RECORD:
            return read_track_record(self._reader().store, dict)
        live = self._live_release(log)
        if route is RELEASE:
            return _release(live)
        return _health(live) if route is HEALTH else live.release.document(route.document)

    def _live_release(self, log: RequestLog) -> LiveRelease:
        live = self._reader().current()
        log.release_id = live.release.manifest.release_id
        log.stale_reason = live.reason or None
        return live

    def _forecast(self, request: ForecastRequest, log: RequestLog) -> dict[str, Any]:
        live = self._live_release(log)
        forecast = predict(live.release, request, live.stale)
        log.tier = forecast.tier
        return forecast.to_dict()

    def _series(self, name: str, log: RequestLog) -> dict[str, Any]:
        release = self._live_release(log).release
        if release.panel and name == release.manifest.target:
            expected = "another series; /v1/release/history and scores describe the release's own"
            raise wrong_value("target", name, expected)
        return release.panel_series(name).to_dict()


def _read_request(request: HttpRequest) -> ForecastRequest:
    if request.method == "GET":
        return ForecastRequest.from_query(request.query)
    if request.query:
        raise unknown_field(next(iter(request.query)), ["the fields of the body"])
    return ForecastRequest.from_dict(read_body(request.body()))


def _release(live: LiveRelease) -> dict[str, Any]:
    release, pointer = live.release, live.release.pointer
    return {
        **release.manifest.to_dict(),
        "promoted_at": pointer.promoted_at,
        "previous_id": pointer.previous_id,
        "reason": pointer.reason,
        "targets": [release.table.target, *release.parts],
        "months": len(release.table.months),
        "stale": live.stale,
    }


def _health(live: LiveRelease) -> dict[str, Any]:
    manifest = live.release.manifest
    age = datetime.now(UTC) - datetime.fromisoformat(manifest.created_at)
    return {
        "status": "ok",
        "release_id": manifest.release_id,
        "cutoff": manifest.cutoff,
        "age_seconds": max(0, int(age.total_seconds())),
        "stale": live.stale,
        "stale_reason": live.reason or None,
    }


def _describe_error(error: Exception, log: RequestLog) -> dict[str, Any]:
    """Return the error body, and note in the log what it may contain."""
    log.code = error_code(error)
    log.status = STATUS[log.code]
    body = error_body(error)
    if log.code != "unknown_field":  # whose name is the caller's own words
        log.field = body["error"]["field"]
    if log.status >= 500:
        log.reason = str(error) if isinstance(error, EnergyError) else error_location(error)
    return body
