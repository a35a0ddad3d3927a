"""Runs that many tests look at, each made once."""

from __future__ import annotations

import pickle
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

# So that `from flow_runs import ...` works under every import mode.
sys.path.insert(0, str(Path(__file__).parent))

from flow_runs import (
    ROOT,
    SMALL,
    Ended,
    Good,
    Made,
    Once,
    Stopped,
    check_out,
    contents,
    put_in_service,
)
from hooks import BAD_FORECASTERS, REFUSE_ONCE, hooked
from three_vintages import archive

from energy.data.archive import list_vintages


@pytest.fixture(scope="session")
def once(shared_folder: Path) -> Once[object]:
    """Make something in a folder of its own: once, for all of xdist's workers together.

    (Groups of xdist 3.8 do nothing under pytest 9.2, and a run takes 20 seconds.)
    """

    def make(name: str, build: Callable[[Path], Made]) -> Made:
        kept = shared_folder / f"{name}.pickle"
        with FileLock(shared_folder / f"{name}.lock"):
            if not kept.exists():
                folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=shared_folder))
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
def again(once: Once[Good], good: Good, three: Path) -> Good:
    """A second run after the first, inside flows/, on another bench and a shorter horizon.

    Of its forecasters one raises, and two are killed, one of them with the task. What is left does
    not beat the baseline, so its release is refused. It is to learn from the vintage of the first,
    which is not the newest here, each fold from the figures of its time: from April 2001 on, its
    plan has the cutoff that the oldest vintage ends at.
    """

    def run(_: Path) -> Good:
        bench = "dies,dies_alone,explodes,drift"
        names = ("--forecasters", bench, "--folds", "3", "--horizon", "6", "--start", "2001-04")
        vintage = ("--vintage", list_vintages(three)[1].vintage_id, "--real-time", "True")
        ended = hooked(good.checkout, BAD_FORECASTERS).python(
            *("trainflow.py", "run", *names, *vintage),
            cwd=good.checkout.root / "flows",
            ENERGY_DATA=str(three),
        )
        return Good(good.checkout, ended.good())

    return once("again", run)


@pytest.fixture(scope="session")
def every(once: Once[Stopped], new_database: Callable[[Path], Path]) -> Stopped:
    """A run of docs/your-own-series.md, for a total and all its parts, with a release in service.

    It fails in publish, when all but the last is done, and is resumed.
    """

    def run(folder: Path) -> Stopped:
        settings = "examples/visitors/series.toml"
        checkout = hooked(check_out(folder, ENERGY_DATASET=settings), REFUSE_ONCE)
        shutil.copytree(ROOT / "examples", checkout.root / "examples")
        put_in_service(str(checkout.store), "visitors", "thousand")
        new_database(checkout.database)

        def flow(*arguments: str) -> tuple[Ended, dict[str, bytes]]:
            return checkout.flow(*arguments), contents(checkout.store)

        before = contents(checkout.store)
        refused, between = flow("run", "--target", "all", "--forecasters", "theta", "--folds", "4")
        ended, after = flow("resume")
        return Stopped(checkout, refused, ended.good(), (before, between, after))

    return once("every", run)


@pytest.fixture(scope="session")
def three(once: Once[Path]) -> Path:
    """Data of three vintages, which no test changes."""
    return once("three", archive)
