"""Costs and tables of `make bench-requests`, from measured times."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from research import bench_requests
from research.lambda_scaling import Outcome

pytestmark = pytest.mark.research

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def prices() -> dict[str, Any]:
    return json.loads((ROOT / "scripts" / "deploy" / "prices.json").read_text("utf-8"))


def test_a_million_answers_are_paid_by_the_millisecond_and_by_the_request(
    prices: dict[str, Any],
) -> None:
    prices["assumed"] |= {"memory_mb": 2048, "reads_of_a_cold_start": 4}
    outcome = Outcome(10, 0.0, 0.0, 0.0, 0.5, 0.01, 0.02, 1.0, 2, billed=0.01, looks=1.0)
    usd = bench_requests.dollars_per_million(outcome, prices)
    assert usd["lambda_requests"] == pytest.approx(0.2)
    assert usd["lambda_gb_seconds"] == pytest.approx(0.01 * 2 * 1e6 * 0.0000133334)
    assert usd["api_requests"] == pytest.approx(1.0)
    assert usd["s3_reads"] == pytest.approx(3 * 0.4)


def test_the_document_has_the_tables_of_what_was_measured() -> None:
    document = bench_requests.DOCUMENT.read_text("utf-8")
    result = json.loads(bench_requests.RESULT.read_text("utf-8"))
    for name, table in bench_requests.tables(result).items():
        assert f"<!-- {name} -->\n{table}\n<!-- /{name} -->" in document, "make bench-requests"


def test_the_simulation_alone_keeps_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, document = tmp_path / "requests.json", tmp_path / "scale.md"
    before = json.loads(bench_requests.RESULT.read_text("utf-8"))
    shutil.copy(bench_requests.RESULT, result)
    shutil.copy(bench_requests.DOCUMENT, document)
    monkeypatch.setattr(bench_requests, "RESULT", result)
    monkeypatch.setattr(bench_requests, "DOCUMENT", document)
    monkeypatch.setattr(bench_requests, "RATES", {1: (2, 120, 60), 30: (1, 60, 30)})
    assert bench_requests.main(["--simulate"]) == 0
    after = json.loads(result.read_text("utf-8"))
    assert {name: after[name] for name in before if name != "simulated"} == {
        name: value for name, value in before.items() if name != "simulated"
    }
    assert {row["rate"] for row in after["simulated"]} == {1, 30}
    deployed = {row["rate"]: row for row in after["simulated"] if row["limits"] == "deployed"}
    assert deployed[30]["after"]["refused"] > 0.7  # throttle_rate, five a second
    assert "| requests a second | 1 | 30 |" in document.read_text("utf-8")
