"""Every page of a user's own series: no word about the UK, energy or weather."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import own_release
import pytest
import streamlit as st
from made_track_record import a_track_record
from page_text import PAGES, page_text
from scripted_service import ScriptedTransport
from streamlit.testing.v1 import AppTest

from energy.settings import Settings
from streamlit_app.client.local import Local
from streamlit_app.client.transport import Request, Response

Open = Callable[..., AppTest]
OTHERS = re.compile(r"Mtoe|TWh|\benergy\b|Met Office|DESNZ|\bUK\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Local:
    folder: Path = tmp_path_factory.mktemp("own")
    own_release.publish(folder)
    return Local(Settings(store=str(folder), refresh_seconds=600))


@pytest.fixture
def shown(open_page: Open, scripted: ScriptedTransport, own: Local) -> Open:
    scripted.fallback = own
    st.cache_data.clear()
    return open_page


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_about_the_series_and_no_other(shown: Open, page: str) -> None:
    app = shown(page)
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert own_release.ATTRIBUTION in page_text(app)
    if page != "how_it_works":  # which describes the project itself
        assert not OTHERS.search(page_text(app))


def test_the_forecast_has_its_title_and_unit(shown: Open) -> None:
    app = shown("forecast")
    assert app.title[0].value == "Visitors to the open\\_air museum, month by month"
    assert {metric.label: metric.value for metric in app.metric}["Next 12 months"].endswith(
        " \\$ thousand"
    )
    assert "\\$ thousand** are expected from" in page_text(app)
    assert "##### Visitors to the open\\_air museum, \\$ thousand a month" in page_text(app)
    assert not app.segmented_control  # there is no other unit to choose


def test_without_weather_there_are_no_scenarios(shown: Open, scripted: ScriptedTransport) -> None:
    assert "This forecast does not use weather" in page_text(shown("weather"))
    assert "/v1/release/weather" not in {request.path for request in scripted.requests}


def test_a_user_s_own_file_has_no_due_date(shown: Open, scripted: ScriptedTransport) -> None:
    assert "once the file has it" in page_text(shown("track_record"))
    scripted.script["/v1/track-record"] = Response(200, json.dumps(a_track_record().to_dict()))
    st.cache_data.clear()
    text = page_text(shown("track_record"))
    assert "30 forecast months" in text
    assert "due" not in text


def test_the_data_start_with_the_target_each_in_its_unit(shown: Open) -> None:
    app = shown("data")
    assert app.selectbox(key="series").value == "visitors"
    assert "museum, \\$ thousand" in page_text(app)
    assert "given by hand: visitors.csv" in page_text(app)
    assert "](" not in page_text(app)
    assert "Against the weather" not in app.button_group[0].options
    app.selectbox(key="series").set_value("families").run()
    assert "##### Families, thousand" in page_text(app)


def test_a_release_without_a_title_has_the_name_of_its_target(
    shown: Open, scripted: ScriptedTransport, own: Local
) -> None:
    response = own.send(Request("/v1/release"))
    document = json.loads(response.text)
    del document["title"], document["attribution"]
    scripted.script["/v1/release"] = Response(200, json.dumps(document), response.release_id)
    path = "/v1/release/data"
    response = own.send(Request(path))
    document = json.loads(response.text)
    del document["units"]
    scripted.script[path] = Response(200, json.dumps(document), response.release_id)
    assert shown("forecast").title[0].value == "Visitors, month by month"
    assert "##### Visitors, \\$ thousand" in page_text(shown("data"))
