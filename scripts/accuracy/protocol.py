"""Which folds everybody forecasts: monthly cutoffs, the same for our forecasters and the field."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from energy.data.frame import temporal_split
from energy.forecasting.folds import MONTHS_SCORED, FoldPlan

FIRST_WARMUP, FIRST = "2003-12", "2008-12"
"""First cutoffs: whose errors are learnt from, and which are scored."""
SEED_ORIGIN, SEED_MONTHS = "2017-01", 65
"""The one forecast by which the seed project judges itself."""
SEED_PUBLISHED = {"AutoARIMA": 5.1, "exponential smoothing": 5.7, "SARIMAX": 5.5}
"""MAPE in per cent of that forecast, as adin786/energy_forecast published it."""
COVID = pd.Period("2020-03", freq="M")
"""First month of the pandemic."""


@dataclass(frozen=True, slots=True)
class Protocols:
    """The folds of one series.

    Attributes:
        rolling: Every month a cutoff: warm-up, training part, holdout.
        seed: One cutoff and 65 months, as the seed project has it.
        origins: Protocol, cutoff and months ahead of every fold, for the field.
    """

    rolling: FoldPlan
    seed: FoldPlan
    origins: tuple[tuple[str, pd.Period, int], ...]


def lay_out(y: pd.Series) -> Protocols:
    """The folds of a series that begins years before FIRST and ends after the seed's 65 months."""
    index = pd.PeriodIndex(y.index)
    split, last = temporal_split(index)[0][-1], index[-1]
    warmup = _months(FIRST_WARMUP, str(pd.Period(FIRST, "M") - 1))
    training = _months(FIRST, str(split - MONTHS_SCORED))
    holdout = _months(str(split), str(last - MONTHS_SCORED))
    seed = pd.Period(SEED_ORIGIN, "M")
    origins = [("training", cutoff, MONTHS_SCORED) for cutoff in training]
    origins += [("holdout", cutoff, MONTHS_SCORED) for cutoff in holdout]
    origins += [
        ("single_origin_2017", seed, SEED_MONTHS),
        ("single_origin", split, (last - split).n),
    ]
    return Protocols(
        FoldPlan(training, holdout, split, MONTHS_SCORED, warmup),
        FoldPlan((), (seed,), seed, MONTHS_SCORED),
        tuple(origins),
    )


def _months(first: str, last: str) -> tuple[pd.Period, ...]:
    return tuple(pd.period_range(first, last, freq="M"))
