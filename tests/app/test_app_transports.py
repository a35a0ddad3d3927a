"""What is each transport's own: events and what comes of them, credentials, who is chosen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from energy.contract import ForecastRequest, Weather
from energy.errors import ChampionNotHere, NotTheContract, ServiceUnreachable
from energy.settings import Settings
from streamlit_app.client import Client, choose
from streamlit_app.client.answers import Question, from_event, http_event
from streamlit_app.client.function import Function
from streamlit_app.client.local import Local
from streamlit_app.client.rest import Rest

FORECASTER = "weather_normalised_components"


def test_without_region_or_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(ServiceUnreachable, match="NoRegionError"):
        Client(Function("energy-forecast")).release()


def test_a_champion_that_cannot_be_loaded_here_is_told(
    monkeypatch: pytest.MonkeyPatch, made_store: Callable[[str], Path]
) -> None:
    here = Local(Settings(store=str(made_store(FORECASTER))))
    refused = {"statusCode": 503, "body": json.dumps({"error": {"code": "champion_refused"}})}
    monkeypatch.setattr(here._service, "handle", lambda event: refused)
    monkeypatch.setattr("streamlit_app.client.local.find_spec", lambda name: None)
    with pytest.raises(ChampionNotHere, match="sktime"):
        Client(here).forecast(ForecastRequest(weather=Weather(temperature_change=1.0)))


@pytest.mark.parametrize("result", [None, [], {}, {"statusCode": 200}, {"body": "{}"}])
def test_an_event_that_is_no_answer_is_none(result: object) -> None:
    with pytest.raises(NotTheContract):
        from_event("/v1/release", result)


def test_an_event_holds_what_a_gateway_would_send() -> None:
    event = http_event(Question("/v1/forecast", {"periods": "3"}))
    assert event["queryStringParameters"] == {"periods": "3"}
    assert "body" not in event
    assert json.loads(http_event(Question("/v1/forecast", body={"a": 1}))["body"]) == {"a": 1}


def test_settings_choose_who_is_asked() -> None:
    chosen = [
        choose(Settings(api_url="https://api", function="f")),
        choose(Settings(function="f")),
        choose(Settings()),
    ]
    assert [type(one) for one in chosen] == [Rest, Function, Local]
