"""A pytest plugin for mutmut: the tests most likely to notice come first, for one is enough.

Files of tests keep together, or what their tests share would be made again and again: first the
file named after the mutant's module, then the others, those of quick tests before those of slow.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from statistics import fmean

import pytest

STATS = Path("mutmut-stats.json")
"""What mutmut measured, in its copy, where it runs the tests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not STATS.exists():  # it is measuring just now
        return
    took = json.loads(STATS.read_text("utf-8"))["duration_by_test"]
    by_file = defaultdict(list)
    for item in items:
        by_file[item.path].append(took.get(item.nodeid, 0.0))
    module = os.environ.get("MUTANT_UNDER_TEST", "").partition(".x")[0].rpartition(".")[2]
    items.sort(key=lambda item: (item.path.stem != f"test_{module}", fmean(by_file[item.path])))
