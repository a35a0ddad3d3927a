"""The page of a long table's series: how they fared, and any one of them by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import made_own
import pytest
import streamlit as st
from app_pages_told import said
from contract_server import Scripted
from streamlit.testing.v1 import AppTest

from energy.contract import Calibration
from energy.contract.panel import BacktestScores, SeriesForecast
from energy.pipelines.many_series import summarise_panel
from energy.settings import Settings
from streamlit_app import figures
from streamlit_app.client import Client
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
    panel = summarise_panel(series, {"barn": "it has 4 months"}, made_own.UNIT)
    made_own.publish(folder, (panel, series))
    return Local(Settings(store=str(folder), refresh_seconds=600))


@pytest.fixture
def shown(opened: Open, scripted: Scripted, many: Local) -> Open:
    scripted.behind = many
    st.cache_data.clear()
    return opened


def test_it_says_how_all_of_them_fared(shown: Open) -> None:
    app = shown("series")
    assert not app.exception
    assert not app.warning
    assert "**3** series beside Visitors" in said(app)
    found = {one.label: one.value for one in app.metric}
    assert float(found["Typical error (MASE)"]) == pytest.approx(0.81, abs=0.011)
    assert float(found["Seasonal naive's"]) == pytest.approx(1.02, abs=0.011)
    assert found["Inside the 80% interval"] == "79%"


def test_any_of_them_is_had_by_its_name(shown: Open, scripted: Scripted) -> None:
    app = shown("series", named="mill 2")
    assert app.selectbox(key="named").value == "mill 2"
    assert float(app.dataframe[0].value["forecast"].iloc[0]) == 11.0
    app.selectbox(key="named").set_value("mill 1").run()
    assert float(app.dataframe[0].value["forecast"].iloc[0]) == 10.0
    assert {q.query["target"] for q in scripted.asked if q.path == "/v1/forecast"} == {
        *("mill 1", "mill 2"),
    }


def test_it_comes_after_its_own_past(shown: Open, scripted: Scripted) -> None:
    assert shown("series", named="mill 2").get("vega_lite_chart")
    asked = [question.query for question in scripted.asked if question.path == SERIES]
    assert asked == [{"target": "mill 2"}]
    past = figures.past(Client(scripted.behind).series("mill 2"))
    assert [*zip(past.index.astype(str), past, strict=True)] == [("2022-06", 8.0), ("2022-07", 9.0)]


def test_it_says_how_that_one_fared_or_why_it_was_not_judged(shown: Open) -> None:
    told = "**Theta**: MASE 0.81 against 1.02 for seasonal naive in the training part; 79% of"
    assert told in said(shown("series", named="mill 2"))
    assert "**Theta**: too short to be judged." in said(shown("series", named="mill 0"))


def test_those_without_a_forecast_are_named_with_the_reason(shown: Open) -> None:
    rows = shown("series").dataframe[-1].value
    assert list(rows.iloc[0]) == ["barn", "it has 4 months"]


def test_a_release_of_one_series_has_nothing_to_show_here(opened: Open) -> None:
    app = opened("series")
    assert "This release is of one series" in said(app)
    assert not app.metric
