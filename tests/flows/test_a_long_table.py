"""Many series of one long table, all that a run leaves on S3: it crashes, is resumed, is read back.

As docs/your-own-series.md and docs/scale.md have it: the same flow and command, other settings.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from flow_runs import PREAMBLE, ROOT, Card, Checkout, Ended, check_out
from hooks import CRASH_ONCE, hooked
from s3_server import S3Server

from energy.contract.panel import PANEL, SeriesForecast
from energy.releases.bundle import verify_release
from energy.releases.promotion import list_decisions
from energy.releases.reader import ReleaseReader
from energy.releases.store import Store, open_store
from lambda_handler.routes import RequestHandler

pytestmark = pytest.mark.e2e

PREFIX = "flows"
SMALL = ("--forecasters", "theta", "--folds", "4", "--horizon", "6")


@dataclass(frozen=True)
class Shops:
    """A run that crashed in refit and was resumed, and what lay on S3 in the end."""

    checkout: Checkout
    crashed: Ended
    run: Ended
    keys: tuple[str, ...]
    url: str
    mlruns: Path


@pytest.fixture(scope="module")
def shops(
    s3: S3Server,
    tmp_path_factory: pytest.TempPathFactory,
    new_database: Callable[[Path], Path],
) -> Shops:
    """The example's; datastore and store are on S3, MLflow's database is elsewhere."""
    folder = tmp_path_factory.mktemp("shops")
    mlruns, url = folder / "elsewhere", f"s3://{s3.bucket}/own/shops"
    new_database(mlruns / "runs.db")
    needs = {name: value for name, value in s3.environment.items() if value}
    needs["METAFLOW_DATASTORE_SYSROOT_S3"] = f"s3://{s3.bucket}/{PREFIX}"
    needs["METAFLOW_S3_WORKER_COUNT"] = "1"  # each is a process that imports boto3
    needs["ENERGY_DATASET"] = "examples/shops/series.toml"
    needs["ENERGY_STORE"] = url
    needs["MLFLOW_TRACKING_URI"] = f"sqlite:///{mlruns}/runs.db"
    checkout = hooked(check_out(folder, **needs), CRASH_ONCE)
    shutil.copytree(ROOT / "examples", checkout.root / "examples")
    crashed = checkout.flow("--datastore", "s3", "run", "--target", "all", *SMALL)
    ended = checkout.flow("--datastore", "s3", "resume").good()
    client = boto3.client(
        "s3",
        endpoint_url=s3.endpoint,
        aws_access_key_id=s3.access_key,
        aws_secret_access_key=s3.secret_key,
        region_name="us-east-1",
    )
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=s3.bucket, Prefix=PREFIX)
    keys = tuple(one["Key"] for page in pages for one in page.get("Contents", []))
    return Shops(checkout, crashed, ended, keys, url, mlruns)


@pytest.fixture(scope="module")
def store(shops: Shops, s3: S3Server) -> Iterator[Store]:
    with pytest.MonkeyPatch.context() as patch:
        s3.use(patch)
        yield open_store(shops.url)


@pytest.fixture(scope="module")
def ask(store: Store) -> Any:
    reader = ReleaseReader(store, 60.0)
    return RequestHandler(lambda: reader).handle


def test_a_run_that_crashed_is_resumed_from_s3(shops: Shops) -> None:
    assert shops.crashed.tasks == ["start", "backtest", "backtest", "select", "refit"]
    assert shops.crashed.code != 0
    last = shops.crashed.stderr.splitlines()[-1]
    assert last == "error: step refit: RuntimeError: out of luck (traceback above)"
    assert "Traceback" in shops.crashed.stdout + shops.crashed.stderr
    assert sorted(shops.run.tasks) == ["close", "end", "leaderboard", "publish", "refit"]
    assert PREAMBLE.fullmatch(shops.run.stderr), shops.run.stderr


def test_what_the_steps_keep_is_on_s3_and_not_here(shops: Shops) -> None:
    """All but a run's metadata, which a service would keep."""
    kept = shops.checkout.root / ".metaflow"
    assert not (kept / "TrainFlow" / "data").exists()
    assert not (kept / "mf.cards").exists()
    assert [key for key in shops.keys if key.startswith(f"{PREFIX}/TrainFlow/data/")]
    pages = [key for key in shops.keys if key.endswith(".html")]
    assert {key.split("/steps/")[1].split("/")[0] for key in pages} == {"leaderboard", "publish"}


def test_it_publishes_to_s3_and_is_tracked_where_mlflow_keeps_its_runs(shops: Shops) -> None:
    assert f"Release    {shops.url}/releases/{shops.run.release_id}\n" in shops.run.closing
    assert not shops.checkout.store.exists()
    assert not (shops.checkout.root / "mlruns").exists()
    assert list(shops.mlruns.rglob("leaderboard.png"))
    assert "models:/shops-town 1@champion is version 1" in shops.run.closing


def test_both_cards_are_read_back_from_s3_and_have_no_secret(shops: Shops, s3: S3Server) -> None:
    """By `make cards`: a run knows where its cards are."""
    shops.checkout.python("-m", "scripts.dev.save_cards", "--no-open").good()
    for name, words in (
        ("leaderboard", ("# Leaderboard",)),
        ("release", ("# Sales of the baker's shops", "Other series", "harbour")),
    ):
        text = Card.of(shops.checkout.root / "cards" / f"{name}.html").text
        assert [word for word in words if word not in text] == []
        assert s3.secret_key not in text
    for ended in (shops.crashed, shops.run):
        assert s3.secret_key not in ended.stdout + ended.stderr


def test_one_release_has_all_series_and_the_gate_checked_them(shops: Shops, store: Store) -> None:
    assert "town 1 and 11 other series: 144 months to 2024-12" in shops.crashed.stdout
    words = shops.run.closing
    assert words.startswith("\nChampion   theta for town 1\n")
    assert "Series     10 other series are forecast, 8 of them by a champion" in words
    manifest = verify_release(store, shops.run.release_id)
    assert {PANEL, "panel-000.json"} <= set(manifest.files)
    (decision,) = list_decisions(store)
    assert {"panel_whole", "panel_coverage"} <= {check.name for check in decision.checks}
    assert list(manifest.lineage.vintage) == ["shops.csv"]


def test_every_series_is_answered_by_name(ask: Any) -> None:
    for name in ("town 1", "seaside 3", "station"):
        found = ask({"target": name, "periods": 3})
        assert (found["target"], found["unit"], found["tier"]) == (name, "thousand", "table")
        for row in found["months"]:
            low, high = row["intervals"][0]["lower"], row["intervals"][0]["upper"]
            assert low < row["mean"] < high


def test_what_each_was_made_from_is_served(ask: Any) -> None:
    http = {"method": "GET", "path": "/v1/release/series"}
    event = {"version": "2.0", "rawPath": http["path"], "requestContext": {"http": http}}
    answer = ask({**event, "queryStringParameters": {"target": "station"}})
    assert answer["statusCode"] == 200
    found = SeriesForecast.from_dict(json.loads(answer["body"]))
    assert (found.name, found.cutoff, len(found.history)) == ("station", "2024-12", 24)
    assert found.note == "too short to be judged"


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ({"target": "harbour"}, "series_left_out", "4 months; 13 are the fewest"),
        ({"target": "mill"}, "unknown_target", "mill"),
        ({"target": "station", "observations": {"2025-01": 20.0}}, "table_alone", "station"),
    ],
)
def test_what_no_table_has_is_refused(ask: Any, body: dict[str, Any], code: str, text: str) -> None:
    error = ask(body)["error"]
    assert error["code"] == code
    assert text in error["message"]
