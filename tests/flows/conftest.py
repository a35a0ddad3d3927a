"""Runs that many tests look at, each made once."""

from __future__ import annotations

import pickle
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

# So that `from flow_runs import ...` works under every import mode.
sys.path.insert(0, str(Path(__file__).parent))

from flow_runs import SMALL, SMALLEST, Good, Made, Once, check_out
from hooks import BAD_FORECASTERS, hooked


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once[object]:
    """Make something in a folder of its own: once, for all of xdist's workers together.

    (Groups of xdist 3.8 do nothing under pytest 9.2, and a run takes 20 seconds.)
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base

    def make(name: str, build: Callable[[Path], Made]) -> Made:
        kept = shared / f"{name}.pickle"
        with FileLock(shared / f"{name}.lock"):
            if not kept.exists():
                folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=shared))
                kept.write_bytes(pickle.dumps(build(folder)))
            made: Made = pickle.loads(kept.read_bytes())  # noqa: S301 - our own, just written
            return made

    return make


@pytest.fixture(scope="session")
def good(once: Once[Good]) -> Good:
    """The first run on a fresh checkout, from its root."""

    def run(folder: Path) -> Good:
        checkout = check_out(folder)
        return Good(checkout, checkout.flow("run", *SMALL).good())

    return once("good", run)


@pytest.fixture(scope="session")
def again(once: Once[Good], good: Good) -> Good:
    """A second run after the first, inside flows/, on another bench and a shorter horizon.

    Of its forecasters one raises, and two are killed, one of them with the task. What is left does
    not beat the baseline, so its release is refused.
    """

    def run(_: Path) -> Good:
        bench = "dies,dies_alone,explodes,drift"
        names = ("--forecasters", bench, "--folds", "3", "--horizon", "6")
        ended = hooked(good.checkout, BAD_FORECASTERS).python(
            *("trainflow.py", "run", *names), cwd=good.checkout.root / "flows"
        )
        return Good(good.checkout, ended.good())

    return once("again", run)


@pytest.fixture(scope="session")
def every(once: Once[Good]) -> Good:
    """A run for the total and all its parts, on a checkout of its own."""

    def run(folder: Path) -> Good:
        checkout = check_out(folder)
        return Good(checkout, checkout.flow("run", "--target", "all", *SMALLEST).good())

    return once("every", run)
