"""What the cloud costs, worked by hand where a hand can."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

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
def cost(scripts: None) -> Any:
    from cloud import cost

    return cost


@pytest.fixture
def prices() -> dict[str, Any]:
    found = json.loads((ROOT / "scripts" / "cloud" / "prices.json").read_text("utf-8"))
    found["assumed"] |= {"memory_mb": 1024, "champion_share": 0.5}
    return found


def test_nobody_asks_and_only_what_is_stored_costs(cost: Any, prices: dict[str, Any]) -> None:
    used = cost.usage(0, FACTS, prices)
    paid = {name for name, usd in cost.cost(used, prices["items"], free=True).items() if usd}
    assert paid == {"s3_gb", "s3_writes", "ecr_gb"}
    assert sum(cost.cost(used, prices["items"], free=True).values()) < 0.05


def test_a_million_requests_are_warm_and_are_billed_by_the_millisecond(
    cost: Any, prices: dict[str, Any]
) -> None:
    used = cost.usage(1_000_000, FACTS, prices)
    # Half at 1 ms, half at 20 ms, in 1 GB; hardly one of them a cold start.
    assert used["lambda_gb_seconds"] == pytest.approx(10_500, rel=1e-6)
    billed = cost.cost(used, prices["items"], free=False)
    assert billed["api_requests"] == pytest.approx(1.0)
    assert billed["lambda_requests"] == pytest.approx(0.2)
    assert billed["lambda_gb_seconds"] == pytest.approx(10_500 * 0.0000133334)
    # Four metrics of the service and two of each tier, every hour; the monitor's eight, daily.
    assert used["metric_hours"] == pytest.approx(8 * 720 + 8 * 30)


def test_a_request_now_and_then_is_a_cold_start(cost: Any, prices: dict[str, Any]) -> None:
    used = cost.usage(10, FACTS, prices)
    assert used["lambda_gb_seconds"] == pytest.approx(10 * (0.5 + 3.0) / 2, rel=0.01)
    assert used["traces"] == pytest.approx(10, rel=1e-3)


def test_what_is_free_is_never_paid_back(cost: Any, prices: dict[str, Any]) -> None:
    for requests in cost.TRAFFIC:
        used = cost.usage(requests, FACTS, prices)
        with_free, without = (cost.cost(used, prices["items"], free) for free in (True, False))
        assert all(0 <= with_free[name] <= without[name] for name in used)


def test_every_item_is_in_one_row_and_every_price_says_where_it_is_from(
    cost: Any, prices: dict[str, Any]
) -> None:
    listed = [item for items in cost.GROUPS.values() for item in items]
    assert sorted(listed) == sorted(prices["items"])
    for one in prices["items"].values():
        assert set(one) == {"what", "usd", "per", "unit", "free", "seen", "at"}


def test_the_document_has_the_tables_of_the_bench_that_is_held(cost: Any) -> None:
    document = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    held = json.loads(cost.PRICES.read_text("utf-8"))
    bench = json.loads(cost.BENCH.read_text("utf-8"))
    assert cost.table(bench, held) in document, "run 'make costs'"
    assert cost.price_list(held) in document, "run 'make costs'"


def test_what_is_assumed_is_what_terraform_makes(cost: Any) -> None:
    module = ROOT / "terraform"
    if not (module / "variables.tf").exists():
        pytest.skip("there is no terraform/ here")
    assumed = json.loads(cost.PRICES.read_text("utf-8"))["assumed"]
    text = (module / "variables.tf").read_text("utf-8")
    for name in ("memory_mb", "refresh_seconds"):
        (block,) = re.findall(rf'variable "{name}" \{{.*?\n\}}', text, re.DOTALL)
        (default,) = re.findall(r"^  default\s+= (\d+)$", block, re.MULTILINE)
        assert int(default) == assumed[name]
