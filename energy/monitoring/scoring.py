"""How scored months went, taken together.

The tracking signal is the sum of the errors over their mean absolute size (Brown 1959, *Statistical
Forecasting for Inventory Control*; Trigg 1964, *Operational Research Quarterly* 15, 271-274), here
of one year. Errors that do not lean sum to something too: of twelve independent ones, the signal
is beyond the 4 that is often quoted in 37 of 100 years, and beyond LEANS in 6.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from energy.contract.months import after
from energy.contract.record import HorizonScore, RecordScore, ScoredMonth
from energy.forecasting.scores import MONTHS_SCORED, empirical_coverage, mape, mase

RECENT = 12
"""Months published last that `recent` and the tracking signal rest on."""
FEWEST = 4
"""Months below which a tracking signal says nothing."""


def score(rows: Sequence[ScoredMonth]) -> RecordScore | None:
    """The score of some scored months; None of none."""
    if not rows:
        return None
    names = ("mean", "actual", "naive", "scale", "first_print", "lower80", "upper80")
    mean, actual, naive, scale, first, low80, high80 = (_column(rows, name) for name in names)
    return RecordScore(
        months=len(rows),
        mae=float(np.abs(actual - mean).mean()),
        naive_mae=float(np.abs(actual - naive).mean()),
        mase=mase(actual, mean, scale),
        naive_mase=mase(actual, naive, scale),
        mape=mape(actual, mean),
        coverage80=empirical_coverage(actual, low80, high80),
        coverage95=empirical_coverage(actual, _column(rows, "lower95"), _column(rows, "upper95")),
        bias=float((mean - actual).mean()),
        first_print_mae=float(np.abs(first - mean).mean()),
    )


def summaries(
    rows: Sequence[ScoredMonth], cutoff: str
) -> tuple[RecordScore | None, RecordScore | None, tuple[HorizonScore, ...], float | None]:
    """Overall, recent, by horizon, and the tracking signal, of the rows that count.

    Args:
        rows: Every row; those not counted are left out here.
        cutoff: Last month with a figure.
    """
    counted = [row for row in rows if row.counted]
    near = [row for row in counted if row.horizon <= MONTHS_SCORED]
    since = after(cutoff, 1 - RECENT)
    late = [row for row in near if row.month >= since]
    horizons: dict[int, list[ScoredMonth]] = {}
    for row in counted:
        horizons.setdefault(row.horizon, []).append(row)
    found = ((horizon, score(at)) for horizon, at in sorted(horizons.items()))
    by_horizon = tuple(HorizonScore(horizon, at) for horizon, at in found if at)
    return score(near), score(late), by_horizon, tracking_signal(late)


def tracking_signal(rows: Sequence[ScoredMonth]) -> float | None:
    """Sum of the errors one month ahead over their mean absolute size; above zero: too high.

    Returns:
        Between minus and plus the number of months; None with fewer than FEWEST of them, or where
        every forecast was right to the last digit.
    """
    errors = np.array([row.mean - row.actual for row in rows if row.horizon == 1])
    if len(errors) < FEWEST or not errors.any():
        return None
    return float(errors.sum() / np.abs(errors).mean())


def _column(rows: Sequence[ScoredMonth], name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([getattr(row, name) for row in rows], dtype=float)
