"""Runs in which a forecaster, all forecasters or a step fails."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flow_runs import Good, Stopped, check_out, contents, put_in_service
from hooks import BAD_FORECASTERS, hooked

from energy.releases.bundle import read_file, verify_release
from energy.releases.store import open_store

pytestmark = pytest.mark.e2e


def test_if_every_forecaster_fails_nothing_is_published(tmp_path: Path) -> None:
    checkout = hooked(check_out(tmp_path), BAD_FORECASTERS)
    put_in_service(str(checkout.store))
    before = contents(checkout.store)
    ended = checkout.flow(
        *("run", "--forecasters", "seasonal_naive", "--folds", "2"), BASELINE_FAILS="1"
    )
    error = ended.refused()
    assert "seasonal_naive" in error
    assert "ValueError: it was never going to work" in error
    assert ended.tasks == ["start", "backtest", "select"]
    assert contents(checkout.store) == before


def test_a_failed_forecaster_is_in_the_scores(again: Good) -> None:
    store = open_store(str(again.checkout.store))
    manifest = verify_release(store, again.run.release_id)
    scores = json.loads(read_file(store, manifest, "scores.json"))
    ranked, failed = scores["backtest"][:2], scores["backtest"][2:]
    assert {row["forecaster"] for row in ranked} == {"seasonal_naive", "drift"}
    raised, killed = (
        "ValueError: it was never going to work",
        "its process ended before it answered",
    )
    assert {row["forecaster"]: (row["failure"], row["mase"]) for row in failed} == {
        "explodes": (raised, None),
        "dies": (killed, None),
        "dies_alone": (killed, None),
    }
    assert set(scores["holdout"]) == {"seasonal_naive", "drift"}
    card = again.checkout.card(again.run.run_id, "leaderboard").text
    for name, reason in (("explodes", raised), ("dies", killed)):
        assert f"total: {name}: failed. {reason}" in again.run.stdout
        assert f"Failed: {reason}" in card
    assert "error:" not in again.run.stderr
    assert "Traceback" not in again.run.stdout + again.run.stderr


def test_only_a_branch_whose_task_died_is_retried(again: Good) -> None:
    """The retry is caught; in a branch with others, a killed process does not affect them."""
    assert again.run.tasks.count("backtest") == 2
    assert again.run.stdout.count("Task is starting (retry).") == 1
    assert again.run.stdout.count("total: drift: MASE") == 1


def test_resume_continues_at_the_failed_step(every: Stopped) -> None:
    before = ["start", "backtest", "select", "refit"]
    assert every.refused.tasks == [*before, "publish", "leaderboard"]
    error = every.refused.refused()
    assert error.startswith("The store s3://a/b cannot be written: the disk is full.")
    # The leaderboard is drawn again only if it had no time to end.
    assert [task for task in every.run.tasks if task != "leaderboard"] == [
        "publish",
        "close",
        "end",
    ]
    assert every.run.closing.startswith("\nChampion   ")


def test_a_failed_run_leaves_the_live_release_unchanged(every: Stopped) -> None:
    start, failed, done = every.stores
    assert {name: failed[name] for name in start} == start
    (old,) = {name for name in start if name == "champion.json"}
    assert done[old] != start[old]
    pointer = json.loads(done[old])
    assert pointer["previous_id"] == json.loads(start[old])["release_id"]
    assert re.search(rf"releases/{pointer['release_id']}\n", every.run.closing)
