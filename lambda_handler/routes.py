"""What is served where: the table that the service and its description share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """What stands under a path.

    Attributes:
        path: It.
        methods: Those it takes.
        summary: What it answers with, in a sentence.
    """

    path: str
    methods: tuple[str, ...]
    summary: str


FORECAST = Route("/v1/forecast", ("GET", "POST"), "A forecast by month, with intervals.")
RELEASE = Route("/v1/release", ("GET",), "The release in service: what it is and was made from.")
TRACK_RECORD = Route("/v1/track-record", ("GET",), "How published forecasts fared.")
HEALTH = Route("/v1/health", ("GET",), "Whether there is a release to answer from, and its age.")
OPENAPI = Route("/openapi.json", ("GET",), "This API's description, OpenAPI 3.1.")
DOCS = Route("/docs", ("GET",), "The same description as a page.")
ROUTES = {route.path: route for route in (FORECAST, RELEASE, TRACK_RECORD, HEALTH, OPENAPI, DOCS)}
