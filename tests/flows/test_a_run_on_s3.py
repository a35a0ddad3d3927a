"""A run whose artifacts and cards are on S3: it fails, is resumed, and all of it is read back."""

from __future__ import annotations

from dataclasses import dataclass

import boto3
import pytest
from flow_runs import PREAMBLE, ROOT, Card, Checkout, Ended, check_out
from hooks import REFUSE_REFIT_ONCE, hooked
from s3_server import S3Server

pytestmark = pytest.mark.e2e

PREFIX = "flows"
SMALLEST = ("--forecasters", "theta", "--folds", "2", "--horizon", "6")


@dataclass(frozen=True)
class OnS3:
    """A run that failed in refit and was resumed, and what lay on S3 in the end."""

    checkout: Checkout
    refused: Ended
    run: Ended
    keys: tuple[str, ...]


@pytest.fixture(scope="module")
def on_s3(s3: S3Server, tmp_path_factory: pytest.TempPathFactory) -> OnS3:
    """The same flow, the same command; only the datastore is another."""
    folder = tmp_path_factory.mktemp("on-s3")
    needs = {name: value for name, value in s3.environment.items() if value}
    needs["METAFLOW_DATASTORE_SYSROOT_S3"] = f"s3://{s3.bucket}/{PREFIX}"
    checkout = hooked(check_out(folder, **needs), REFUSE_REFIT_ONCE)
    refused = checkout.flow("--datastore", "s3", "run", *SMALLEST)
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
    return OnS3(checkout, refused, ended, keys)


def test_a_run_that_failed_is_resumed_from_s3(on_s3: OnS3) -> None:
    assert on_s3.refused.tasks == ["start", "backtest", "select", "refit"]
    assert on_s3.refused.refused().startswith("The store s3://a/b cannot be written")
    assert on_s3.run.tasks == ["refit", "publish", "end"]
    assert on_s3.run.closing.startswith("\nChampion   theta for total\n")
    assert PREAMBLE.fullmatch(on_s3.run.stderr), on_s3.run.stderr


def test_what_the_steps_keep_is_on_s3_and_not_here(on_s3: OnS3) -> None:
    """All but a run's metadata, which a service would keep."""
    kept = on_s3.checkout.root / ".metaflow"
    assert not (kept / "TrainFlow" / "data").exists()
    assert not (kept / "mf.cards").exists()
    assert [key for key in on_s3.keys if key.startswith(f"{PREFIX}/TrainFlow/data/")]
    pages = [key for key in on_s3.keys if key.endswith(".html")]
    assert {key.split("/steps/")[1].split("/")[0] for key in pages} == {"select", "publish"}


def test_both_cards_are_read_back_from_s3(on_s3: OnS3) -> None:
    """By `make cards`: a run knows where its own lie. The leaderboard is of the run that failed."""
    told = on_s3.checkout.python(str(ROOT / "scripts" / "save_cards.py"), "--no-open").good()
    for name, words in (("leaderboard", "# Leaderboard"), ("release", "# UK energy consumption")):
        page = on_s3.checkout.root / "cards" / f"{name}.html"
        assert str(page) in told.stdout
        assert words in Card.of(page).text
