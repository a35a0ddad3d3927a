"""Study: should the provisional last month be left out, or weighted less, or used as it is?

**Protocol.** Cutoffs every second month from 2008-12 to 2017-03. At each, the last month gets a
revision error of the given standard deviation, multiplicative and normal in logs, DRAWS times (the
same draws for every size and alternative, seed fixed); the months forecast are as we have them. The
error is *noise* in the sense of Mankiw and Shapiro (1986, NBER w1939): unrelated to the figure as
it will stand. Faust, Rogers and Wright (2000, Fed IFDP 690) find the United Kingdom's revisions of
GDP predictable by about half, that is, noise for a good part; *news* would speak for trusting the
figure more than is done here. How large is it? Of this table one figure is public, July 2022: 12.21
Mtoe at first, 11.86 in a later release, -2.9%. One figure gives no standard deviation; and earlier
months are revised as well (161 of 331 totals between September 2022 and early 2025), which this
leaves aside.

**Alternatives.**

- `as is`: the last month counts like every other.
- `left out`: treated as missing; its weather is known.
- `half weight`: halfway, in logs, between its published value and its one-step prediction.
- `best weight`: as much of the one-step error as is worth believing when the size of revisions is
  known, F / (F + s²) with F the variance of the one-step error: what the Kalman filter does when
  the last month has a measurement error of its own (Howrey 1978, Rev. Econ. Stat. 60; Bordignon and
  Trivellato 1989, J. Bus. Econ. Stat. 7; for simple ways, Busetti 2006, J. Forecasting 25).

Parameters are estimated once per cutoff, without the last month, and kept for all alternatives.
The forecasts' logs are then a straight line in the last month's log, so that two runs of the filter
give every draw exactly; estimating anew for each draw moves MAPE by 0.02 points at most. MAPE is in
per cent, by months ahead of the last month published, left out or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from research.weather_regression import AHEAD, cutoffs, known_at, mean_and_error

STEP = 2
SIZES = (0, 1, 2, 3, 5)
"""Standard deviations of the revision error, per cent."""
DRAWS = 200
SEED = 12
JUDGED = {"1": slice(0, 1), "1-3": slice(0, 3), f"1-{AHEAD}": slice(0, AHEAD)}
"""Months ahead that are averaged over."""


@dataclass(frozen=True, slots=True)
class Line:
    """A cutoff's forecasts as a straight line in the surprise that its last month was.

    Attributes:
        without: Logs forecast with the last month missing.
        gain: What they rise by for each unit of surprise that is believed.
        surprise: Log of the last month less its one-step prediction.
        deviation: Standard deviation of such surprises.
        actual: Logs of what came.
    """

    without: np.ndarray
    gain: np.ndarray
    surprise: float
    deviation: float
    actual: np.ndarray

    def errors(self, believed: float, noise: np.ndarray) -> np.ndarray:
        """Absolute errors in per cent, draws by months, at a weight on the noisy surprise."""
        shift = believed * (self.surprise + noise)
        logs = self.without + shift[:, None] * self.gain
        return np.asarray(100 * np.abs(np.exp(logs - self.actual) - 1))


def line(y: pd.Series, weather: pd.DataFrame, cutoff: pd.Period) -> Line:
    """Fit without the last month, and see what it adds."""
    past = known_at(y, weather, cutoff)
    missing = past.ignoring(past.known[-1:])
    fitted = missing.fit()
    complete = fitted.apply(past.log.to_numpy(), exog=past.regressors(past.known, past.daily))
    surprise = float(complete.filter_results.forecasts_error[0, -1])
    variance = float(complete.filter_results.forecasts_error_cov[0, 0, -1])
    without, as_is = past.ahead(fitted), past.ahead(complete)
    actual = np.log(y.loc[past.to_come].to_numpy())
    return Line(without, (as_is - without) / surprise, surprise, variance**0.5, actual)


def weights(deviation: float, size: float) -> dict[str, float]:
    """How much of the last month's surprise each alternative believes."""
    best = deviation**2 / (deviation**2 + size**2)
    return {"as is": 1.0, "left out": 0.0, "half weight": 0.5, "best weight": best}


def compare(y: pd.Series, weather: pd.DataFrame, thin: int = 1) -> list[dict]:
    """Score every alternative at every size of revisions, and say where leaving out breaks even.

    Args:
        y: Consumption on a monthly PeriodIndex, positive, up to the end of the training part.
        weather: Columns `temperature` and `degree_days`, up to the same month.
        thin: Use every so many-th cutoff; 1 uses all.

    Returns:
        One row per months ahead, size and alternative (`table` is `mape`: `difference` is to the
        last month as is, `error` its Newey-West standard error over the cutoffs), then one per
        months ahead and alternative (`table` is `break-even`): the `size` from which it wins; the
        `earliest` and `latest` it could be were the differences one standard error lower or
        higher, None where that is beyond the sizes tried; and the size that `theory` names for
        one-step errors as large as these are.
    """
    lines = [line(y, weather, cutoff) for cutoff in cutoffs("2008-12", "2017-03", STEP * thin)]
    noise = np.random.default_rng(SEED).standard_normal((len(lines), DRAWS))
    scores = {}
    for size in SIZES:
        for each, draws in zip(lines, noise, strict=True):
            for name, weight in weights(each.deviation, size / 100).items():
                errors = each.errors(weight, draws * size / 100).mean(axis=0)
                scores.setdefault((size, name), []).append(errors)
    errors_by_case = {key: np.array(values) for key, values in scores.items()}
    deviation = 100 * float(np.mean([each.deviation**2 for each in lines])) ** 0.5
    rows = [row for ahead in JUDGED for row in _rows(errors_by_case, ahead, STEP * thin)]
    return rows + [row for ahead in JUDGED for row in _break_even(rows, ahead, deviation)]


def _rows(errors_by_case: dict[tuple[int, str], np.ndarray], ahead: str, step: int) -> list[dict]:
    rows = []
    for (size, name), errors in errors_by_case.items():
        scores, as_is = (
            e[:, JUDGED[ahead]].mean(axis=1) for e in (errors, errors_by_case[size, "as is"])
        )
        difference, error = mean_and_error(scores - as_is, step)
        rows.append(
            {
                "table": "mape",
                "ahead": ahead,
                "size": size,
                "alternative": name,
                "mape": round(float(scores.mean()), 3),
                "difference": difference,
                "error": error,
            }
        )
    return rows


def _break_even(rows: list[dict], ahead: str, deviation: float) -> list[dict]:
    """Where an alternative's MAPE falls below that of the month as is."""
    # Expected squared errors say: left out from s = F^(1/2) on, half weight from (F / 3)^(1/2).
    theory = {"left out": deviation, "half weight": deviation / 3**0.5}
    break_even_rows = []
    for name, expected in theory.items():
        these = [row for row in rows if (row["ahead"], row["alternative"]) == (ahead, name)]
        break_even_rows.append(
            {
                "table": "break-even",
                "ahead": ahead,
                "alternative": name,
                "size": _crossing([row["difference"] for row in these]),
                "earliest": _crossing([row["difference"] - row["error"] for row in these]),
                "latest": _crossing([row["difference"] + row["error"] for row in these]),
                "theory": round(expected, 2),
            }
        )
    return break_even_rows


def _crossing(differences: list[float]) -> float | None:
    """The size at which the differences, one for each of SIZES, first fall to zero."""
    at = next((i for i, difference in enumerate(differences) if difference <= 0), None)
    if at is None:
        return None
    if at == 0:
        return float(SIZES[0])
    share = differences[at - 1] / (differences[at - 1] - differences[at])
    return round(SIZES[at - 1] + share * (SIZES[at] - SIZES[at - 1]), 2)
