"""The API's routes and what each one answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from energy import legacy_errors
from energy.contract import ForecastRequest
from energy.contract.panel import PANEL
from energy.contract.request import as_object, read_body, requested_series
from energy.errors import STATUS, EnergyError, error_body, error_code
from energy.releases.bundle import DATA, FOLDS, HISTORY, SCORES, WEATHER
from energy.releases.reader import LiveRelease, ReleaseReader
from energy.serving.predict import predict
from lambda_handler.http import HTML, HttpAnswer, HttpRequest, is_http, read_event
from lambda_handler.log import RequestLog, error_location, write_log


@dataclass(frozen=True)
class Route:
    """What stands under a path.

    Attributes:
        path: It.
        methods: Those it takes.
        summary: What it answers with, in a sentence.
        document: The file of the release that it answers with, if that is all it does.
    """

    path: str
    methods: tuple[str, ...]
    summary: str
    document: str = ""


FORECAST = Route("/v1/forecast", ("GET", "POST"), "A forecast by month, with intervals.")
RELEASE = Route("/v1/release", ("GET",), "The release in service: what it is and was made from.")
SERIES = Route(
    "/v1/release/series", ("GET",), "One series of a long table: its figures, and how it fared."
)
TRACK_RECORD = Route("/v1/track-record", ("GET",), "How published forecasts fared.")
HEALTH = Route("/v1/health", ("GET",), "Whether there is a release to answer from, and its age.")
OPENAPI = Route("/openapi.json", ("GET",), "This API's description, OpenAPI 3.1.")
DOCS = Route("/docs", ("GET",), "The same description as a page.")
DOCUMENTS = tuple(
    Route(f"/v1/release/{file.removesuffix('.json')}", ("GET",), summary, file)
    for file, summary in (
        (SCORES, "Every forecaster's scores, and why the champion was chosen."),
        (FOLDS, "What every forecaster would have said in the past, and what came."),
        (HISTORY, "The series that the release was made from."),
        (WEATHER, "How the series answers to the weather, and the weather itself."),
        (PANEL, "Every series of a long table: their names, and how their forecasts fared."),
        (DATA, "The data that the release was made from, where they are from, what was revised."),
    )
)
"""Files of the release in service, as they were published."""
ROUTES = {
    route.path: route
    for route in (FORECAST, RELEASE, *DOCUMENTS, SERIES, TRACK_RECORD, HEALTH, OPENAPI, DOCS)
}
DIRECT = "direct"


class RequestHandler:
    """Answers events, one at a time, and never raises."""

    def __init__(
        self,
        reader: Callable[[], ReleaseReader],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        tell: Callable[[RequestLog, float], None] = write_log,
    ) -> None:
        """Read nothing yet.

        Args:
            reader: Gives the reader of releases, the same one each time; may raise an EnergyError,
                which callers are told.
            now: The time of day, for a release's age.
            tell: Logs a request and how many milliseconds it took.
        """
        self._reader, self._now, self._tell = reader, now, tell
        self._is_cold = True

    def handle(self, event: object, request_id: str = "") -> Any:
        """Answer an HTTP event as API Gateway takes it, and any other with the contract's body."""
        began = time.perf_counter()
        told = RequestLog(DIRECT, request_id, self._is_cold)
        self._is_cold = False
        try:
            if is_http(event):
                found: Any = self._http(event, told)
            else:
                found = self._forecast(ForecastRequest.from_dict(as_object(event)), told)
        except Exception as error:  # noqa: BLE001 - the edge: whatever happened, a caller is told
            found = _refused(error, told)
            if is_http(event):
                found = HttpAnswer.of(told.status, found, _allow(error))
        if isinstance(found, HttpAnswer):
            found = found.to_event(told.release_id)
        self._tell(told, (time.perf_counter() - began) * 1000)
        return found

    def _http(self, event: Mapping[str, Any], told: RequestLog) -> HttpAnswer:
        request = read_event(event)
        route = ROUTES.get(request.path)
        told.route = "unknown route" if route is None else f"{request.method} {request.path}"
        if route is None:
            raise legacy_errors.UnknownRoute(request.path, list(ROUTES))
        if request.method not in route.methods:
            told.route = f"other method {request.path}"
            raise legacy_errors.WrongMethod(request.method, request.path, route.methods)
        if route is FORECAST:
            return HttpAnswer.of(200, self._forecast(_asked(request), told))
        if route is SERIES:
            return HttpAnswer.of(200, self._series(requested_series(request.query), told))
        if request.query:
            raise legacy_errors.UnknownField(next(iter(request.query)), [])
        return self._page(route, told)

    def _page(self, route: Route, told: RequestLog) -> HttpAnswer:
        if route is RELEASE:
            return HttpAnswer.of(200, self._release(told))
        if route.document:
            release = self._in_service(told).release
            return HttpAnswer.of(200, release.document(route.document))
        if route is TRACK_RECORD:
            return HttpAnswer.of(200, self._reader().track_record())
        if route is HEALTH:
            return HttpAnswer.of(200, self._health(told))
        from lambda_handler.openapi import document  # built when it is first asked for

        if route is OPENAPI:
            return HttpAnswer.of(200, document())
        from lambda_handler.openapi import LOADS_NOTHING, page

        return HttpAnswer(200, page(document()), HTML, {"content-security-policy": LOADS_NOTHING})

    def _in_service(self, told: RequestLog) -> LiveRelease:
        held = self._reader().current()
        told.release_id = held.release.manifest.release_id
        told.stale = held.reason or None
        return held

    def _forecast(self, asked: ForecastRequest, told: RequestLog) -> dict[str, Any]:
        held = self._in_service(told)
        found = predict(held.release, asked, held.stale)
        told.tier = found.tier
        return found.to_dict()

    def _series(self, name: str, told: RequestLog) -> dict[str, Any]:
        release = self._in_service(told).release
        if release.panel and name == release.manifest.target:
            expected = "one of the others; /v1/release/history and scores tell of the release's own"
            raise legacy_errors.NotAllowed("target", name, expected)
        return asdict(release.panel_series(name))

    def _release(self, told: RequestLog) -> dict[str, Any]:
        held = self._in_service(told)
        pointer = held.release.pointer
        return {
            **held.release.manifest.to_dict(),
            "promoted_at": pointer.promoted_at,
            "previous_id": pointer.previous_id,
            "reason": pointer.reason,
            "targets": [held.release.table.target, *held.release.parts],
            "months": len(held.release.table.months),
            "stale": held.stale,
        }

    def _health(self, told: RequestLog) -> dict[str, Any]:
        held = self._in_service(told)
        created = datetime.fromisoformat(held.release.manifest.created_at)
        return {
            "status": "ok",
            "release_id": held.release.manifest.release_id,
            "cutoff": held.release.manifest.cutoff,
            "age_seconds": max(0, int((self._now() - created).total_seconds())),
            "stale": held.stale,
            "stale_reason": held.reason or None,
        }


def _asked(request: HttpRequest) -> ForecastRequest:
    if request.method == "GET":
        return ForecastRequest.from_query(request.query)
    if request.query:
        raise legacy_errors.UnknownField(next(iter(request.query)), ["those of the body"])
    return ForecastRequest.from_dict(read_body(request.body()))


def _refused(error: Exception, told: RequestLog) -> dict[str, Any]:
    """The error body, and what the log says of it."""
    told.code = error_code(error)
    told.status = STATUS[told.code]
    body = error_body(error)
    if not isinstance(error, legacy_errors.UnknownField):  # whose name is the caller's own words
        told.field = body["error"]["field"]
    if told.status >= 500:
        told.reason = str(error) if isinstance(error, EnergyError) else error_location(error)
    return body


def _allow(error: Exception) -> dict[str, str]:
    return (
        {"allow": ", ".join(error.allowed)} if isinstance(error, legacy_errors.WrongMethod) else {}
    )
