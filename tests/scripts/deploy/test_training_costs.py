"""The cost of a run for many series on Batch, against figures worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.deploy import costs

ROOT = Path(__file__).resolve().parents[3]
ENGINE = {
    "whole": {
        "branches": 7,
        "tasks": 12,
        "peak_mb": {"end": 60, "start": 200, "gather": 90},
        "s3": {"GET": 700, "PUT": 250, "LIST": 9, "DELETE": 1},
        "metadata": {"rows": 560},
        "mlflow": {"runs": 18, "metrics": 900, "params": 90, "tags": 10},
        "mlflow_seconds_a_run": 0.2,
    },
    "one_branch": {"s3": {"GET": 300, "PUT": 100, "DELETE": 1}, "metadata": {"rows": 260}},
    "per_branch": {
        "s3": {"GET": 60.0, "PUT": 20.0, "LIST": 1.5, "DELETE": 0.0},
        "metadata": {"rows": 50.0},
    },
}
ASSUMED = {"branch_seconds": 600, "start_seconds": 60, "vcpus": 1, "memory_gb": 2, "at_once": 4}


def test_usage_is_work_and_the_start_of_every_task() -> None:
    """1,200 series of 3 s are an hour's work: six branches, and seven tasks beside them."""
    used = costs.training_usage(1_200, 3.0, ENGINE, ASSUMED)
    assert costs.branch_count(1_200, 3.0, ASSUMED) == 6
    assert used["vcpu_hours"] == pytest.approx(1 + 13 * 60 / 3600)
    assert used["gb_hours"] == pytest.approx(2 * used["vcpu_hours"])
    assert used["transitions"] == 15
    assert (used["s3_reads"], used["s3_writes"]) == (300 + 5 * 60, 100 + 5 * 20)


def test_the_load_lasts_as_long_as_the_branches() -> None:
    load = costs.training_load(1_200, 3.0, ENGINE, ASSUMED)
    assert load["hours"] == pytest.approx(2 * 660 / 3600)  # six branches, four at once
    assert load["s3_a_second"] == pytest.approx(800 / 1320)
    assert load["metadata_rows"] == 260 + 5 * 50
    assert load["mlflow_runs"] == 18


def test_every_item_has_a_price_and_its_source() -> None:
    prices = json.loads((ROOT / "scripts/deploy/prices.json").read_text("utf-8"))
    assert set(costs.training_usage(1, 1.0, ENGINE, ASSUMED)) == set(prices["training"])
    for item in (*prices["training"].values(), *prices["items"].values()):
        assert set(item) == {"what", "usd", "per", "unit", "free", "seen", "at"}
    for name in ("s3_writes", "s3_reads"):
        assert prices["training"][name] == prices["items"][name]


def test_the_document_has_the_current_training_tables() -> None:
    document = (ROOT / "docs" / "scale.md").read_text("utf-8")
    prices = json.loads(costs.PRICES.read_text("utf-8"))
    assert costs.price_list({**prices, "items": prices["training"]}) in document, "run 'make costs'"
    engine = json.loads(costs.ENGINE_BENCHMARK.read_text("utf-8"))
    if costs.SCALE_BENCHMARK.exists():
        scale = json.loads(costs.SCALE_BENCHMARK.read_text("utf-8"))
        assert costs.training_table(scale, engine, prices) in document, "run 'make costs'"
