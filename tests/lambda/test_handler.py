"""Two kinds of event, every route, and trouble: each gets its answer, one line, and no more."""

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
from msgspec.structs import replace

from energy.contract import Forecast
from energy.contract.request import MAX_BODY_BYTES
from energy.errors import StoreUnreachable
from energy.releases.bundle import encode_document
from energy.releases.store import Store, open_store
from lambda_handler import routes
from lambda_handler.http import http_answer

ROOT = Path(__file__).parents[2]


def test_direct_and_http_callers_get_the_same(caller: Any) -> None:
    direct = caller.direct({"periods": 3, "coverage": [0.9]})
    assert caller.line["route"] == "direct"
    assert Forecast.from_dict(direct).tier == "table"
    assert caller.http("POST", "/v1/forecast", body={"periods": 3, "coverage": [0.9]}) == (
        200,
        direct,
    )
    assert caller.http("GET", "/v1/forecast", {"periods": "3", "coverage": "0.9"}) == (200, direct)


def test_a_stage_in_the_path_is_none_of_the_route(caller: Any) -> None:
    context = {"http": {"method": "GET"}, "stage": "live"}
    status, _ = caller.http("GET", "/live/v1/health", requestContext=context)
    assert status == 200


def test_bodies_may_be_base64(caller: Any) -> None:
    body = base64.b64encode(b'{"periods": 2}').decode()
    status, found = caller.http("POST", "/v1/forecast", body=body, isBase64Encoded=True)
    assert (status, len(found["months"])) == (200, 2)


def test_the_release_tells_its_lineage(caller: Any) -> None:
    status, found = caller.http("GET", "/v1/release")
    assert status == 200
    assert set(found["lineage"]["vintage"]) == {"ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"}
    assert found["files"]["model.zip"]["sha256"]
    assert (found["months"], found["stale"], found["previous_id"]) == (24, False, None)
    assert found["targets"][0] == "total"
    assert caller.direct({"periods": 1})["release_id"] == found["release_id"]


def test_health(caller: Any) -> None:
    status, found = caller.http("GET", "/v1/health")
    assert status == 200
    assert 0 <= found["age_seconds"] < 86400
    assert (found["status"], found["stale"], found["stale_reason"]) == ("ok", False, None)


def test_the_track_record_is_what_the_store_holds(
    tmp_path: Path, made_store: Callable[[str], Path], call_on: Any
) -> None:
    store = open_store(copied(made_store("theta"), tmp_path))
    caller = call_on(store)
    status, found = caller.http("GET", "/v1/track-record")
    assert (status, found["error"]["code"]) == (404, "no_track_record")
    store.write(
        "track_record.json", encode_document("track_record.json", {"schema": 1, "months": []})
    )
    assert caller.http("GET", "/v1/track-record") == (200, {"schema": 1, "months": []})


@pytest.mark.parametrize("name", ["scores", "folds", "history", "weather", "data"])
def test_documents_of_the_release_are_served_as_published(
    made_store: Callable[[str], Path], call_on: Any, name: str
) -> None:
    root = made_store("theta")
    caller = call_on(open_store(str(root)))
    status, found = caller.http("GET", f"/v1/release/{name}")
    release = caller.line["release_id"]
    published = json.loads((root / "releases" / release / f"{name}.json").read_text("utf-8"))
    assert (status, found) == (200, published)
    assert found["schema"] == 1


@pytest.mark.parametrize(
    "path",
    ["/v1/forecast", "/v1/release", "/v1/release/scores", "/v1/release/data", "/v1/health"],
)
def test_an_answer_tells_in_a_header_which_release_it_is_of(
    made_store: Callable[[str], Path], call_on: Any, path: str
) -> None:
    caller = call_on(open_store(str(made_store("theta"))))
    assert caller.http("GET", path)[0] == 200
    assert caller.headers["x-release-id"] == caller.line["release_id"]


def test_a_refusal_tells_it_too_once_a_release_was_asked(caller: Any) -> None:
    assert caller.http("GET", "/v1/forecast", {"target": "whale_oil"})[0] == 404
    assert caller.headers["x-release-id"] == caller.line["release_id"]
    for path in ("/v1/track-record", "/openapi.json", "/elsewhere"):
        caller.http("GET", path)
        assert "x-release-id" not in caller.headers


def test_a_release_without_a_document_says_so(caller: Any, monkeypatch: Any) -> None:
    caller.http("GET", "/v1/release")
    held = caller.service._reader().current().release
    files = {name: entry for name, entry in held.manifest.files.items() if name != "folds.json"}
    monkeypatch.setattr(held, "manifest", replace(held.manifest, files=files))
    status, found = caller.http("GET", "/v1/release/folds")
    assert (status, found["error"]["code"]) == (404, "not_in_release")
    assert held.manifest.release_id in found["error"]["message"]


@pytest.mark.parametrize("name", ["model", "model.zip", "manifest", "../champion", "fuels"])
def test_no_other_file_can_be_asked_for(caller: Any, name: str) -> None:
    status, found = caller.http("GET", f"/v1/release/{name}")
    assert (status, found["error"]["code"]) == (404, "unknown_route")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/forecast", "GET, POST"),
        ("DELETE", "/v1/forecast", "GET, POST"),
        ("POST", "/v1/health", "GET"),
        ("HEAD", "/openapi.json", "GET"),
    ],
)
def test_wrong_methods_are_told_the_right_ones(
    caller: Any, method: str, path: str, allowed: str
) -> None:
    status, found = caller.http(method, path)
    assert (status, found["error"]["code"]) == (405, "wrong_method")
    assert caller.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/forecast/", "/v1/../champion.json", "/é"])
def test_there_is_nothing_elsewhere(caller: Any, path: str) -> None:
    status, found = caller.http("GET", path)
    assert (status, found["error"]["code"]) == (404, "unknown_route")
    assert caller.line["route"] == "unknown route"


def test_a_body_that_is_too_large(caller: Any) -> None:
    status, found = caller.http("POST", "/v1/forecast", body=" " * (MAX_BODY_BYTES + 1))
    assert (status, found["error"]["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("event", [None, [], "periods", 12, True])
def test_events_that_are_no_objects(caller: Any, event: object) -> None:
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
        nested(989),
    ],
    ids=range(9),
)
def test_deep_and_long_events_are_refused(caller: Any, event: object) -> None:
    """They arrive as they are from direct callers, whose JSON is read by the runtime."""
    assert caller.direct(event)["error"]["code"] != "internal"
    assert 400 <= caller.line["status"] < 500


def test_numbers_that_json_does_not_know_are_refused_when_sent_directly(caller: Any) -> None:
    assert caller.direct({"coverage": [float("nan")]})["error"]["field"] == "coverage[0]"


@pytest.mark.parametrize(
    "event",
    [
        {"version": "2.0", "requestContext": {}},
        {"version": "2.0", "requestContext": {"http": None}, "rawPath": None, "body": None},
        {"version": "2.0", "requestContext": {"http": {"method": None}}, "rawPath": ""},
    ],
)
def test_events_with_nothing_in_them(caller: Any, event: dict[str, Any]) -> None:
    assert caller.direct(event)["statusCode"] == 404


def copied(made: Path, to: Path) -> str:
    shutil.copytree(made, to / "store")
    return str(to / "store")


def release_folder(store: str) -> Path:
    (folder,) = (Path(store) / "releases").iterdir()
    return folder


def test_without_a_release(tmp_path: Path, call_on: Any) -> None:
    caller = call_on(open_store(str(tmp_path)))
    for method, path in (("GET", "/v1/forecast"), ("GET", "/v1/release"), ("GET", "/v1/health")):
        status, found = caller.http(method, path)
        assert (status, found["error"]["code"]) == (503, "no_release")
        assert "champion.json" in found["error"]["message"]
        assert caller.line["level"] == "ERROR"
        assert "champion.json" in caller.line["reason"]
    assert caller.http("GET", "/docs")[0] == 200


@pytest.mark.parametrize("damage", [lambda data: data[:-5], lambda data: data + b" "])
def test_an_altered_champion_is_refused_while_the_table_serves(
    tmp_path: Path,
    made_store: Callable[[str], Path],
    call_on: Any,
    damage: Callable[[bytes], bytes],
) -> None:
    store = copied(made_store("theta"), tmp_path)
    model = release_folder(store) / "model.zip"
    model.write_bytes(damage(model.read_bytes()))
    caller = call_on(open_store(store))
    status, found = caller.http("POST", "/v1/forecast", body={"periods": 36})
    assert (status, found["error"]["code"]) == (503, "file_altered")
    for told in ("model.zip", model.parent.name):
        assert told in found["error"]["message"]
    assert caller.http("POST", "/v1/forecast", body={"periods": 24})[0] == 200


def test_an_altered_table_is_no_release(
    tmp_path: Path, made_store: Callable[[str], Path], call_on: Any
) -> None:
    store = copied(made_store("theta"), tmp_path)
    (release_folder(store) / "forecast.json").write_bytes(b"{}")
    caller = call_on(open_store(store))
    status, found = caller.http("GET", "/v1/forecast")
    assert status == 503
    assert "forecast.json" in found["error"]["message"]
    assert release_folder(store).name in found["error"]["message"]


class Down:
    """A store that stops answering."""

    def __init__(self, store: Store) -> None:
        self.store, self.is_down = store, False

    def __getattr__(self, name: str) -> Any:
        if self.is_down and name in ("read", "read_versioned"):
            raise StoreUnreachable("no answer from s3 (ReadTimeoutError)")
        return getattr(self.store, name)


def test_a_store_that_times_out(made_store: Callable[[str], Path], call_on: Any) -> None:
    store = Down(open_store(str(made_store("theta"))))
    caller = call_on(store)
    assert caller.direct({"periods": 1})["stale"] is False
    store.is_down = True
    found = caller.direct({"periods": 1})
    assert found["stale"] is True
    assert (caller.line["stale"], caller.line["level"]) == (1, "WARNING")
    assert "ReadTimeoutError" in caller.line["stale_reason"]
    status, health = caller.http("GET", "/v1/health")
    assert (status, health["stale"]) == (200, True)
    assert "ReadTimeoutError" in health["stale_reason"]
    status, found = caller.http("GET", "/v1/track-record")
    assert (status, found["error"]["code"]) == (503, "store_unreachable")
    status, found = caller.http("POST", "/v1/forecast", body={"periods": 30})
    assert (status, found["error"]["code"]) == (503, "store_unreachable")
    store.is_down = False
    assert caller.direct({"periods": 1})["stale"] is False


def test_what_nobody_expected_is_an_answer_too(
    caller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a secret")

    with monkeypatch.context() as patch:
        patch.setattr(routes, "predict", fail)
        status, found = caller.http("POST", "/v1/forecast", body={})
        assert (status, found["error"]["code"]) == (500, "internal")
        assert caller.line["reason"].startswith("KeyError at test_handler.py:")
        assert "secret" not in json.dumps([found, caller.line])
    assert caller.direct({"periods": 1})["tier"] == "table"


def test_a_number_that_is_none_is_never_sent(caller: Any) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        http_answer(200, {"mean": float("nan")})


CODE = """
import json, sys
from lambda_handler.app import handler
for event in json.loads(sys.argv[1]):
    print(json.dumps(handler(event, None)))
"""


def run(environment: dict[str, str], *events: object) -> list[str]:
    """What a fresh process prints: a log line and an answer for each event."""
    ran = subprocess.run(
        [sys.executable, "-c", CODE, json.dumps(events)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **environment},
    )
    assert ran.stderr == ""
    return ran.stdout.splitlines()


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"ENERGY_STORE": "ftp://somewhere"}, "scheme"),
        ({"ENERGY_STORE": "/nowhere", "ENERGY_REFRESH_SECONDS": "often"}, "REFRESH_SECONDS"),
        ({"ENERGY_STORE": "/nowhere"}, "champion.json"),
    ],
)
def test_settings_that_cannot_be_used_are_told(environment: dict[str, str], told: str) -> None:
    lines = run(environment, {"periods": 1}, {"periods": 1})
    assert len(lines) == 4
    for text in lines[1::2]:
        assert told in json.loads(text)["error"]["message"]


def test_logs_hold_no_body_key_or_environment(made_store: Callable[[str], Path]) -> None:
    secrets = {"AWS_SECRET_ACCESS_KEY": "hidden-key", "AWS_SESSION_TOKEN": "hidden-token"}
    events = (
        {"periods": 1},
        {"hidden-body": 1},
        {"target": "hidden-body"},
        {"observations": {"hidden-body": 1}},
    )
    lines = run({"ENERGY_STORE": str(made_store("theta")), **secrets}, *events)
    logged = lines[0::2]
    assert "hidden" not in "".join(logged)
    assert [json.loads(line)["cold_start"] for line in logged] == [1, 0, 0, 0]
