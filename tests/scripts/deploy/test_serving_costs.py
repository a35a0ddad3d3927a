"""The cost of serving, against figures worked out by hand."""

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
