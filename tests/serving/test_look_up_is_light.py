"""A look-up in a fresh process loads nothing that would take longer than the look-up."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {"pandas", "numpy", "scipy", "sktime", "statsmodels", "sklearn", "pydantic", "boto3"}
HEAVY |= {"botocore", "filelock", "joblib", "statistics"}
CODE = """
import json, sys
from lambda_handler.app import handler
answer = handler({"periods": 12, "coverage": [0.5, 0.8, 0.95]}, None)
print(json.dumps([answer["tier"], len(answer["months"]), sorted(sys.modules)]))
"""
OURS = {"energy.contract.track_record", "energy.releases.promotion"}
"""Modules of ours that a look-up does without."""


def test_a_look_up_imports_nothing_heavy(made_store: Callable[[str], Path]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"ENERGY_STORE": str(made_store("theta")), "PYTHONPATH": str(ROOT)},
    )
    tier, months, loaded = json.loads(ran.stdout.splitlines()[-1])
    assert (tier, months) == ("table", 12)
    assert {"energy", "lambda_handler"} <= set(loaded)
    assert not HEAVY & {name.partition(".")[0] for name in loaded}
    assert not OURS & set(loaded)
