"""Rolling origins: what would each forecaster have said, knowing only what was known?

The fold frame is long, one row per cutoff and month:

    protocol    backtest (training part: chosen on), holdout (never chosen on), single_origin,
                nowcast and nowcast_holdout (one month ahead, in the weather that came), or warmup
                (before the first fold that is scored: its errors are learnt from)
    cutoff      last month the forecaster saw            month    the month forecast
    horizon     months between the two                   actual   what came
    mean        point forecast                           scale    MASE's denominator at the cutoff
    q0.025 ...  quantiles at energy.contract.LEVELS

Every score and every backtest chart is derived from it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd

from energy.errors import TooShortToBacktest
from energy.forecasting import combination
from energy.forecasting.bench import build
from energy.forecasting.fitting import (
    fit,
    forecast,
    observed_ahead,
    quiet,
    regressors,
)
from energy.forecasting.intervals import KnownThen, add_quantiles
from energy.forecasting.logs import is_positive
from energy.forecasting.response import effect_and_spread
from energy.forecasting.scores import MONTHS_SCORED, seasonal_naive_scale

STEPS = (5, 1)
"""Months between cutoffs, the first that fits: five visits every calendar month in turn."""
SHORTEST = 24
"""Fewest months a forecaster is ever fitted on: two whole years."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which cutoffs are tried, and how far ahead.

    Attributes:
        backtest: Cutoffs whose scored months all lie in the training part.
        holdout: Cutoffs from the end of the training part on.
        split: Last month of the training part.
        reach: Months ahead that each fold forecasts (where actuals exist): at least those scored.
        warmup: Cutoffs before the first one scored, for errors to make intervals from.
    """

    backtest: tuple[pd.Period, ...]
    holdout: tuple[pd.Period, ...]
    split: pd.Period
    reach: int
    warmup: tuple[pd.Period, ...] = ()

    @property
    def cutoffs(self) -> dict[pd.Period, str]:
        """The protocol of every cutoff, in time."""
        named = (("warmup", self.warmup), ("backtest", self.backtest), ("holdout", self.holdout))
        return {cutoff: protocol for protocol, cutoffs in named for cutoff in cutoffs}


def plan(index: pd.PeriodIndex, split: pd.Period, folds: int, horizon: int) -> Plan:
    """Lay out the folds of a series.

    Args:
        index: The whole series' months.
        split: Last month of the training part.
        folds: Most cutoffs to try in the training part.
        horizon: Months to be published; spreads are measured that far where data allow.

    Raises:
        TooShortToBacktest: The training part has no room for one fold.
    """
    train = (split - index[0]).n + 1
    room = train - SHORTEST - MONTHS_SCORED + 1
    if room < 1:
        raise TooShortToBacktest(train, SHORTEST + MONTHS_SCORED)
    step = next((step for step in STEPS if (folds - 1) * step < room), STEPS[-1])
    last = split - MONTHS_SCORED
    backtest = tuple(last - step * back for back in reversed(range(min(folds, room))))
    after = (index[-1] - split).n
    holdout = tuple(split + ahead for ahead in range(0, after - MONTHS_SCORED + 1, STEPS[0]))
    return Plan(backtest, holdout, split, max(MONTHS_SCORED, horizon))


def run(
    forecaster: str,
    y: pd.Series,
    weather: pd.DataFrame | None,
    plan: Plan,
    known_then: KnownThen | None = None,
) -> tuple[pd.DataFrame, float]:
    """Backtest one forecaster of the bench.

    At each cutoff a fresh forecaster is fitted on the series and the weather up to that month, and
    nothing else is ever in its reach: months to come are forecast on the weather to expect. One
    that uses weather is asked once more for the months whose weather is published before energy.

    Args:
        forecaster: Its name on the bench; not a combination.
        y: The whole series on a monthly PeriodIndex.
        weather: Columns `temperature` and `degree_days` on months that cover the series; None for
            a series that comes without.
        plan: The folds.
        known_then: Series and weather of cutoffs to be judged in real time: what is fitted at such
            a cutoff is what had been published, revisions to come left out. Actuals are always y.

    Returns:
        The fold frame, and the CPU seconds that fitting and predicting took.

    Raises:
        NotPlausible: A forecast that is not a number, or not above zero where the series is.
        MissingWeather: The forecaster needs weather that is not there.
    """
    positive = is_positive(y)
    with quiet():
        build(forecaster, positive)  # imports what it needs, so that the clock counts fits alone
    spent, parts = 0.0, []
    for cutoff, protocol in plan.cutoffs.items():
        held, single = protocol == "holdout", cutoff == plan.split
        ahead = ((y.index[-1] if held else plan.split) - cutoff).n
        reach = ahead if single else min(plan.reach, ahead)
        then, weather_then = (known_then or {}).get(cutoff, (y, weather))
        seen = then.loc[:cutoff]
        known = regressors(forecaster, seen, weather_then)
        began = time.process_time()
        fitted = fit(forecaster, seen, known, positive)
        mean = forecast(forecaster, fitted, reach, positive)
        spent += time.process_time() - began
        rows = _rows(protocol, cutoff, mean, y, seasonal_naive_scale(seen.to_numpy()))
        parts.append(rows[rows["horizon"] <= plan.reach])
        if single:
            parts.append(rows.assign(protocol="single_origin"))
        out = observed_ahead(forecaster, cutoff, weather_then)
        if out is not None and protocol != "warmup":
            began = time.process_time()
            nowcast = forecast(forecaster, fitted, len(out), positive, out)
            spent += time.process_time() - began
            name = "nowcast_holdout" if held else "nowcast"
            parts.append(_rows(name, cutoff, nowcast, y, rows["scale"].iloc[0]))
    whole = pd.concat(parts, ignore_index=True)
    return add_quantiles(whole, y, positive, weather, known_then), spent


def share(
    y: pd.Series,
    weather: pd.DataFrame | None,
    plan: Plan,
    known_then: KnownThen | None = None,
) -> None:
    """Do once what `run` would do anew for each forecaster in a process forked from this one.

    That is importing what nearly all of them need, and working out what the weather did up to each
    cutoff. None is built here: one that dies of it must not take the others with it.

    Args:
        y: As in `run`; the others likewise.
        weather: As in `run`.
        plan: The folds.
        known_then: As in `run`.
    """
    import sktime.forecasting.compose
    import sktime.transformations.series.boxcox
    import sktime.transformations.series.detrend  # noqa: F401
    import statsmodels.api  # noqa: F401

    positive = is_positive(y)
    for cutoff in plan.cutoffs:
        then, weather_then = (known_then or {}).get(cutoff, (y, weather))
        seen = None if weather_then is None else weather_then.loc[:cutoff]
        with suppress(Exception):  # whatever is wrong with a series, `run` will meet it and tell
            effect_and_spread(then.loc[:cutoff], seen, positive)


def _rows(
    protocol: str, cutoff: pd.Period, mean: pd.Series, y: pd.Series, scale: float
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "protocol": protocol,
            "cutoff": cutoff,
            "month": mean.index,
            "horizon": np.arange(1, len(mean) + 1),
            "actual": y.loc[mean.index].to_numpy(),
            "mean": mean.to_numpy(),
            "scale": scale,
        }
    )


def combine(
    rule: str,
    members: Sequence[pd.DataFrame],
    y: pd.Series,
    weather: pd.DataFrame | None = None,
    known_then: KnownThen | None = None,
) -> pd.DataFrame:
    """The fold frame of a combination, without fitting any of its members again.

    Args:
        rule: One of `combination.RULES`.
        members: Their fold frames; all the same rows, in the same order.
        y: The whole series; weather and known_then as in `run`.
        weather: As in `run`, or None.
        known_then: As in `run`.
    """
    combined = combination.combine(rule, members, known_then)
    return add_quantiles(combined, y, is_positive(y), weather, known_then)
