"""Every page of a series of one's own: nothing of it speaks of the UK, of energy or of weather."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import made_own
import pytest
import streamlit as st
from app_pages_told import PAGES, said
from contract_server import Scripted
from made_record import a_record
from streamlit.testing.v1 import AppTest

from energy.settings import Settings
from streamlit_app.client import Answer, Question
from streamlit_app.client.local import Local

Open = Callable[..., AppTest]
OTHERS = re.compile(r"Mtoe|TWh|\benergy\b|Met Office|DESNZ|\bUK\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Local:
    folder: Path = tmp_path_factory.mktemp("own")
    made_own.publish(folder)
    return Local(Settings(store=str(folder), refresh_seconds=600))


@pytest.fixture
def shown(opened: Open, scripted: Scripted, own: Local) -> Open:
    scripted.behind = own
    st.cache_data.clear()
    return opened


@pytest.mark.parametrize("page", PAGES)
def test_a_page_speaks_of_the_series_and_of_no_other(shown: Open, page: str) -> None:
    app = shown(page)
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert made_own.ATTRIBUTION in said(app)
    if page != "how_it_works":  # which tells of the project as it ships
        assert not OTHERS.search(said(app))


def test_the_forecast_is_told_in_its_title_and_unit(shown: Open) -> None:
    app = shown("forecast")
    assert app.title[0].value == "Visitors to the open\\_air museum, month by month"
    assert {one.label: one.value for one in app.metric}["Next 12 months"].endswith(" $ thousand")
    assert "\\$ thousand** are expected in all" in said(app)
    assert "##### Visitors to the open\\_air museum, \\$ thousand a month" in said(app)
    assert not app.segmented_control  # there is no other unit to choose


def test_without_weather_there_is_nothing_to_ask_about_it(shown: Open, scripted: Scripted) -> None:
    assert "There is no weather in this forecast" in said(shown("weather"))
    assert "/v1/release/weather" not in {question.path for question in scripted.asked}
    assert "Against the weather" not in shown("data").button_group[0].options


def test_the_data_begin_with_what_is_forecast_each_in_its_unit(shown: Open) -> None:
    app = shown("data")
    assert app.selectbox(key="series").value == "visitors"
    assert "museum, \\$ thousand" in said(app)
    assert "given by hand: visitors.csv" in said(app)
    assert "](" not in said(app)
    app.selectbox(key="series").set_value("families").run()
    assert "##### Families, thousand" in said(app)


def test_no_day_is_named_on_which_a_file_of_ones_own_comes(shown: Open, scripted: Scripted) -> None:
    assert "once the file has it" in said(shown("track_record"))
    scripted.script["/v1/track-record"] = Answer(200, json.dumps(a_record().to_dict()))
    st.cache_data.clear()
    app = shown("track_record")
    assert "30 forecast months" in said(app)
    assert "due" not in said(app)


def test_a_release_of_before_there_were_titles_has_the_name_of_its_target(
    shown: Open, scripted: Scripted, own: Local
) -> None:
    told = own.ask(Question("/v1/release"))
    document = json.loads(told.text)
    del document["title"], document["attribution"]
    scripted.script["/v1/release"] = Answer(200, json.dumps(document), told.release_id)
    path = "/v1/release/data"
    told = own.ask(Question(path))
    document = json.loads(told.text)
    del document["units"]
    scripted.script[path] = Answer(200, json.dumps(document), told.release_id)
    assert shown("forecast").title[0].value == "Visitors, month by month"
    assert "##### Visitors, \\$ thousand" in said(shown("data"))
