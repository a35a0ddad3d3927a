"""Whatever is wrong, a visitor gets a sentence, and the last good forecast if there is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import streamlit as st
from app_pages_told import PAGES, said
from contract_server import Scripted
from streamlit.testing.v1 import AppTest

from energy import legacy_errors
from energy.settings import Settings
from streamlit_app import service
from streamlit_app.client import Answer, Client, Question
from streamlit_app.client.local import Local

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    st.cache_data.clear()


def refused(status: int, code: str) -> Answer:
    body = {"error": {"code": code, "message": f"{code} happened.", "field": None}}
    return Answer(status, json.dumps(body))


TROUBLES = {
    "no release": (refused(503, "no_release"), "no forecast to show yet"),
    "the function down": (
        legacy_errors.ServiceUnreachable("it", "ConnectionError"),
        "cannot be reached",
    ),
    "the store down": (refused(503, "store_unreachable"), "store of releases cannot be reached"),
    "slow": (legacy_errors.ServiceSlow("it", 20.0), "slow to answer"),
    "failing": (legacy_errors.ServiceFailed("it", "Unhandled"), "failed while it answered"),
    "half an answer": (Answer(200, '{"release_id": "2022-07'), "not a whole answer"),
    "another answer": (Answer(200, '{"hello": "world"}'), "not a whole answer"),
    "a gateway's page": (Answer(502, "<html>Bad gateway</html>"), "failed while it answered"),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_without_anything_a_sentence_says_what_to_do(
    opened: Open, scripted: Scripted, name: str
) -> None:
    answer, words = TROUBLES[name]
    scripted.script["*"] = answer
    app = opened("forecast")
    assert not app.exception
    assert words in said(app)
    assert "Traceback" not in said(app)
    assert [button.label for button in app.button] == ["Try again"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_so_when_the_service_is_down(
    opened: Open, scripted: Scripted, page: str
) -> None:
    scripted.script["*"] = legacy_errors.ServiceUnreachable("it", "ConnectionError")
    app = opened(page)
    assert not app.exception
    assert "cannot be reached" in said(app)


@pytest.mark.parametrize("name", ["no release", "slow", "half an answer"])
def test_the_last_good_forecast_stays_and_is_marked(
    opened: Open, scripted: Scripted, name: str
) -> None:
    app = opened("forecast")
    before = [one.value for one in app.metric]
    answer, words = TROUBLES[name]
    scripted.script["*"] = answer
    service.watch().again()
    app.run()
    assert not app.exception
    (warning,) = app.warning
    assert words in warning.value
    assert "last good forecast" in warning.value
    assert "just now" in warning.value
    assert [one.value for one in app.metric] == before


def test_trying_again_helps_once_the_service_is_back(opened: Open, scripted: Scripted) -> None:
    scripted.script["*"] = legacy_errors.ServiceSlow("it", 20.0)
    app = opened("forecast")
    scripted.script.clear()
    app.button(key="try_again").click().run()
    assert app.metric
    assert not app.error


def test_a_service_that_is_down_is_not_asked_with_every_click(
    opened: Open, scripted: Scripted
) -> None:
    scripted.script["*"] = legacy_errors.ServiceSlow("it", 20.0)
    app = opened("forecast")
    asked = len(scripted.asked)
    app.run()
    assert len(scripted.asked) == asked


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("weather", "/v1/release/weather"),
        ("leaderboard", "/v1/release/folds"),
        ("leaderboard", "/v1/release/scores"),
        ("data", "/v1/release/data"),
        ("forecast", "/v1/release/history"),
    ],
)
def test_a_document_that_the_release_lacks_leaves_the_rest_of_the_page(
    opened: Open, scripted: Scripted, page: str, path: str
) -> None:
    scripted.script[path] = refused(404, "not_in_release")
    app = opened(page)
    assert not app.exception
    assert "published without it" in said(app)
    assert "Open Government Licence" in said(app)


def test_figures_that_are_no_numbers_are_not_drawn(opened: Open, scripted: Scripted) -> None:
    scripted.script["/v1/release/history"] = Answer(
        200,
        '{"schema": 1, "unit": "Mtoe", "first_month": "2001-01", "values": [1.0, NaN]}',
        Client(scripted).release().release_id,
    )
    assert "not a whole answer" in said(opened("forecast"))


def test_an_answer_of_another_release_is_not_mixed_in(opened: Open, scripted: Scripted) -> None:
    app = opened("forecast")
    stale = json.loads(scripted.behind.ask(scripted.asked[0]).text)  # type: ignore[union-attr]
    scripted.script["/v1/release"] = Answer(200, json.dumps({**stale, "release_id": "other"}))
    service.watch().again()
    app.run()
    assert "new release is coming" in said(app)


@pytest.mark.parametrize(
    ("page", "name"), [("forecast", "history"), ("leaderboard", "scores"), ("data", "data")]
)
def test_a_document_of_another_release_is_not_mixed_in_and_asked_for_again(
    opened: Open, scripted: Scripted, page: str, name: str
) -> None:
    """An instance of the function may be a minute behind the one that told of the release."""
    path = f"/v1/release/{name}"
    right = scripted.behind.ask(Question(path))  # type: ignore[union-attr]
    scripted.script[path] = replace(right, release_id="2022-06-another")
    app = opened(page)
    assert "new release is coming" in said(app)
    scripted.script.clear()
    app.run()
    assert "new release is coming" not in said(app)
    assert not app.warning


def test_a_document_that_does_not_say_whose_it_is_is_not_shown(
    opened: Open, scripted: Scripted
) -> None:
    right = scripted.behind.ask(Question("/v1/release/scores"))  # type: ignore[union-attr]
    scripted.script["/v1/release/scores"] = replace(right, release_id="")
    assert "no header x-release-id" in said(opened("leaderboard"))


def test_a_mistake_of_ours_is_no_traceback_either(
    opened: Open, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(service, "history", wrong)
    app = opened("forecast")
    assert not app.exception
    assert "Something went wrong" in said(app)
    assert "secret" not in said(app)


def test_a_store_that_is_none_is_told(
    opened: Open, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.behind = Local(Settings(store="ftp://somewhere"))
    app = opened("forecast")
    assert not app.exception
    assert app.error


@pytest.mark.parametrize("code", ["champion_refused", "champion_unreadable"])
def test_a_what_if_that_the_service_cannot_answer(
    opened: Open, scripted: Scripted, code: str
) -> None:
    opened("forecast")
    scripted.script["/v1/forecast"] = refused(503, code)
    app = opened("weather")
    assert not app.exception
    assert "what-ifs cannot be answered" in said(app)


def test_settings_that_make_no_sense_are_no_traceback_either(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENERGY_REFRESH_SECONDS", "often")
    app = opened("forecast")
    assert not app.exception
    assert "Something went wrong" in said(app)
