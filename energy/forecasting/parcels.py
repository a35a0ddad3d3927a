"""Which forecasters are fitted together: as many branches as are quick, all ending together."""

from __future__ import annotations

from collections.abc import Sequence

from energy.forecasting.bench import BENCH, Entry

BRANCH_START = 2.5
"""CPU seconds until a branch fits: a process, Metaflow, pandas, sktime and statsmodels."""


def parcels(names: Sequence[str], folds: int, workers: int) -> list[tuple[str, ...]]:
    """Those of `names` to be fitted, in parcels for one branch each, the dearest first.

    They are dealt out so that all parcels end together: the dearest first, each to the parcel that
    has least to do (Graham 1969, doi:10.1137/0117039). There is one for each worker, or fewer where
    a further branch would not save the seconds that it takes to start: a bench that is quick has
    one, and no wide engine makes a run shorter than its dearest forecaster. A combination is in
    none of them: its folds are taken from its members'.

    Args:
        names: Names of the bench.
        folds: Cutoffs that each is fitted at.
        workers: Most branches to run at once.
    """
    fitted = sorted(
        (BENCH[name] for name in names if not BENCH[name].members), key=lambda entry: -entry.cost
    )
    dealt = [_deal(fitted, number) for number in range(1, max(1, min(workers, len(fitted))) + 1)]
    best = min(dealt, key=lambda one: folds * max(map(_cost, one)) + BRANCH_START * len(one))
    return [tuple(entry.name for entry in parcel) for parcel in best if parcel]


def _deal(entries: Sequence[Entry], number: int) -> list[list[Entry]]:
    """Entries, the dearest first, in that many parcels of about equal cost, the dearest first."""
    dealt: list[list[Entry]] = [[] for _ in range(number)]
    for entry in entries:
        min(dealt, key=_cost).append(entry)
    return sorted(dealt, key=_cost, reverse=True)


def _cost(parcel: Sequence[Entry]) -> float:
    """CPU seconds of one fold of all of them."""
    return sum(entry.cost for entry in parcel)
