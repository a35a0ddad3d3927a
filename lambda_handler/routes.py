"""What is served where: the table that the service and its description share."""

from __future__ import annotations

from dataclasses import dataclass

from energy.contract.panel import PANEL
from energy.releases.bundle import DATA, FOLDS, HISTORY, SCORES, WEATHER


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
