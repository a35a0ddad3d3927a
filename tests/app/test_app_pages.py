"""Every page opens on a real release, shows its figures, and sends nothing twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
import streamlit as st
from made_track_record import a_track_record
from msgspec.structs import replace
from page_text import PAGES, page_text
from printed import prints
from scripted_service import ScriptedTransport
from streamlit.testing.v1 import AppTest

from energy.contract import ForecastRequest
from energy.contract.track_record import DriftCheck, Due, TrackRecord
from streamlit_app import forecast_data, queries
from streamlit_app.client.client import Client
from streamlit_app.client.local import Local
from streamlit_app.client.transport import Request, Response

Open = Callable[..., AppTest]


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_a_notice_and_sends_nothing_twice(
    open_page: Open, scripted: ScriptedTransport, page: str
) -> None:
    app = open_page(page)
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert len(app.title) == 1
    assert "Open Government Licence" in page_text(app)
    assert "published" in page_text(app)
    before = len(scripted.requests)
    app.run()
    # A missing document is not cached: it may come.
    repeated = {request.path for request in scripted.requests[before:]}
    assert repeated <= {"/v1/track-record"}


def test_the_forecast_has_the_year_in_numbers(open_page: Open, scripted: ScriptedTransport) -> None:
    client = Client(scripted)
    answer, history = client.forecast(ForecastRequest(periods=24)), client.history()
    year = forecast_data.year_ahead(answer, history)
    shown = metrics(open_page("forecast"))
    assert prints(shown["Next 12 months"], "# Mtoe", year.total)
    assert year.year_before == pytest.approx(history.iloc[-12:].sum())
    assert shown["On the year before"].endswith("%")
    assert any(label.startswith("Peak: ") for label in shown)


def test_energy_is_shown_in_twh_on_request(open_page: Open) -> None:
    app = open_page("forecast")
    total = float(metrics(app)["Next 12 months"].split()[0])
    app.segmented_control[0].set_value("TWh").run()
    value, unit = metrics(app)["Next 12 months"].split()
    assert unit == "TWh"
    assert float(value.replace(",", "")) == pytest.approx(total * 11.63, rel=1e-3)


def test_a_permalink_brings_the_page_back(open_page: Open) -> None:
    app = open_page("forecast", to="December 2022", unit="TWh")
    assert app.selectbox(key="to").value == "2022-12"
    assert metrics(app)["Next 12 months"].endswith("TWh")
    assert app.dataframe[0].value["month"].iloc[-1] == "December 2022"


@pytest.mark.parametrize(
    ("page", "query", "widget"),
    [
        ("data", {"view": "Taken apart"}, ("button_group", "view", "Decomposition")),
        (
            "leaderboard",
            {"figure": "share inside the 80% interval"},
            ("selectbox", "figure", "coverage80"),
        ),
    ],
)
def test_a_permalink_of_an_earlier_version_still_works(
    open_page: Open, page: str, query: dict[str, str], widget: tuple[str, str, str]
) -> None:
    app = open_page(page, **query)
    kind, key, value = widget
    assert not app.exception
    assert getattr(app, kind)(key=key).value == value


def test_colder_is_more_and_warmer_is_less(open_page: Open) -> None:
    app = open_page("weather")
    assert "more** than expected" in page_text(app)
    colder = metrics(app)
    app.slider(key="degrees").set_value(2.0).run()
    assert "less** than expected" in page_text(app)
    warmer = metrics(app)
    assert list(warmer) == ["In Mtoe", "In TWh", "In per cent"]
    assert all(value.startswith("+") for value in colder.values())
    assert all(value.startswith("-") for value in warmer.values())
    assert all(" to " in metric.delta for metric in app.metric)


def test_a_past_winter_is_requested(open_page: Open, scripted: ScriptedTransport) -> None:
    st.cache_data.clear()
    app = open_page("weather", what="A past winter")
    label = next(text for text in app.selectbox(key="winter").options if "(-" in text)
    earlier = label.replace("-", "\u2212").replace("against the average", "on the average")
    app = open_page("weather", what="A past winter", winter=earlier)
    assert app.selectbox(key="winter").value == label[:7]
    bodies = [request.body for request in scripted.requests if request.body]
    assert {month[5:] for month in bodies[-1]["weather"]["degree_days"]} == {
        "10", "11", "12", "01", "02", "03",
    }  # fmt: skip


def test_the_leaderboard_names_the_champion_and_its_holdout_error(open_page: Open) -> None:
    app = open_page("leaderboard")
    assert "** is published" in page_text(app)
    assert "holdout" in page_text(app)
    assert list(app.dataframe[0].value["Forecaster"]) == ["Weather normalised components"]


def test_the_data_have_five_views(open_page: Open) -> None:
    app = open_page("data")
    assert re.search(r"SHA-256 `[0-9a-f]{64}`", page_text(app))
    views = app.button_group(key="view").options
    assert views == [
        *("Over time", "By season", "Year by season", "Decomposition", "Against the weather"),
    ]
    for view, charts in zip(views, (1, 1, 1, 2, 1), strict=True):
        app.button_group(key="view").set_value(view).run()
        assert not app.exception
        assert len(app.get("vega_lite_chart")) == charts


@pytest.mark.parametrize(
    ("record", "due"), [(None, "27 October 2022"), (a_track_record(False), "26 October 2023")]
)
def test_without_scores_the_first_has_a_date(
    open_page: Open, scripted: ScriptedTransport, record: TrackRecord | None, due: str
) -> None:
    st.cache_data.clear()
    if record:
        scripted.script["/v1/track-record"] = Response(200, json.dumps(record.to_dict()))
    assert f"published on or about **{due}**" in page_text(open_page("track_record"))


def test_a_release_can_be_traced_to_its_files(open_page: Open, scripted: ScriptedTransport) -> None:
    text = page_text(open_page("how_it_works"))
    made = Client(scripted).release().manifest
    assert made.release_id in text
    for digest in (*made.lineage.vintage.values(), *(f.sha256 for f in made.files.values())):
        assert digest[:16] in text


def test_a_new_release_shows_without_a_restart(
    open_page: Open, scripted: ScriptedTransport, local: Callable[[str], Local]
) -> None:
    app = open_page("forecast")
    first = Client(scripted).release().release_id
    assert first in page_text(app)
    scripted.fallback = local("theta")
    second = Client(scripted).release().release_id
    queries.release_watch().refresh()
    app.run()
    assert second in page_text(app)
    assert first not in page_text(app)
    assert "The forecast by part, Mtoe a month" in page_text(app)
    assert "does not use weather" in page_text(open_page("weather"))


def test_the_track_record_is_summarised(open_page: Open, scripted: ScriptedTransport) -> None:
    st.cache_data.clear()
    scripted.script["/v1/track-record"] = Response(200, json.dumps(a_track_record().to_dict()))
    app = open_page("track_record")
    assert not app.exception
    assert "30 forecast months" in page_text(app)
    assert "36% less" in page_text(app)
    assert metrics(app)["Average error (MAPE)"] == "3.6%"
    assert "5 of 12 months** were revised" in page_text(app)
    assert "26 October 2023" in page_text(app)


def test_the_track_record_has_drift_delays_and_missing_months(
    open_page: Open, scripted: ScriptedTransport
) -> None:
    st.cache_data.clear()
    level = DriftCheck("level", 0.0919, 0.0912, True, 0.127, "It came to 173.8; the trend has 158.")
    unmeasured = DriftCheck("weather", None, 0.0, False, 0.0, "Not measured: 20 months of history.")
    late = replace(
        a_track_record(),
        drift=(unmeasured, level),
        next_due=Due("2023-08", "2023-10-26", 12),
        release_overdue_days=1,
        unpublished=("2023-02",),
    )
    scripted.script["/v1/track-record"] = Response(200, json.dumps(late.to_dict()))
    text = page_text(open_page("track_record"))
    assert "figure of August 2023 is overdue" in text
    assert "12 days late after its grace" in text
    assert "have been here for 1 day." in text
    assert "1 of 1 checks raised an alarm" in text
    assert text.index("**Level** :red-badge[alarm]") < text.index("**Weather** :gray-badge")
    assert "0.092 against a threshold of 0.091; 12.7% of past months" in text
    assert level.evidence in text
    assert "Of two releases with one cutoff the later counts." in text
    assert "never published, although later months were: February 2023" in text


def test_revisions_of_the_data_are_listed(open_page: Open, scripted: ScriptedTransport) -> None:
    st.cache_data.clear()
    path = "/v1/release/data"
    response = scripted.fallback.send(Request(path))  # type: ignore[union-attr]
    document = json.loads(response.text)
    document |= {"before": "2022-06-0123abcd"}
    document |= {
        "revisions": [{"month": "2022-05", "column": "coal", "old": 0.4, "new": 0.5}],
    }
    scripted.script[path] = Response(200, json.dumps(document), response.release_id)
    app = open_page("data")
    assert "1 figures** of 1 months have changed since vintage `2022-06-0123abcd`" in page_text(app)
    assert app.dataframe[0].value["change"].iloc[0] == pytest.approx(0.1)
    st.cache_data.clear()
