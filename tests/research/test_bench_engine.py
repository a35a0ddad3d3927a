"""Tables of `make bench-engine`, and docs/scale.md has those of the frozen result."""

from __future__ import annotations

import json

import pytest

from research import bench_engine

pytestmark = pytest.mark.research
ENGINE = {
    "measured_at": "2026-01-01",
    "machine": "a machine",
    "versions": {"metaflow": "2"},
    "peak_mb_of_others": {"monitorflow": {"start": 100, "show": 150}},
    "whole": {
        "branches": 7,
        "tasks": 12,
        "peak_mb": {"end": 60, "start": 200, "gather": 90},
        "s3": {"GET": 700, "PUT": 250, "LIST": 9, "DELETE": 1},
        "metadata": {"rows": 560},
        "mlflow": {"runs": 18, "metrics": 900, "params": 90, "tags": 10},
        "mlflow_seconds_a_run": 0.2,
    },
    "one_branch": {
        "s3": {"GET": 300, "PUT": 100, "DELETE": 1},
        "metadata": {"rows": 260},
    },
    "per_branch": {
        "s3": {"GET": 60.0, "PUT": 20.0, "LIST": 1.5, "DELETE": 0.0},
        "metadata": {"rows": 50.0},
    },
}


def test_steps_are_in_their_order_then_other_steps_then_other_flows() -> None:
    lines = bench_engine.memory_table(ENGINE).splitlines()
    steps = [line.split("`")[1] for line in lines if "`" in line]
    assert steps == ["start", "end", "gather", "show"]
    assert "| requests to S3: PUT | 250 | 20 |" in bench_engine.count_table(ENGINE)


def test_the_document_has_the_tables_of_the_frozen_result() -> None:
    document = bench_engine.DOCUMENT.read_text("utf-8")
    result = json.loads(bench_engine.RESULT.read_text("utf-8"))
    for table in (bench_engine.memory_table(result), bench_engine.count_table(result)):
        assert table in document, "run 'make bench-engine'"
