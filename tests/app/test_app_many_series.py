"""The page of a long table: the scores of all series, and any series by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import own_release
import pytest
import streamlit as st
from page_text import page_text
from scripted_service import ScriptedTransport
from streamlit.testing.v1 import AppTest

from energy.contract import Calibration
from energy.contract.panel import BacktestScores, SeriesForecast
from energy.pipelines.many_series import summarise_panel
from energy.settings import Settings
from streamlit_app import forecast_data
from streamlit_app.client.client import Client
from streamlit_app.client.local import Local

Open = Callable[..., AppTest]
CALIBRATION = Calibration((0.05,) * 12, (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), True, 60)
SERIES = "/v1/release/series"
JUDGED = BacktestScores(9, 0.81, 1.02, 6.0, 1.0, 0.79, 0.94)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Local:
    folder: Path = tmp_path_factory.mktemp("many")
    series = [
        SeriesForecast(
            *(f"mill {n}", "2022-07", (8.0, 9.0), "theta", (9.0 + n,) * 12, CALIBRATION),
            *((JUDGED, None, "") if n else (None, None, "too short to be judged")),
        )
        for n in range(3)
    ]
    panel = summarise_panel(series, {"barn": "it has 4 months"}, own_release.UNIT)
    own_release.publish(folder, (panel, series))
    return Local(Settings(store=str(folder), refresh_seconds=600))


@pytest.fixture
def shown(open_page: Open, scripted: ScriptedTransport, many: Local) -> Open:
    scripted.fallback = many
    st.cache_data.clear()
    return open_page


def test_all_series_are_summarised(shown: Open) -> None:
    app = shown("series")
    assert not app.exception
    assert not app.warning
    assert "**3** series besides Visitors" in page_text(app)
    metrics = {metric.label: metric.value for metric in app.metric}
    assert float(metrics["Median error (MASE)"]) == pytest.approx(0.81, abs=0.011)
    assert float(metrics["Seasonal naive (MASE)"]) == pytest.approx(1.02, abs=0.011)
    assert metrics["80% interval coverage"] == "79%"
    assert list(app.dataframe[-1].value.iloc[0]) == ["barn", "it has 4 months"]


def test_any_series_is_shown_by_its_name(shown: Open, scripted: ScriptedTransport) -> None:
    app = shown("series", named="mill 2")
    assert app.selectbox(key="named").value == "mill 2"
    assert float(app.dataframe[0].value["forecast"].iloc[0]) == 11.0
    app.selectbox(key="named").set_value("mill 1").run()
    assert float(app.dataframe[0].value["forecast"].iloc[0]) == 10.0
    queries = [(request.path, dict(request.query)) for request in scripted.requests]
    for path in (SERIES, "/v1/forecast"):  # both, once for each
        targets = [query["target"] for name, query in queries if name == path]
        assert sorted(targets) == ["mill 1", "mill 2"]
    past = forecast_data.series_history(Client(scripted.fallback).series("mill 2"))
    assert [*zip(past.index.astype(str), past, strict=True)] == [("2022-06", 8.0), ("2022-07", 9.0)]


def test_a_series_has_its_scores_or_the_reason_for_none(shown: Open) -> None:
    expected = "**Theta**: MASE 0.81 against 1.02 for seasonal naive in the training part; 79% of"
    assert expected in page_text(shown("series", named="mill 2"))
    assert "**Theta**: too short to be judged." in page_text(shown("series", named="mill 0"))


def test_a_release_of_one_series_shows_none(open_page: Open) -> None:
    app = open_page("series")
    assert "This release has one series" in page_text(app)
    assert not app.metric
