"""Many series of one long table, artifacts and cards on S3: it fails, is resumed, is read back.

As docs/your-own-series.md and docs/scale.md have it: the same flow and command, other settings.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from flow_runs import PREAMBLE, ROOT, Card, Checkout, Ended, check_out
from hooks import REFUSE_REFIT_ONCE, hooked
from s3_server import S3Server

from energy.contract.panel import PANEL
from energy.releases.bundle import verify
from energy.releases.decisions import decisions
from energy.releases.reading import ReleaseReader
from energy.releases.store import open_store
from lambda_handler.service import Service

pytestmark = pytest.mark.e2e

PREFIX = "flows"
SMALL = ("--forecasters", "theta", "--folds", "4", "--horizon", "6")


@dataclass(frozen=True)
class Shops:
    """A run that failed in refit and was resumed, and what lay on S3 in the end."""

    checkout: Checkout
    refused: Ended
    run: Ended
    keys: tuple[str, ...]


@pytest.fixture(scope="module")
def shops(s3: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Shops:
    """The example's; only the datastore is another."""
    folder = tmp_path_factory.mktemp("shops")
    needs = {name: value for name, value in s3.environment.items() if value}
    needs["METAFLOW_DATASTORE_SYSROOT_S3"] = f"s3://{s3.bucket}/{PREFIX}"
    needs["METAFLOW_S3_WORKER_COUNT"] = "1"  # each is a process that imports boto3
    needs["ENERGY_DATASET"] = "examples/shops/series.toml"
    checkout = hooked(check_out(folder, **needs), REFUSE_REFIT_ONCE)
    shutil.copytree(ROOT / "examples", checkout.root / "examples")
    refused = checkout.flow("--datastore", "s3", "run", "--target", "all", *SMALL)
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
    return Shops(checkout, refused, ended, keys)


@pytest.fixture(scope="module")
def ask(shops: Shops) -> Any:
    reader = ReleaseReader(open_store(str(shops.checkout.store)), 60.0)
    return Service(lambda: reader).handle


def test_a_run_that_failed_is_resumed_from_s3(shops: Shops) -> None:
    assert shops.refused.tasks == ["start", "backtest", "backtest", "select", "refit"]
    assert shops.refused.refused().startswith("The store s3://a/b cannot be written")
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


def test_both_cards_are_read_back_from_s3(shops: Shops) -> None:
    """By `make cards`: a run knows where its own lie."""
    told = shops.checkout.python(str(ROOT / "scripts" / "save_cards.py"), "--no-open").good()
    for name, words in (
        ("leaderboard", ("# Leaderboard",)),
        ("release", ("# Sales of the baker's shops", "The other series", "harbour")),
    ):
        page = shops.checkout.root / "cards" / f"{name}.html"
        assert str(page) in told.stdout
        text = Card.of(page).text
        assert [word for word in words if word not in text] == []


def test_the_run_says_how_all_of_them_fared(shops: Shops) -> None:
    assert "town 1 and 11 other series: 96 months to 2024-12" in shops.refused.stdout
    words = shops.run.closing
    assert words.startswith("\nChampion   theta for town 1\n")
    assert "Series     10 other series are forecast, 8 of them by a champion" in words


def test_one_release_holds_them_all_and_the_gate_has_looked_at_them(shops: Shops) -> None:
    store = open_store(str(shops.checkout.store))
    manifest = verify(store, shops.run.release_id)
    assert {PANEL, "panel-000.json"} <= set(manifest.files)
    (told,) = decisions(store)
    assert "panel_coverage" in {check.name for check in told.checks}
    assert list(manifest.lineage.vintage) == ["shops.csv"]


def test_every_series_is_answered_by_name(ask: Any) -> None:
    for name in ("town 1", "seaside 3", "station"):
        found = ask({"target": name, "periods": 3})
        assert (found["target"], found["unit"], found["tier"]) == (name, "thousand", "table")
        for row in found["months"]:
            low, high = row["intervals"][0]["lower"], row["intervals"][0]["upper"]
            assert low < row["mean"] < high


def test_one_without_a_year_is_refused_with_the_reason(ask: Any) -> None:
    error = ask({"target": "harbour"})["error"]
    assert (error["code"], error["field"]) == ("series_left_out", "target")
    assert "4 months; 13 are the fewest" in error["message"]


def test_a_stranger_is_unknown_and_a_what_if_needs_the_releases_own(ask: Any) -> None:
    assert ask({"target": "mill"})["error"]["code"] == "unknown_target"
    asked = {"target": "station", "observations": {"2025-01": 20.0}}
    assert ask(asked)["error"]["code"] == "table_alone"
