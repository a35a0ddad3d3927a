"""Series of a panel are read by name, one file each time."""

from __future__ import annotations

from typing import Any

import pytest
from drafts import NOW, make_draft

from energy.contract import Calibration, Forecast
from energy.contract.panel import SeriesForecast, panel_documents
from energy.errors import BadDocument, RequestError, ServingError, UnknownTarget
from energy.pipelines.many_series import summarise_panel
from energy.releases.bundle import encode_document, write_release
from energy.releases.promotion import promote
from energy.releases.reader import Release, ReleaseReader
from energy.releases.store import Store
from lambda_handler.routes import RequestHandler

CALIBRATION = Calibration((0.05,) * 12, (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), True, 60)
NAMES = [f"mill {number}" for number in range(700)]
"""More than one file holds."""


def documents(names: list[str]) -> dict[str, dict[str, Any]]:
    series = [
        SeriesForecast(name, "2022-07", (8.0, 9.0), "theta", (9.5, 9.7), CALIBRATION)
        for name in names
    ]
    return panel_documents(summarise_panel(series, {"barn": "it has 4 months"}, "t"), series)


def put(store: Store, more: dict[str, dict[str, Any]]) -> Release:
    draft = make_draft()
    files = draft.files | {name: encode_document(name, value) for name, value in more.items()}
    write_release(store, draft.manifest, files)
    promote(store, draft.id, "it is best", NOW)
    return ReleaseReader(store, 60.0).current().release


@pytest.fixture
def release(store: Store) -> Release:
    return put(store, documents(NAMES))


def test_a_series_is_read_from_a_single_file(release: Release) -> None:
    series = release.panel_series("mill 17")
    assert (series.name, series.history, series.mean) == ("mill 17", (8.0, 9.0), (9.5, 9.7))
    assert len([name for name in release.cache if name.startswith("panel-")]) == 1


def test_a_series_without_a_forecast_has_a_reason(release: Release) -> None:
    with pytest.raises(RequestError, match="no forecast of 'barn': it has 4 months") as caught:
        release.panel_series("barn")
    assert (caught.value.code, caught.value.field) == ("series_left_out", "target")


@pytest.mark.parametrize("name", ["mill 700", "total", "", "../mill 1"])
def test_an_unknown_series_is_rejected(release: Release, name: str) -> None:
    with pytest.raises(UnknownTarget, match=r"mill 0, mill 1, .* and 680 more"):
        release.panel_series(name)


def test_a_release_of_a_single_series_has_no_panel(store: Store) -> None:
    release = put(store, {})
    assert release.panel is None
    with pytest.raises(ServingError):
        release.panel_series("mill 1")


def test_a_file_without_a_series_of_the_panel_is_invalid(store: Store) -> None:
    some = documents(NAMES[:3])
    del some["panel-000.json"]["series"]["mill 2"]
    with pytest.raises(BadDocument, match="mill 2"):
        put(store, some).panel_series("mill 2")


def test_the_api_answers_for_a_series(store: Store) -> None:
    release = put(store, documents(NAMES[:3]))
    reader = ReleaseReader(store, 60.0)
    api = RequestHandler(lambda: reader)
    forecast = Forecast.from_dict(api.handle({"target": "mill 2", "periods": 2}))
    assert [row.mean for row in forecast.months] == [9.5, 9.7]
    assert (forecast.target, forecast.release_id) == ("mill 2", release.manifest.release_id)
    error = api.handle({"target": "mill 9"})["error"]
    assert error["code"] == "unknown_target"
    assert "Known targets: total, mill 0, mill 1, mill 2." in error["message"]
    http = {"method": "GET", "path": "/v1/release/series"}
    event = {"version": "2.0", "rawPath": http["path"], "requestContext": {"http": http}}
    statuses = {"mill 2": 200, "barn": 404, "mill 9": 404, "total": 422, "": 422}
    for name, status in statuses.items():
        event["queryStringParameters"] = {"target": name} if name else {}
        assert api.handle(event)["statusCode"] == status
