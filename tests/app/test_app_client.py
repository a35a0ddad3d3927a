"""One client, three transports: each puts the same questions and brings back the same answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from contract_server import Scripted, contract_server

from energy.contract import ForecastRequest, Weather
from energy.errors import (
    AnotherRelease,
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
from streamlit_app.client import Answer, Client
from streamlit_app.client.answers import Question
from streamlit_app.client.function import Function
from streamlit_app.client.local import Local
from streamlit_app.client.rest import Rest

FORECASTER = "weather_normalised_components"


@pytest.fixture(scope="module")
def behind(made_store: Callable[[str], Path]) -> Scripted:
    """The service that answers, whoever carries the question."""
    return Scripted(Local(Settings(store=str(made_store(FORECASTER)), refresh_seconds=600)))


@pytest.fixture(scope="module")
def failing() -> dict[str, Any]:
    return {}


@pytest.fixture(scope="module")
def url(behind: Scripted, failing: dict[str, Any]) -> Iterator[str]:
    with contract_server(behind, failing) as found:
        yield found


def function(url: str, read_seconds: float = 20.0) -> Function:
    waits = Config(read_timeout=read_seconds, connect_timeout=1, retries={"total_max_attempts": 1})
    given = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    made = boto3.client("lambda", endpoint_url=url, region_name="us-east-1", config=waits, **given)
    return Function("energy-forecast:live", made, read_seconds)


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, behind: Scripted, failing: dict[str, Any]) -> None:
    """No proxy, and no script left from another test."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    behind.script.clear()
    behind.asked.clear()
    failing.clear()


@pytest.fixture(params=["rest", "function", "local"])
def client(request: pytest.FixtureRequest, url: str, behind: Scripted) -> Client:
    made = {"rest": lambda: Rest(url), "function": lambda: function(url), "local": lambda: behind}
    return Client(made[request.param]())


def test_it_tells_what_is_in_service(client: Client, made_store: Callable[[str], Path]) -> None:
    store = open_store(str(made_store(FORECASTER)))
    pointer = read_champion(store)
    assert pointer
    found = client.release()
    assert found.manifest == read_manifest(store, pointer.release_id)
    assert (found.promoted_at, found.reason) == (pointer.promoted_at, pointer.reason)
    assert (found.targets, found.months, found.stale) == (("total",), 24, False)


def test_it_brings_the_published_table(
    client: Client, behind: Scripted, made_store: Callable[[str], Path]
) -> None:
    store = open_store(str(made_store(FORECASTER)))
    pointer = read_champion(store)
    assert pointer
    table = read_table(store, read_manifest(store, pointer.release_id))
    found = client.forecast(ForecastRequest(periods=24))
    assert behind.asked[-1].method == "GET"
    assert found.tier == "table"
    assert [(row.month, row.mean) for row in found.months] == [
        (row.month, pytest.approx(row.mean, abs=1e-9)) for row in table.months
    ]


def test_it_asks_for_months_and_coverages(client: Client) -> None:
    asked = ForecastRequest(months=("2022-12", "2023-01"), coverage=(0.5, 0.9))
    found = client.forecast(asked)
    assert [row.month for row in found.months] == ["2022-12", "2023-01"]
    assert [one.coverage for one in found.months[0].intervals] == [0.5, 0.9]


def test_it_asks_the_champion_about_the_weather(client: Client, behind: Scripted) -> None:
    asked = ForecastRequest(months=("2023-01",), weather=Weather(temperature_change=-2.0))
    found = client.forecast(asked)
    assert behind.asked[-1].method == "POST"
    assert (found.tier, found.months[0].weather) == ("champion", "given")
    assert (
        found.months[0].mean > client.forecast(ForecastRequest(months=("2023-01",))).months[0].mean
    )


def test_it_brings_every_document(client: Client) -> None:
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
    ("asked", "status", "code", "field"),
    [
        (ForecastRequest(target="whale_oil"), 404, "unknown_target", "target"),
        (ForecastRequest(months=("2050-01",)), 422, "not_allowed", "months[0]"),
        (
            ForecastRequest(weather=Weather(temperature_change=50.0)),
            422,
            "not_allowed",
            "weather.temperature_change",
        ),
    ],
)
def test_a_refusal_keeps_its_code_and_field(
    client: Client, asked: ForecastRequest, status: int, code: str, field: str
) -> None:
    with pytest.raises(ServiceRefused) as caught:
        client.forecast(asked)
    found = caught.value
    assert (found.status, found.code, found.field) == (status, code, field)
    assert code in str(found)


def test_a_track_record_that_is_not_there_yet_is_told_by_its_code(client: Client) -> None:
    with pytest.raises(ServiceRefused) as caught:
        client.track_record()
    assert caught.value.code == "no_track_record"


WHOLE = {"release_id": "r", "created_at": "2026-11-25T00:00:00Z", "target": "total"}
WHOLE |= {"unit": "Mtoe", "cutoff": "2022-07", "forecaster": "theta", "tier": "table"}
WHOLE |= {"stale": False}
MONTH = {"month": "2022-08", "horizon": 1, "mean": 12.0, "weather": "expected"}
MONTH |= {"intervals": [{"coverage": 0.8, "lower": 11.0, "upper": 13.0}]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[1, 2]",
        '{"release_id": "2022',
        json.dumps(WHOLE),
        json.dumps({**WHOLE, "months": []}),
        json.dumps({**WHOLE, "months": [{"month": "2022-08"}]}),
        json.dumps({**WHOLE, "months": [{**MONTH, "mean": None}]}),
        json.dumps({**WHOLE, "months": [{**MONTH, "mean": float("nan")}]}),
        json.dumps({**WHOLE, "months": [{**MONTH, "month": "soon"}]}),
        json.dumps({**WHOLE, "months": [{**MONTH, "intervals": [{"lower": 1.0}]}]}),
        json.dumps({**WHOLE, "months": [MONTH], "more": "than promised"}),
    ],
)
def test_half_an_answer_is_no_answer(client: Client, behind: Scripted, text: str) -> None:
    behind.script["/v1/forecast"] = Answer(200, text)
    with pytest.raises(NotTheContract, match="/v1/forecast"):
        client.forecast(ForecastRequest())


@pytest.mark.parametrize(
    "path", ["/v1/release", "/v1/release/scores", "/v1/release/data", "/v1/release/folds"]
)
def test_an_empty_document_is_none(client: Client, behind: Scripted, path: str) -> None:
    behind.script[path] = Answer(200, "{}")
    ask = {"release": client.release, "scores": client.scores, "data": client.data}
    with pytest.raises(NotTheContract):
        ask.get(path.rpartition("/")[2], client.folds)()


@pytest.mark.parametrize("answer", [Answer(500, "<html>"), Answer(503, '{"message": "no"}')])
def test_what_a_gateway_says_is_told_from_the_contract(
    client: Client, behind: Scripted, answer: Answer
) -> None:
    behind.script["/v1/release"] = answer
    with pytest.raises(ServiceFailed):
        client.release()


def test_it_does_not_wait_for_ever(url: str, behind: Scripted) -> None:
    behind.script["/v1/release"] = 0.6
    for transport in (Rest(url, read_seconds=0.1), function(url, 0.1)):
        with pytest.raises(ServiceSlow, match=r"0\.1 seconds"):
            Client(transport).release()


def test_nobody_there_is_told(url: str) -> None:
    with contract_server(Scripted(None), {}) as gone:
        pass
    for transport in (Rest(gone), function(gone)):
        with pytest.raises(ServiceUnreachable):
            Client(transport).release()


def test_a_gateway_that_hiccups_is_asked_once_more(url: str, behind: Scripted) -> None:
    behind.script["/v1/release"] = Answer(502, "")
    with pytest.raises(ServiceFailed):
        Client(Rest(url)).release()
    assert len(behind.asked) == 2


def test_a_function_that_breaks_is_told_by_kind_alone(url: str, failing: dict[str, Any]) -> None:
    failing |= {"errorType": "Runtime.ExitError", "errorMessage": "secret"}
    with pytest.raises(ServiceFailed, match=r"Runtime\.ExitError") as caught:
        Client(function(url)).release()
    assert "secret" not in str(caught.value)


def test_every_answer_tells_which_release_it_is_of(client: Client) -> None:
    held = client.release().release_id
    for path in ("/v1/forecast", "/v1/release", "/v1/release/scores", "/v1/health"):
        assert client.transport.ask(Question(path)).release_id == held
    assert client.transport.ask(Question("/v1/track-record")).release_id == ""
    assert client.history(held).size == client.history().size
    for ask in (client.scores, client.history, client.weather, client.folds, client.data):
        with pytest.raises(AnotherRelease, match=f"Release {held} answered"):
            ask("2022-06-another")
    with pytest.raises(AnotherRelease):
        client.forecast(ForecastRequest(), "2022-06-another")
    with pytest.raises(AnotherRelease):  # not a refusal, which may be of that release alone
        client.forecast(ForecastRequest(target="whale_oil"), "2022-06-another")
