"""Direct and HTTP events, routes and failures: each has an answer and a single log line.

The answers to valid events are frozen in tests/golden.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mortal_store import Hooked
from msgspec.structs import replace

from energy.contract import Forecast
from energy.errors import StoreUnreachable
from energy.releases.store import open_store
from lambda_handler import routes
from lambda_handler.http import http_answer

ROOT = Path(__file__).parents[2]


def test_direct_and_http_callers_get_the_same(caller: Any) -> None:
    body = {"periods": 3, "coverage": [0.9]}
    direct = caller.direct(body)
    assert caller.line["route"] == "direct"
    assert Forecast.from_dict(direct).tier == "table"
    assert caller.http("POST", "/v1/forecast", body=body) == (200, direct)
    assert caller.http("GET", "/v1/forecast", {"periods": "3", "coverage": "0.9"}) == (200, direct)


def test_a_stage_is_not_part_of_the_route(caller: Any) -> None:
    context = {"http": {"method": "GET"}, "stage": "live"}
    assert caller.http("GET", "/live/v1/health", requestContext=context)[0] == 200


def test_a_body_may_be_base64(caller: Any) -> None:
    body = base64.b64encode(b'{"periods": 2}').decode()
    status, answer = caller.http("POST", "/v1/forecast", body=body, isBase64Encoded=True)
    assert (status, len(answer["months"])) == (200, 2)


def test_a_header_names_the_release_that_was_read(caller: Any) -> None:
    for query, status in (({"periods": "1"}, 200), ({"target": "whale_oil"}, 404)):
        assert caller.http("GET", "/v1/forecast", query)[0] == status
        assert caller.headers["x-release-id"] == caller.line["release_id"]
    for path in ("/v1/track-record", "/openapi.json", "/elsewhere"):
        caller.http("GET", path)
        assert "x-release-id" not in caller.headers


def test_a_document_may_be_missing_in_the_release(caller: Any, monkeypatch: Any) -> None:
    caller.http("GET", "/v1/release")
    release = caller.service._reader().current().release
    files = {name: entry for name, entry in release.manifest.files.items() if name != "folds.json"}
    monkeypatch.setattr(release, "manifest", replace(release.manifest, files=files))
    assert caller.error("GET", "/v1/release/folds") == (404, "not_in_release")
    assert release.manifest.release_id in caller.message


FILES = ("model", "model.zip", "manifest", "../champion", "fuels")


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/forecast/", "/v1/../champion.json", "/é"]
    + [f"/v1/release/{name}" for name in FILES],
)
def test_other_paths_are_not_found(caller: Any, path: str) -> None:
    assert caller.error("GET", path) == (404, "unknown_route")
    assert caller.line["route"] == "unknown route"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "/v1/forecast", "GET, POST"), ("HEAD", "/openapi.json", "GET")],
)
def test_a_wrong_method_is_answered_with_the_allowed_ones(
    caller: Any, method: str, path: str, allowed: str
) -> None:
    assert caller.error(method, path) == (405, "wrong_method")
    assert caller.headers["allow"] == allowed


@pytest.mark.parametrize("event", [None, [], "periods", 12, True])
def test_an_event_that_is_not_an_object_is_rejected(caller: Any, event: object) -> None:
    assert caller.direct(event)["error"]["code"] == "not_an_object"
    assert caller.line["status"] == 400


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "event",
    [
        {"periods": nested(989)},
        {"weather": {"degree_days": nested(989)}},
        {"observations": {"2022-08": nested(989)}},
        {"nonsense": nested(989)},
        {"months": [10**400]},
        {"periods": 10**400},
        {"coverage": [10**5000]},
        {"weather": {"year": 10**5000}},
        {"coverage": [float("nan")]},
        nested(989),
    ],
    ids=range(10),
)
def test_deep_and_long_events_are_rejected(caller: Any, event: object) -> None:
    """The runtime parses the JSON of direct callers, so these arrive as they are."""
    assert caller.direct(event)["error"]["code"] != "internal"
    assert 400 <= caller.line["status"] < 500


@pytest.mark.parametrize(
    "event",
    [
        {"version": "2.0", "requestContext": {}},
        {"version": "2.0", "requestContext": {"http": None}, "rawPath": None, "body": None},
        {"version": "2.0", "requestContext": {"http": {"method": None}}, "rawPath": ""},
    ],
)
def test_an_event_without_a_route_is_not_found(caller: Any, event: dict[str, Any]) -> None:
    assert caller.direct(event)["statusCode"] == 404


@pytest.fixture
def store_copy(tmp_path: Path, made_store: Callable[[str], Path]) -> Path:
    return Path(shutil.copytree(made_store("theta"), tmp_path / "store"))


def release_folder(store: Path) -> Path:
    (folder,) = (store / "releases").iterdir()
    return folder


def test_without_a_release(tmp_path: Path, call_on: Any) -> None:
    caller = call_on(open_store(str(tmp_path)))
    for path in ("/v1/forecast", "/v1/release", "/v1/health"):
        assert caller.error("GET", path) == (503, "no_release")
        assert "champion.json" in caller.message
        assert caller.line["level"] == "ERROR"
        assert "champion.json" in caller.line["reason"]
    assert caller.http("GET", "/docs")[0] == 200


@pytest.mark.parametrize("damage", [lambda data: data[:-5], lambda data: data + b" "])
def test_an_altered_model_is_rejected_while_the_table_serves(
    store_copy: Path, call_on: Any, damage: Callable[[bytes], bytes]
) -> None:
    model = release_folder(store_copy) / "model.zip"
    model.write_bytes(damage(model.read_bytes()))
    caller = call_on(open_store(str(store_copy)))
    error = caller.error("POST", "/v1/forecast", body={"periods": 36})
    assert error == (503, "file_altered")
    assert "model.zip" in caller.message
    assert model.parent.name in caller.message
    assert caller.http("POST", "/v1/forecast", body={"periods": 24})[0] == 200


def test_an_altered_table_is_not_served(store_copy: Path, call_on: Any) -> None:
    (release_folder(store_copy) / "forecast.json").write_bytes(b"{}")
    caller = call_on(open_store(str(store_copy)))
    assert caller.error("GET", "/v1/forecast")[0] == 503
    assert "forecast.json" in caller.message
    assert release_folder(store_copy).name in caller.message


def test_a_store_that_times_out(made_store: Callable[[str], Path], call_on: Any) -> None:
    down = False

    def read() -> None:
        if down:
            raise StoreUnreachable("no answer from s3 (ReadTimeoutError)")

    caller = call_on(Hooked(open_store(str(made_store("theta"))), read=read, read_versioned=read))
    assert caller.direct({"periods": 1})["stale"] is False
    down = True
    assert caller.direct({"periods": 1})["stale"] is True
    assert (caller.line["stale"], caller.line["level"]) == (1, "WARNING")
    assert "ReadTimeoutError" in caller.line["stale_reason"]
    status, health = caller.http("GET", "/v1/health")
    assert (status, health["stale"]) == (200, True)
    assert "ReadTimeoutError" in health["stale_reason"]
    assert caller.error("GET", "/v1/track-record") == (503, "store_unreachable")
    error = caller.error("POST", "/v1/forecast", body={"periods": 30})
    assert error == (503, "store_unreachable")
    down = False
    assert caller.direct({"periods": 1})["stale"] is False


def test_an_unexpected_error_is_answered_without_its_message(
    caller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a secret")

    with monkeypatch.context() as patch:
        patch.setattr(routes, "predict", fail)
        assert caller.error("POST", "/v1/forecast", body={}) == (500, "internal")
        assert caller.line["reason"].startswith("KeyError at test_handler.py:")
        assert "secret" not in json.dumps([caller.message, caller.line])
    assert caller.direct({"periods": 1})["tier"] == "table"


def test_not_a_number_is_never_sent() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        http_answer(200, {"mean": float("nan")})


CODE = """
import json, sys
from lambda_handler.app import handler
for event in json.loads(sys.argv[1]):
    print(json.dumps(handler(event, None)))
"""


def run(environment: dict[str, str], *events: object) -> list[str]:
    """Output of a new process: a log line and an answer for each event."""
    process = subprocess.run(
        [sys.executable, "-c", CODE, json.dumps(events)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **environment},
    )
    assert process.stderr == ""
    return process.stdout.splitlines()


@pytest.mark.parametrize(
    ("environment", "fact"),
    [
        ({"ENERGY_STORE": "ftp://somewhere"}, "scheme"),
        ({"ENERGY_STORE": "/nowhere", "ENERGY_REFRESH_SECONDS": "often"}, "REFRESH_SECONDS"),
        ({"ENERGY_STORE": "/nowhere"}, "champion.json"),
    ],
)
def test_invalid_settings_are_reported(environment: dict[str, str], fact: str) -> None:
    lines = run(environment, {"periods": 1}, {"periods": 1})
    assert len(lines) == 4
    for text in lines[1::2]:
        assert fact in json.loads(text)["error"]["message"]


def test_logs_have_no_body_and_no_credentials(made_store: Callable[[str], Path]) -> None:
    secrets = {"AWS_SECRET_ACCESS_KEY": "hidden-key", "AWS_SESSION_TOKEN": "hidden-token"}
    bodies = ({"hidden-body": 1}, {"target": "hidden-body"}, {"observations": {"hidden-body": 1}})
    environment = {"ENERGY_STORE": str(made_store("theta")), **secrets}
    logged = run(environment, {"periods": 1}, *bodies)[0::2]
    assert "hidden" not in "".join(logged)
    assert [json.loads(line)["cold_start"] for line in logged] == [1, 0, 0, 0]
