"""The cost of serving and of training, against figures worked out by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts.deploy import costs

ROOT = Path(__file__).resolve().parents[3]
FACTS = {
    "measured_at": "2026-01-01",
    "machine": "a machine",
    "image_mb_compressed": 150.0,
    "warm_p50_ms_table_tier": 0.4,
    "warm_p50_ms_champion_tier": 19.2,
    "cold_seconds_table_tier": 0.5,
    "cold_seconds_champion_tier": 3.0,
}


@pytest.fixture
def prices() -> dict[str, Any]:
    content = json.loads((ROOT / "scripts" / "deploy" / "prices.json").read_text("utf-8"))
    content["assumed"] |= {"memory_mb": 1024, "champion_share": 0.5}
    return content


def test_without_requests_only_storage_costs(prices: dict[str, Any]) -> None:
    used = costs.serving_usage(0, FACTS, prices)
    paid = {name for name, usd in costs.dollars(used, prices["items"], free=True).items() if usd}
    assert paid == {"s3_gb", "s3_writes", "ecr_gb"}
    assert sum(costs.dollars(used, prices["items"], free=True).values()) < 0.05


def test_a_million_requests_are_billed_by_the_millisecond(prices: dict[str, Any]) -> None:
    used = costs.serving_usage(1_000_000, FACTS, prices)
    # Half at 1 ms, half at 20 ms, in 1 GB; hardly one of them a cold start.
    assert used["lambda_gb_seconds"] == pytest.approx(10_500, rel=1e-6)
    billed = costs.dollars(used, prices["items"], free=False)
    assert billed["api_requests"] == pytest.approx(1.0)
    assert billed["lambda_requests"] == pytest.approx(0.2)
    assert billed["lambda_gb_seconds"] == pytest.approx(10_500 * 0.0000133334)
    # Four metrics of the service and two of each tier, every hour; the monitor's eight, daily.
    assert used["metric_hours"] == pytest.approx(8 * 720 + 8 * 30)


def test_a_request_now_and_then_is_a_cold_start(prices: dict[str, Any]) -> None:
    used = costs.serving_usage(10, FACTS, prices)
    assert used["lambda_gb_seconds"] == pytest.approx(10 * (0.5 + 3.0) / 2, rel=0.01)
    assert used["traces"] == pytest.approx(10, rel=1e-3)


def test_free_usage_never_makes_a_cost_negative(prices: dict[str, Any]) -> None:
    for requests in costs.TRAFFIC:
        used = costs.serving_usage(requests, FACTS, prices)
        with_free, without = (costs.dollars(used, prices["items"], free) for free in (True, False))
        assert all(0 <= with_free[name] <= without[name] for name in used)


def test_every_item_has_a_row(prices: dict[str, Any]) -> None:
    items_in_rows = [item for items in costs.GROUPS.values() for item in items]
    assert sorted(items_in_rows) == sorted(prices["items"])


def test_the_document_has_the_current_tables() -> None:
    document = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    prices = json.loads(costs.PRICES.read_text("utf-8"))
    bench = json.loads(costs.LAMBDA_BENCHMARK.read_text("utf-8"))
    assert costs.serving_table(bench, prices) in document, "run 'make costs'"
    assert costs.price_list(prices) in document, "run 'make costs'"


def test_assumptions_are_terraform_s_defaults() -> None:
    assumed = json.loads(costs.PRICES.read_text("utf-8"))["assumed"]
    text = (ROOT / "terraform" / "variables.tf").read_text("utf-8")
    for name in ("memory_mb", "refresh_seconds"):
        (block,) = re.findall(rf'variable "{name}" \{{.*?\n\}}', text, re.DOTALL)
        (default,) = re.findall(r"^  default\s+= (\d+)$", block, re.MULTILINE)
        assert int(default) == assumed[name]


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
