"""A run for a total and all its parts, stopped and resumed: what it says and leaves.

The parts are three, of the example; tests/test_preparing.py lays out the seven of UK energy, and
`made_store` publishes them.
"""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import pytest
from flow_runs import PREAMBLE, Stopped
from printed import prints

from energy.contract import ForecastTable, Manifest
from energy.pipelines.train import TOTAL_KEEPING
from energy.releases.bundle import read_file, read_table, verify_release
from energy.releases.reader import read_champion
from energy.releases.store import Store, open_store

pytestmark = [
    pytest.mark.e2e,
    # MLflow's own, in this process alone.
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),
]
BENCH = ("seasonal_naive", "theta")
PARTS = ("families", "schools", "members")
TARGETS = ("visitors", *PARTS)


@pytest.fixture
def store(every: Stopped) -> Store:
    return open_store(str(every.checkout.store))


@pytest.fixture
def release(store: Store) -> Manifest:
    pointer = read_champion(store)
    assert pointer is not None
    return verify_release(store, pointer.release_id)


@pytest.fixture
def fuels(store: Store, release: Manifest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read_file(store, release, "fuels.json"))
    return found


def test_it_is_as_quiet_as_any_run(every: Stopped) -> None:
    assert PREAMBLE.fullmatch(every.run.stderr), every.run.stderr
    for ended in (every.refused, every.run):
        assert "arning" not in ended.stdout
    assert "visitors and its 3 parts: 192 months to 2024-12" in every.refused.stdout
    assert every.checkout.artifact_bytes() < 5_000_000


def test_each_target_has_its_own_results(every: Stopped, fuels: dict[str, Any]) -> None:
    """What a branch printed of its target is what was compared under that name."""
    assert every.refused.tasks.count("backtest") == 1  # so quick that they share a branch
    lines = re.findall(
        r"backtest/\d+ \(pid \d+\)\] (\w+): (\w+): MASE (\d+\.\d{3})", every.refused.stdout
    )
    assert sorted(line[:2] for line in lines) == sorted(product(TARGETS, BENCH))
    for target in TARGETS:
        best = min(float(mase) for name, _, mase in lines if name == target)
        assert fuels["mase"]["none"][target] == pytest.approx(best, abs=1e-3)


def test_the_parts_add_up_to_the_total(
    store: Store, release: Manifest, fuels: dict[str, Any]
) -> None:
    total = read_table(store, release)
    assert (release.target, len(total.months)) == ("visitors", 24)
    assert set(fuels["tables"]) == set(PARTS)
    tables = [ForecastTable.from_dict(fuels["tables"][name]) for name in PARTS]
    for row, *parts in zip(total.months, *(table.months for table in tables), strict=True):
        assert {part.month for part in parts} == {row.month}
        assert sum(part.mean for part in parts) == pytest.approx(row.mean, abs=1e-9)
        assert all(part.mean > 0 for part in parts)
        assert all(sorted(part.quantiles) == list(part.quantiles) for part in parts)


def test_how_they_were_made_to_is_kept(release: Manifest, fuels: dict[str, Any]) -> None:
    assert fuels["method"] in TOTAL_KEEPING
    mase = {name: sum(fuels["mase"][name].values()) for name in TOTAL_KEEPING}
    assert fuels["method"] == min(mase, key=lambda name: mase[name])
    chosen = fuels["mase"][fuels["method"]]
    assert chosen["visitors"] == pytest.approx(fuels["mase"]["none"]["visitors"])
    assert {name: row["mase"] for name, row in fuels["backtest"].items()} == chosen
    assert fuels["backtest"]["visitors"]["forecaster"] == release.forecaster
    assert set(fuels["holdout"]) == set(TARGETS)


def test_the_last_words_and_the_cards_show_the_parts(
    every: Stopped, release: Manifest, fuels: dict[str, Any]
) -> None:
    words = every.run.closing
    assert words.startswith(f"\nChampion   {release.forecaster} for visitors\n")
    assert f"\nParts      {', '.join(PARTS)}; they add up to the total\n" in words
    assert "models:/visitors-visitors@champion is version 1" in words
    drawn = every.run if "leaderboard" in every.run.tasks else every.refused
    leaderboard = every.checkout.card(drawn.run_id, "leaderboard")
    assert "## Parts" in leaderboard.text
    assert leaderboard.text.startswith("# Leaderboard: visitors")
    assert fuels["method"].replace("_", " ") in leaderboard.text
    card = every.checkout.card(every.run.run_id, "publish")
    assert len(card.of_kind("vegaChart")) == 2
    for table in fuels["tables"].values():
        for row in table["months"]:
            assert prints(card.text, "#", row["mean"])


def test_mlflow_has_an_experiment_for_each_target_and_registers_the_total(every: Stopped) -> None:
    from mlflow.tracking import MlflowClient

    uri = every.checkout.tracking_uri
    client = MlflowClient(uri, registry_uri=uri)
    found = {e.name: e.experiment_id for e in client.search_experiments() if e.name != "Default"}
    assert set(found) == {f"trainflow-visitors-{name}" for name in TARGETS}
    for name in TARGETS:
        runs = client.search_runs([found[f"trainflow-visitors-{name}"]])
        parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
        assert {parent.data.params["target"] for parent in parents} == {name}
        # The run whose release could not be promoted failed; its resume is a run of its own.
        assert sorted(parent.info.status for parent in parents) == ["FAILED", "FINISHED"]
        assert len(runs) == 2 * (1 + len(BENCH))
    assert [model.name for model in client.search_registered_models()] == ["visitors-visitors"]
