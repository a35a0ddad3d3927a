"""Runs that many tests look at, each made once."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

# So that `from flow_runs import ...` works under every import mode.
sys.path.insert(0, str(Path(__file__).parent))

from flow_runs import SMALL, Checkout, Ended, check_out  # noqa: E402


@dataclass(frozen=True)
class Good:
    """A checkout, and the runs that were made in it."""

    checkout: Checkout
    run: Ended


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Good:
    """The first run on a fresh checkout, from its root."""
    checkout = check_out(tmp_path_factory.mktemp("good"))
    return Good(checkout, checkout.flow("run", *SMALL).good())


@pytest.fixture(scope="session")
def again(good: Good) -> Good:
    """A second run, inside flows/, on another bench and a shorter horizon, after the first."""
    checkout = good.checkout
    run = checkout.python(
        *("trainflow.py", "run", "--forecasters", "drift", "--folds", "3", "--horizon", "6"),
        cwd=checkout.root / "flows",
    )
    return Good(checkout, run.good())
