"""What is fitted together: as many branches as are quick, all ending together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from energy.forecasting.bench import BENCH

Work = tuple[str, str]
"""A series and one forecaster of the bench to backtest on it, by their names."""
BRANCH_START = 2.5
"""CPU seconds until a branch fits: a process, Metaflow, pandas, sktime and statsmodels."""


def parcels(work: Iterable[Work], folds: int, workers: int) -> list[tuple[Work, ...]]:
    """What is to be fitted, in parcels for one branch each, the dearest first.

    It is dealt out so that all parcels end together: the dearest first, each to the parcel that
    has least to do (Graham 1969, doi:10.1137/0117039). There is one for each worker, or fewer where
    a further branch would not save the seconds that it takes to start: a bench that is quick has
    one, of however many series, and no wide engine makes a run shorter than its dearest forecaster.
    A combination is in none of them: its folds are taken from its members'.

    Args:
        work: Series and names of the bench.
        folds: Cutoffs that each is fitted at.
        workers: Most branches to run at once.
    """
    fitted = sorted((one for one in work if not BENCH[one[1]].members), key=lambda one: -_cost(one))
    dealt = [_deal(fitted, number) for number in range(1, max(1, min(workers, len(fitted))) + 1)]
    best = min(dealt, key=lambda one: folds * max(map(_total, one)) + BRANCH_START * len(one))
    return [tuple(parcel) for parcel in best if parcel]


def _deal(work: Sequence[Work], number: int) -> list[list[Work]]:
    """Work, the dearest first, in that many parcels of about equal cost, the dearest first."""
    dealt: list[list[Work]] = [[] for _ in range(number)]
    for one in work:
        min(dealt, key=_total).append(one)
    return sorted(dealt, key=_total, reverse=True)


def _cost(work: Work) -> float:
    return BENCH[work[1]].cost


def _total(parcel: Sequence[Work]) -> float:
    """CPU seconds of one fold of all of it."""
    return sum(map(_cost, parcel))
