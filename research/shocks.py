"""Study: which treatment of a past shock gives the best forecasts afterwards?

**Protocol.** The years 2020 and 2021 lie in the holdout, so that the one shock to learn from is the
recession of 2008-09. It is dated from October 2008, the first month after Lehman Brothers fell (15
September 2008): an event that anyone could date at the time, not a month picked from the series
(the economy had begun to shrink in the second quarter). Cutoffs are every month from 2008-12 to
2010-12, twelve months ahead, nothing seen that was not known; those within the shock's first year
and those after it are told apart.

The same treatments run on quiet cutoffs, every third month from 2012-01 to 2017-03: with the shock
where it was, *years ago*; as a *false alarm* dated a year before each cutoff, which shows what a
treatment costs that is not needed; and with a sudden fall *planted* in the history a year or two
before each cutoff (see PLANTED), since a recession that creeps in says little about a lockdown. The
planted shape is our own and like none of the treatments; what is planted leaves no trace in the
months forecast.

**Treatments.**

- `nothing`: the level follows as it will.
- `pulses`: months whose one-step error exceeds three standard deviations, each at its cutoff, get
  a dummy of their own, then a refit (additive outliers: Chen and Liu 1993, J. Am. Stat. Assoc. 88;
  for what they do to forecasts, Chen and Liu 1993, J. Forecasting 12; Ledolter 1989, Int. J.
  Forecasting 5).
- `robust`: the same months are replaced by their smoothed value, then a refit (pre-cleaning:
  Gelper, Fried and Croux 2010, J. Forecasting 29).
- `block`: one dummy for the shock's first twelve months; a cutoff within them expects the rest of
  them to be like those seen.
- `step`: one dummy from the shock on, for good.
- `decay`: a step that halves every six months (intervention analysis: Box and Tiao 1975, J. Am.
  Stat. Assoc. 70; in structural time series Harvey and Durbin 1986, J. R. Stat. Soc. A 149).
- `gaps`: the shock's first twelve months are left out. A dummy for each of them is the same thing
  (Hyndman and Rostami-Tabar, Forecasting interrupted time series, J. Oper. Res. Soc.).

MAPE and bias (forecast over actual less one) are in per cent, `difference` is the MAPE less that of
`nothing` at the same cutoffs, in points, `error` its Newey-West standard error. `found` is how many
cutoffs saw an outlying month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from research.weather_regression import (
    Past,
    cutoffs,
    known_at,
    mean_and_error,
    percent_errors,
)

SHOCK = pd.Period("2008-10", freq="M")
LASTS = 12
"""Months that a block and the gaps cover."""
HALF_LIFE = 6
OUTLYING = 3.0
"""Threshold of outliers, in standard deviations of the one-step error."""
BURN_IN = 24
"""Months without outlier detection: the season has to be estimated first."""


PLANTED = -np.concatenate([np.full(3, 0.15), np.linspace(0.15, 0, 11)[1:-1]])
"""An artificial fall: 15% for three months, then back to zero in a straight line."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Forecasts of every treatment at a cutoff.

    Attributes:
        cutoff: The last month seen.
        past: What was known then, without a planted fall.
        logs: Logs of the months to come, by treatment.
        found: Whether an outlier was detected.
    """

    cutoff: pd.Period
    past: Past
    logs: dict[str, np.ndarray]
    found: bool


def outlying(fitted: Any, past: Past) -> pd.PeriodIndex:
    """Months whose one-step error exceeds OUTLYING standard deviations."""
    errors = np.nan_to_num(fitted.filter_results.standardized_forecasts_error[0])
    errors[:BURN_IN] = 0
    return past.known[np.abs(errors) > OUTLYING]


def _pulses(past: Past, fitted: Any, months: pd.PeriodIndex) -> np.ndarray:
    dummies = {str(month): (past.both == month).astype(float) for month in months}
    treated = replace(past, extra=pd.DataFrame(dummies, past.both))
    return treated.ahead(treated.fit())


def _robust(past: Past, fitted: Any, months: pd.PeriodIndex) -> np.ndarray:
    smoothed = fitted.smoother_results.smoothed_forecasts[0]
    cleaned = past.log.where(~past.known.isin(months), smoothed)
    treated = replace(past, log=cleaned)
    return treated.ahead(treated.fit())


def _gaps(past: Past, shock: pd.Period) -> np.ndarray:
    treated = past.ignoring(pd.period_range(shock, periods=LASTS, freq="M"))
    return treated.ahead(treated.fit())


def _shaped(shape: Callable[[np.ndarray], np.ndarray]) -> Callable[[Past, pd.Period], np.ndarray]:
    """A treatment by one regressor: a function of the months since the shock, zero before it."""

    def treatment(past: Past, shock: pd.Period) -> np.ndarray:
        since = np.array([(month - shock).n for month in past.both], float)
        regressor = np.where(since >= 0, shape(np.maximum(since, 0)), 0.0)
        treated = replace(past, extra=pd.DataFrame({"shock": regressor}, past.both))
        return treated.ahead(treated.fit())

    return treatment


DETECTED = {"pulses": _pulses, "robust": _robust}
"""Treatments of automatically detected months."""
DATED = {
    "block": _shaped(lambda since: (since < LASTS).astype(float)),
    "step": _shaped(np.ones_like),
    "decay": _shaped(lambda since: 0.5 ** (since / HALF_LIFE)),
    "gaps": _gaps,
}
"""Treatments of a shock with a known first month."""


def _try_all(past: Past, shock: pd.Period) -> tuple[dict[str, np.ndarray], bool]:
    """Logs of the months to come by treatment, and whether an outlying month was seen."""
    fitted = past.fit()
    months = outlying(fitted, past)
    logs = {"nothing": past.ahead(fitted)}
    for name, treat in DETECTED.items():
        logs[name] = treat(past, fitted, months) if len(months) else logs["nothing"]
    return (
        logs | {name: treat_dated(past, shock) for name, treat_dated in DATED.items()},
        len(months) > 0,
    )


def _planted(past: Past, shock: pd.Period) -> Past:
    """The same past with the fall PLANTED at `shock`."""
    fall = pd.Series(np.log1p(PLANTED), pd.period_range(shock, periods=len(PLANTED), freq="M"))
    return replace(past, log=past.log + fall.reindex(past.known).fillna(0))


def compare(y: pd.Series, weather: pd.DataFrame, thin: int = 1) -> list[dict]:
    """Score every treatment at the cutoffs after the shock, and at quiet ones.

    Args:
        y: Consumption on a monthly PeriodIndex, positive, up to the end of the training part.
        weather: Columns `temperature` and `degree_days`, up to the same month.
        thin: Use every so many-th cutoff; 1 uses all.

    Returns:
        One row per shock, group of cutoffs and treatment.
    """
    shocked, quiet = cutoffs("2008-12", "2010-12", thin), cutoffs("2012-01", "2017-03", 3 * thin)
    pasts = {cutoff: known_at(y, weather, cutoff) for cutoff in shocked + quiet}
    trials = [Trial(c, pasts[c], *_try_all(pasts[c], SHOCK)) for c in shocked]
    first = [each for each in trials if each.cutoff < SHOCK + LASTS]
    rows = _rows("2008-10", trials, y, thin)
    rows += _rows("2008-10, in its first year", first, y, thin)
    rows += _rows("2008-10, after its first year", trials[len(first) :], y, thin)
    trials = [Trial(c, pasts[c], *_try_all(pasts[c], SHOCK)) for c in quiet]
    rows += _rows("2008-10, years ago", trials, y, 3 * thin)
    trials = [Trial(c, pasts[c], *_try_all(pasts[c], c - 12)) for c in quiet]
    rows += _rows("false alarm a year ago", trials, y, 3 * thin)
    for ago, label in ((12, "a year"), (24, "two years")):
        trials = [
            Trial(c, pasts[c], *_try_all(_planted(pasts[c], c - ago), c - ago)) for c in quiet
        ]
        rows += _rows(f"planted {label} ago", trials, y, 3 * thin)
    return rows


def _rows(shock: str, trials: list[Trial], y: pd.Series, step: int) -> list[dict]:
    """One row per treatment of a shock."""
    errors = {
        name: np.array([percent_errors(trial.logs[name], y, trial.past) for trial in trials])
        for name in trials[0].logs
    }
    scores = {name: np.abs(values).mean(axis=1) for name, values in errors.items()}
    rows = []
    for name, values in errors.items():
        difference, error = mean_and_error(scores[name] - scores["nothing"], step)
        rows.append(
            {
                "shock": shock,
                "cutoffs": f"{trials[0].cutoff} to {trials[-1].cutoff}",
                "count": len(trials),
                "treatment": name,
                "mape": round(float(scores[name].mean()), 3),
                "bias": round(float(values.mean()), 3),
                "difference": difference,
                "error": error,
                "found": sum(trial.found for trial in trials) if name in DETECTED else None,
            }
        )
    return rows
