"""The same run, with its store on S3."""

from __future__ import annotations

from pathlib import Path

import pytest
from flow_runs import PREAMBLE, check_out
from s3_server import S3Server

from energy.releases.bundle import read_table, verify
from energy.releases.decisions import decisions
from energy.releases.promotion import champion
from energy.releases.store import open_store

pytestmark = pytest.mark.e2e


def test_a_run_publishes_to_s3(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another target too, with months of zero: net imports have no MAPE and take no logs."""
    checkout = check_out(tmp_path)
    url = f"s3://{s3.bucket}/flow/run"
    run = checkout.flow(
        *("run", "--target", "net_imports", "--forecasters", "naive", "--folds", "3"),
        *("--horizon", "1", "--start", "2010-01", "--store", url),
        **{name: value for name, value in s3.environment.items() if value},
        MLFLOW_TRACKING_URI=f"sqlite:///{tmp_path}/elsewhere/runs.db",
    ).good()
    assert PREAMBLE.fullmatch(run.stderr), run.stderr
    s3.use(monkeypatch)
    store = open_store(url)
    manifest = verify(store, run.release_id)
    (told,) = decisions(store)  # on three folds it may be either
    assert (told.release_id, told.previous_id) == (manifest.release_id, None)
    assert all(check.passed for check in told.checks if check.name in ("answers", "clock"))
    pointer = champion(store)
    assert (pointer is not None) == (told.action == "promoted")
    table = read_table(store, manifest)
    assert (table.target, len(table.months)) == ("net_imports", 1)
    assert f"Release    {url}/releases/{manifest.release_id}\n" in run.closing
    assert not checkout.store.exists()
    # MLFLOW_TRACKING_URI is honoured, for the artifacts as well.
    assert not (checkout.root / "mlruns").exists()
    assert list((tmp_path / "elsewhere").rglob("leaderboard.png"))
    card = checkout.card(run.run_id, "publish")
    assert len(card.of_kind("vegaChart")) == 1
    assert s3.secret_key not in run.stdout + run.stderr + card.file.read_text("utf-8")
