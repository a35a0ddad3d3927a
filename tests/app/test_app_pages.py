"""Every page says what it is for, from a real release, and asks nothing twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
import streamlit as st
from app_pages_told import PAGES, said
from contract_server import Scripted
from made_record import a_record
from msgspec.structs import replace
from printed import prints
from streamlit.testing.v1 import AppTest

from energy.contract import ForecastRequest
from energy.contract.track_record import DriftCheck, Due
from streamlit_app import figures, service
from streamlit_app.client import Answer, Client, Question
from streamlit_app.client.local import Local

Open = Callable[..., AppTest]


def metrics(app: AppTest) -> dict[str, str]:
    return {one.label: one.value for one in app.metric}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_a_word_of_trouble_and_asks_nothing_twice(
    opened: Open, scripted: Scripted, page: str
) -> None:
    app = opened(page)
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert len(app.title) == 1
    assert "Open Government Licence" in said(app)
    assert "published" in said(app)
    before = len(scripted.asked)
    app.run()
    # What is not there is not kept: it may come.
    again = {question.path for question in scripted.asked[before:]}
    assert again <= {"/v1/track-record"}


def test_the_forecast_is_told_in_figures(opened: Open, scripted: Scripted) -> None:
    client = Client(scripted)
    answer, history = client.forecast(ForecastRequest(periods=24)), client.history()
    year = figures.year_ahead(answer, history)
    shown = metrics(opened("forecast"))
    assert prints(shown["Next 12 months"], "# Mtoe", year.total)
    assert year.before == pytest.approx(history.iloc[-12:].sum())
    assert shown["On the year before"].endswith("%")
    assert any(label.startswith("Peak: ") for label in shown)


def test_energy_is_shown_in_twh_on_request(opened: Open) -> None:
    app = opened("forecast")
    total = float(metrics(app)["Next 12 months"].split()[0])
    app.segmented_control[0].set_value("TWh").run()
    value, unit = metrics(app)["Next 12 months"].split()
    assert unit == "TWh"
    assert float(value.replace(",", "")) == pytest.approx(total * 11.63, rel=1e-3)


def test_a_permalink_brings_the_page_back(opened: Open) -> None:
    app = opened("forecast", to="December 2022", unit="TWh")
    assert app.selectbox(key="to").value == "2022-12"
    assert metrics(app)["Next 12 months"].endswith("TWh")
    assert app.dataframe[0].value["month"].iloc[-1] == "December 2022"


def test_parts_are_drawn_where_the_release_has_them(
    opened: Open, scripted: Scripted, local: Callable[[str], Local]
) -> None:
    scripted.behind = local("theta")
    assert "The forecast by part, Mtoe a month" in said(opened("forecast"))


def test_colder_is_more_and_warmer_is_less(opened: Open) -> None:
    app = opened("weather")
    assert "more** than expected" in said(app)
    colder = metrics(app)
    app.slider(key="degrees").set_value(2.0).run()
    assert "less** than expected" in said(app)
    warmer = metrics(app)
    assert list(warmer) == ["In Mtoe", "In TWh", "In per cent"]
    assert all(value.startswith("+") for value in colder.values())
    assert all(value.startswith("\u2212") for value in warmer.values())
    assert all(" to " in one.delta for one in app.metric)


def test_a_past_winter_comes_again(opened: Open, scripted: Scripted) -> None:
    app = opened("weather", what="A past winter")
    assert not app.exception
    asked = [question.body for question in scripted.asked if question.body]
    assert {month[5:] for month in asked[-1]["weather"]["degree_days"]} == {
        "10", "11", "12", "01", "02", "03",
    }  # fmt: skip


def test_a_champion_without_weather_says_how_it_was_moved(
    opened: Open, scripted: Scripted, local: Callable[[str], Local]
) -> None:
    scripted.behind = local("theta")
    assert "uses no weather itself" in said(opened("weather"))


def test_the_leaderboard_says_who_won_and_what_the_holdout_said(opened: Open) -> None:
    app = opened("leaderboard")
    assert "won.**" in said(app)
    assert "holdout" in said(app)
    assert list(app.dataframe[0].value["Forecaster"]) == ["Weather normalised components"]


def test_the_record_says_when_the_first_score_is_due(opened: Open) -> None:
    st.cache_data.clear()
    assert "27 October 2022" in said(opened("track_record"))


@pytest.mark.parametrize(
    "view", ["Over time", "By season", "Year by season", "Taken apart", "Against the weather"]
)
def test_the_data_are_drawn_in_five_ways(opened: Open, view: str) -> None:
    app = opened("data", view=view)
    assert not app.exception
    assert "UK energy consumption" in said(app)
    assert re.search(r"SHA-256 `[0-9a-f]{64}`", said(app))


def test_a_release_can_be_traced_to_the_bytes_it_was_made_from(
    opened: Open, scripted: Scripted
) -> None:
    text = said(opened("how_it_works"))
    made = Client(scripted).release().manifest
    assert made.release_id in text
    for digest in (*made.lineage.vintage.values(), *(f.sha256 for f in made.files.values())):
        assert digest[:16] in text


def test_a_new_release_shows_without_a_restart(
    opened: Open, scripted: Scripted, local: Callable[[str], Local]
) -> None:
    app = opened("forecast")
    first = Client(scripted).release().release_id
    assert first in said(app)
    scripted.behind = local("theta")
    second = Client(scripted).release().release_id
    service.watch().again()
    app.run()
    assert second in said(app)
    assert first not in said(app)


def test_the_record_is_told_once_there_is_one(opened: Open, scripted: Scripted) -> None:
    scripted.script["/v1/track-record"] = Answer(200, json.dumps(a_record().to_dict()))
    app = opened("track_record")
    assert not app.exception
    assert "30 forecast months" in said(app)
    assert "36% less" in said(app)
    assert metrics(app)["Usual miss (MAPE)"] == "3.6%"
    assert "5 of 12 months** were revised" in said(app)
    assert "26 October 2023" in said(app)


def test_the_record_tells_what_drifted_what_is_late_and_what_never_came(
    opened: Open, scripted: Scripted
) -> None:
    st.cache_data.clear()
    level = DriftCheck("level", 0.0919, 0.0912, True, 0.127, "It came to 173.8; the trend has 158.")
    unmeasured = DriftCheck("weather", None, 0.0, False, 0.0, "Not measured: 20 months of history.")
    late = replace(
        a_record(),
        drift=(unmeasured, level),
        next_due=Due("2023-08", "2023-10-26", 12),
        release_overdue_days=1,
        unpublished=("2023-02",),
    )
    scripted.script["/v1/track-record"] = Answer(200, json.dumps(late.to_dict()))
    text = said(opened("track_record"))
    assert "figure of August 2023 is overdue" in text
    assert "12 days late beyond its grace" in text
    assert "have been held for 1 day." in text
    assert "1 of 1 checks alarm" in text
    assert text.index("**Level** :red-badge[alarm]") < text.index("**Weather** :gray-badge")
    assert "0.092 against a threshold of 0.091; it would have alarmed in 12.7%" in text
    assert level.evidence in text
    assert "Of two releases with one cutoff the later counts." in text
    assert "never published though figures go beyond: February 2023" in text


def test_a_record_without_scores_says_when_the_first_is_due(
    opened: Open, scripted: Scripted
) -> None:
    st.cache_data.clear()
    scripted.script["/v1/track-record"] = Answer(200, json.dumps(a_record(False).to_dict()))
    app = opened("track_record")
    assert "August 2023, which is published on or about **26 October 2023**" in said(app)


def test_revisions_of_the_data_are_told(opened: Open, scripted: Scripted) -> None:
    st.cache_data.clear()
    path = "/v1/release/data"
    told = scripted.behind.ask(Question(path))  # type: ignore[union-attr]
    document = json.loads(told.text)
    document |= {"before": "2022-06-0123abcd"}
    document |= {
        "revisions": [{"month": "2022-05", "column": "coal", "old": 0.4, "new": 0.5}],
    }
    scripted.script[path] = Answer(200, json.dumps(document), told.release_id)
    app = opened("data")
    assert "1 figures** of 1 months since vintage `2022-06-0123abcd`" in said(app)
    assert app.dataframe[0].value["change"].iloc[0] == pytest.approx(0.1)
    st.cache_data.clear()
