"""One client, three transports: each sends the same requests and returns the same answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from scripted_service import ScriptedTransport, serve

from energy.contract import ForecastRequest, Weather
from energy.errors import (
    AnotherRelease,
    ChampionNotHere,
    NotTheContract,
    ServiceFailed,
    ServiceRefused,
    ServiceSlow,
    ServiceUnreachable,
)
from energy.releases.bundle import read_manifest, read_table
from energy.releases.reader import read_champion
from energy.releases.store import open_store
from energy.settings import Settings
from streamlit_app.client import choose_transport
from streamlit_app.client.client import Client
from streamlit_app.client.function import Function
from streamlit_app.client.local import Local
from streamlit_app.client.rest import Rest
from streamlit_app.client.transport import (
    Request,
    Response,
    http_event,
    read_result,
)

FORECASTER = "weather_normalised_components"


@pytest.fixture(scope="module")
def fallback(made_store: Callable[[str], Path]) -> ScriptedTransport:
    """The service behind every transport."""
    return ScriptedTransport(
        Local(Settings(store=str(made_store(FORECASTER)), refresh_seconds=600))
    )


@pytest.fixture(scope="module")
def failing() -> dict[str, Any]:
    return {}


@pytest.fixture(scope="module")
def url(fallback: ScriptedTransport, failing: dict[str, Any]) -> Iterator[str]:
    with serve(fallback, failing) as served:
        yield served


def function(url: str, read_seconds: float = 20.0) -> Function:
    waits = Config(read_timeout=read_seconds, connect_timeout=1, retries={"total_max_attempts": 1})
    given = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    made = boto3.client("lambda", endpoint_url=url, region_name="us-east-1", config=waits, **given)
    return Function("energy-forecast:live", made, read_seconds)


@pytest.fixture(autouse=True)
def _plain(
    monkeypatch: pytest.MonkeyPatch, fallback: ScriptedTransport, failing: dict[str, Any]
) -> None:
    """No proxy, and no script of an earlier test."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fallback.script.clear()
    fallback.requests.clear()
    failing.clear()


@pytest.fixture(params=["rest", "function", "local"])
def client(request: pytest.FixtureRequest, url: str, fallback: ScriptedTransport) -> Client:
    made = {"rest": lambda: Rest(url), "function": lambda: function(url), "local": lambda: fallback}
    return Client(made[request.param]())


def test_the_live_release_is_described(client: Client, made_store: Callable[[str], Path]) -> None:
    store = open_store(str(made_store(FORECASTER)))
    pointer = read_champion(store)
    assert pointer
    answer = client.release()
    assert answer.manifest == read_manifest(store, pointer.release_id)
    assert (answer.promoted_at, answer.reason) == (pointer.promoted_at, pointer.reason)
    assert (answer.targets, answer.months, answer.stale) == (("total",), 24, False)


def test_the_published_table_comes_by_get(
    client: Client, fallback: ScriptedTransport, made_store: Callable[[str], Path]
) -> None:
    store = open_store(str(made_store(FORECASTER)))
    pointer = read_champion(store)
    assert pointer
    table = read_table(store, read_manifest(store, pointer.release_id))
    answer = client.forecast(ForecastRequest(periods=24))
    assert fallback.requests[-1].method == "GET"
    assert answer.tier == "table"
    assert [(row.month, row.mean) for row in answer.months] == [
        (row.month, pytest.approx(row.mean, abs=1e-9)) for row in table.months
    ]
    months = ("2022-12", "2023-01")
    answer = client.forecast(ForecastRequest(months=months, coverage=(0.5, 0.9)))
    assert tuple(row.month for row in answer.months) == months
    assert [interval.coverage for interval in answer.months[0].intervals] == [0.5, 0.9]


def test_weather_is_posted_to_the_champion(client: Client, fallback: ScriptedTransport) -> None:
    months = ("2023-01",)
    colder = Weather(temperature_change=-2.0)
    answer = client.forecast(ForecastRequest(months=months, weather=colder))
    assert fallback.requests[-1].method == "POST"
    assert (answer.tier, answer.months[0].weather) == ("champion", "given")
    expected = client.forecast(ForecastRequest(months=months))
    assert answer.months[0].mean > expected.months[0].mean


def test_every_document_is_read(client: Client) -> None:
    scores = client.scores()
    assert scores.ranked[0].forecaster == FORECASTER
    assert FORECASTER in scores.why
    assert str(client.history().index[-1]) == "2022-07"
    assert client.weather().log
    assert list(client.folds()) == [FORECASTER]
    data = client.data()
    assert {"total", "coal", "degree_days"} <= set(data.columns)
    assert data.frame["total"].loc["2022-07"] == client.history().iloc[-1]
    assert data.about["licence"] == "Open Government Licence v3.0"


@pytest.mark.parametrize(
    ("forecast_request", "code", "field"),
    [
        (ForecastRequest(target="whale_oil"), "unknown_target", "target"),
        (ForecastRequest(months=("2050-01",)), "not_allowed", "months[0]"),
    ],
)
def test_a_refusal_keeps_its_code_and_field(
    client: Client, forecast_request: ForecastRequest, code: str, field: str
) -> None:
    with pytest.raises(ServiceRefused) as caught:
        client.forecast(forecast_request)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert code in str(caught.value)


FORECAST = {"release_id": "r", "created_at": "2026-11-25T00:00:00Z", "target": "total"}
FORECAST |= {"unit": "Mtoe", "cutoff": "2022-07", "forecaster": "theta", "tier": "table"}
FORECAST |= {"stale": False}
MONTH = {"month": "2022-08", "horizon": 1, "mean": 12.0, "weather": "expected"}
MONTH |= {"intervals": [{"coverage": 0.8, "lower": 11.0, "upper": 13.0}]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[1, 2]",
        '{"release_id": "2022',
        json.dumps(FORECAST),
        json.dumps({**FORECAST, "months": []}),
        json.dumps({**FORECAST, "months": [{"month": "2022-08"}]}),
        json.dumps({**FORECAST, "months": [{**MONTH, "mean": None}]}),
        json.dumps({**FORECAST, "months": [{**MONTH, "mean": float("nan")}]}),
        json.dumps({**FORECAST, "months": [{**MONTH, "month": "soon"}]}),
        json.dumps({**FORECAST, "months": [{**MONTH, "intervals": [{"lower": 1.0}]}]}),
        json.dumps({**FORECAST, "months": [MONTH], "more": "than the contract"}),
    ],
)
def test_an_incomplete_forecast_is_refused(
    client: Client, fallback: ScriptedTransport, text: str
) -> None:
    fallback.script["/v1/forecast"] = Response(200, text)
    with pytest.raises(NotTheContract, match="/v1/forecast"):
        client.forecast(ForecastRequest())


def test_an_empty_document_is_refused(client: Client, fallback: ScriptedTransport) -> None:
    fallback.script["*"] = Response(200, "{}")
    for query in (client.release, client.scores, client.data, client.folds, client.panel):
        with pytest.raises(NotTheContract):
            query()
    history = '{"schema": 1, "unit": "Mtoe", "first_month": "2001-01", "values": [1.0, NaN]}'
    fallback.script["*"] = Response(200, history)
    with pytest.raises(NotTheContract):
        client.history()


@pytest.mark.parametrize("answer", [Response(500, "<html>"), Response(503, '{"message": "no"}')])
def test_a_gateway_s_own_error_is_not_the_contract_s(
    client: Client, fallback: ScriptedTransport, answer: Response
) -> None:
    fallback.script["/v1/release"] = answer
    with pytest.raises(ServiceFailed):
        client.release()


def test_responses_have_a_time_limit(url: str, fallback: ScriptedTransport) -> None:
    fallback.script["/v1/release"] = 0.6
    for transport in (Rest(url, read_seconds=0.1), function(url, 0.1)):
        with pytest.raises(ServiceSlow, match=r"0\.1 seconds"):
            Client(transport).release()


def test_a_missing_service_is_reported(url: str) -> None:
    with serve(ScriptedTransport(None), {}) as gone:
        pass
    for transport in (Rest(gone), function(gone)):
        with pytest.raises(ServiceUnreachable):
            Client(transport).release()


def test_a_gateway_error_is_retried_once(url: str, fallback: ScriptedTransport) -> None:
    fallback.script["/v1/release"] = Response(502, "")
    with pytest.raises(ServiceFailed):
        Client(Rest(url)).release()
    assert len(fallback.requests) == 2


def test_a_broken_function_is_reported_by_error_type_alone(
    url: str, failing: dict[str, Any]
) -> None:
    failing |= {"errorType": "Runtime.ExitError", "errorMessage": "secret"}
    with pytest.raises(ServiceFailed, match=r"Runtime\.ExitError") as caught:
        Client(function(url)).release()
    assert "secret" not in str(caught.value)


def test_a_response_of_another_release_is_refused(client: Client) -> None:
    live = client.release().release_id
    for path in ("/v1/forecast", "/v1/release", "/v1/release/scores", "/v1/health"):
        assert client.transport.send(Request(path)).release_id == live
    assert client.transport.send(Request("/v1/track-record")).release_id == ""
    assert client.history(live).size == client.history().size
    for ask in (client.scores, client.history, client.weather, client.folds, client.data):
        with pytest.raises(AnotherRelease, match=f"Release {live} answered"):
            ask("2022-06-another")
    with pytest.raises(AnotherRelease):
        client.forecast(ForecastRequest(), "2022-06-another")
    with pytest.raises(AnotherRelease):  # not a refusal, which may be of that release alone
        client.forecast(ForecastRequest(target="whale_oil"), "2022-06-another")


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
