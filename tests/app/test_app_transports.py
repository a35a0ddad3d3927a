"""Events of the function, credentials, and the choice of a transport."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from energy.contract import ForecastRequest, Weather
from energy.errors import ChampionNotHere, NotTheContract, ServiceUnreachable
from energy.settings import Settings
from streamlit_app.client.client import Client
from streamlit_app.client.function import Function
from streamlit_app.client.local import Local
from streamlit_app.client.rest import Rest
from streamlit_app.client.transport import Request, choose_transport, http_event, read_result

FORECASTER = "weather_normalised_components"


def test_a_missing_region_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(ServiceUnreachable, match="NoRegionError"):
        Client(Function("energy-forecast")).release()


def test_a_champion_that_cannot_be_loaded_here_is_reported(
    monkeypatch: pytest.MonkeyPatch, made_store: Callable[[str], Path]
) -> None:
    here = Local(Settings(store=str(made_store(FORECASTER))))
    refused = {"statusCode": 503, "body": json.dumps({"error": {"code": "champion_refused"}})}
    monkeypatch.setattr(here._handler, "handle", lambda event: refused)
    monkeypatch.setattr("streamlit_app.client.local.find_spec", lambda name: None)
    with pytest.raises(ChampionNotHere, match="sktime"):
        Client(here).forecast(ForecastRequest(weather=Weather(temperature_change=1.0)))


@pytest.mark.parametrize("result", [None, [], {}, {"statusCode": 200}, {"body": "{}"}])
def test_a_result_without_status_and_body_is_refused(result: object) -> None:
    with pytest.raises(NotTheContract):
        read_result("/v1/release", result)


def test_an_event_is_what_a_gateway_sends() -> None:
    event = http_event(Request("/v1/forecast", {"periods": "3"}))
    assert event["queryStringParameters"] == {"periods": "3"}
    assert "body" not in event
    assert json.loads(http_event(Request("/v1/forecast", body={"a": 1}))["body"]) == {"a": 1}


def test_settings_choose_the_transport() -> None:
    chosen = [
        choose_transport(Settings(api_url="https://api", function="f")),
        choose_transport(Settings(function="f")),
        choose_transport(Settings()),
    ]
    assert [type(transport) for transport in chosen] == [Rest, Function, Local]
