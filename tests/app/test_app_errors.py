"""Every failure becomes a sentence, beside the last good forecast if there is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import streamlit as st
from page_text import PAGES, page_text
from scripted_service import ScriptedTransport
from streamlit.testing.v1 import AppTest

from energy.errors import ServiceFailed, ServiceSlow, ServiceUnreachable
from energy.settings import Settings
from streamlit_app import queries
from streamlit_app.client.local import Local
from streamlit_app.client.transport import Request, Response

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    st.cache_data.clear()


def refused(status: int, code: str) -> Response:
    body = {"error": {"code": code, "message": f"{code} happened.", "field": None}}
    return Response(status, json.dumps(body))


FAILURES = {
    "no release": (refused(503, "no_release"), "no forecast to show yet"),
    "unreachable": (ServiceUnreachable("It cannot be reached."), "cannot be reached"),
    "the store down": (refused(503, "store_unreachable"), "store of releases cannot be reached"),
    "slow": (ServiceSlow("It is slow."), "slow to answer"),
    "failing": (ServiceFailed("It failed."), "service failed"),
    "half an answer": (Response(200, '{"release_id": "2022-07'), "response is incomplete"),
    "another answer": (Response(200, '{"hello": "world"}'), "response is incomplete"),
    "a gateway's page": (Response(502, "<html>Bad gateway</html>"), "service failed"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_without_a_release_a_sentence_says_what_to_do(
    open_page: Open, scripted: ScriptedTransport, name: str
) -> None:
    answer, words = FAILURES[name]
    scripted.script["*"] = answer
    app = open_page("forecast")
    assert not app.exception
    assert words in page_text(app)
    assert "Traceback" not in page_text(app)
    assert [button.label for button in app.button] == ["Try again"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_reports_a_service_that_is_down(
    open_page: Open, scripted: ScriptedTransport, page: str
) -> None:
    scripted.script["*"] = ServiceUnreachable("It cannot be reached.")
    app = open_page(page)
    assert not app.exception
    assert "cannot be reached" in page_text(app)


@pytest.mark.parametrize("name", ["no release", "slow", "half an answer"])
def test_the_last_good_forecast_stays_and_is_marked(
    open_page: Open, scripted: ScriptedTransport, name: str
) -> None:
    app = open_page("forecast")
    before = [metric.value for metric in app.metric]
    answer, words = FAILURES[name]
    scripted.script["*"] = answer
    queries.release_watch().refresh()
    app.run()
    assert not app.exception
    (warning,) = app.warning
    assert words in warning.value
    assert "last good forecast" in warning.value
    assert "just now" in warning.value
    assert [metric.value for metric in app.metric] == before


def test_try_again_reads_the_release_once_the_service_is_back(
    open_page: Open, scripted: ScriptedTransport
) -> None:
    scripted.script["*"] = ServiceSlow("It is slow.")
    app = open_page("forecast")
    scripted.script.clear()
    app.button(key="try_again").click().run()
    assert app.metric
    assert not app.error


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
def test_a_missing_document_leaves_the_rest_of_the_page(
    open_page: Open, scripted: ScriptedTransport, page: str, path: str
) -> None:
    scripted.script[path] = refused(404, "not_in_release")
    app = open_page(page)
    assert not app.exception
    assert "published without it" in page_text(app)
    assert "Open Government Licence" in page_text(app)


@pytest.mark.parametrize(
    ("page", "name"), [("forecast", "history"), ("leaderboard", "scores"), ("data", "data")]
)
def test_a_document_of_another_release_is_requested_again(
    open_page: Open, scripted: ScriptedTransport, page: str, name: str
) -> None:
    """An instance of the function may be a minute behind the others."""
    path = f"/v1/release/{name}"
    right = scripted.fallback.send(Request(path))  # type: ignore[union-attr]
    scripted.script[path] = replace(right, release_id="2022-06-another")
    app = open_page(page)
    assert "new release is going live" in page_text(app)
    scripted.script.clear()
    app.run()
    assert "new release is going live" not in page_text(app)
    assert not app.warning


def test_a_document_without_a_release_id_is_not_shown(
    open_page: Open, scripted: ScriptedTransport
) -> None:
    right = scripted.fallback.send(Request("/v1/release/scores"))  # type: ignore[union-attr]
    scripted.script["/v1/release/scores"] = replace(right, release_id="")
    assert "no header x-release-id" in page_text(open_page("leaderboard"))


@pytest.mark.parametrize("fault", ["a page", "the settings"])
def test_a_fault_of_the_app_shows_no_traceback(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    def wrong(*_: object) -> None:
        raise RuntimeError("secret")

    if fault == "a page":
        monkeypatch.setattr(queries, "history", wrong)
    else:
        monkeypatch.setenv("ENERGY_REFRESH_SECONDS", "secret")
    app = open_page("forecast")
    assert not app.exception
    assert "Something went wrong" in page_text(app)
    assert "secret" not in page_text(app)


def test_a_store_that_cannot_be_opened_is_reported(
    open_page: Open, scripted: ScriptedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.fallback = Local(Settings(store="ftp://somewhere"))
    app = open_page("forecast")
    assert not app.exception
    assert app.error


@pytest.mark.parametrize("code", ["champion_refused", "champion_unreadable"])
def test_a_scenario_that_the_service_cannot_answer_is_reported(
    open_page: Open, scripted: ScriptedTransport, code: str
) -> None:
    open_page("forecast")
    scripted.script["/v1/forecast"] = refused(503, code)
    app = open_page("weather")
    assert not app.exception
    assert "scenarios are not available" in page_text(app)
