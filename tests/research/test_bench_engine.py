"""docs/scale.md has the tables of the frozen result of `make bench-engine`."""

from __future__ import annotations

import json

import pytest

from research import bench_engine

pytestmark = pytest.mark.research


def test_the_document_has_the_tables_of_the_frozen_result() -> None:
    document = bench_engine.DOCUMENT.read_text("utf-8")
    result = json.loads(bench_engine.RESULT.read_text("utf-8"))
    for table in (bench_engine.memory_table(result), bench_engine.count_table(result)):
        assert table in document, "run 'make bench-engine'"
