"""The folds that a release carries, `folds.json`: what every forecaster would have said, and when.

Columns, not rows: what all forecasters share stands once, and beside it what each of them said.
The nowcast, the warm-up and the single origin are left out, and months further than are scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from energy.contract import LEVELS, SCHEMA
from energy.forecasting.scores import MONTHS_SCORED

PROTOCOLS = ("backtest", "holdout")
SHARED = ("protocol", "cutoff", "month", "horizon", "actual", "scale")
SAID = {
    "mean": "mean",
    "lower80": f"q{LEVELS[1]}",
    "upper80": f"q{LEVELS[-2]}",
    "lower95": f"q{LEVELS[0]}",
    "upper95": f"q{LEVELS[-1]}",
}
"""What is kept of a forecaster's folds, and the fold frame's name for it."""
DIGITS = 4
_KEYS = ["protocol", "cutoff", "month"]


def to_document(folds: Mapping[str, pd.DataFrame], unit: str) -> dict[str, Any]:
    """Fold frames as plain data, ready for JSON.

    Args:
        folds: Fold frame by forecaster, all of one plan (see `energy.forecasting.backtest`).
        unit: Of actuals and forecasts.
    """
    kept = {name: _kept(frame) for name, frame in folds.items()}
    rows = next(iter(kept.values())).reset_index()
    return {
        "schema": SCHEMA,
        "unit": unit,
        "rows": {
            "protocol": list(rows["protocol"]),
            "cutoff": rows["cutoff"].astype(str).tolist(),
            "month": rows["month"].astype(str).tolist(),
            "horizon": rows["horizon"].astype(int).tolist(),
            "actual": rows["actual"].round(DIGITS).tolist(),
            "scale": rows["scale"].round(DIGITS).tolist(),
        },
        "forecasters": {
            name: {
                said: frame.loc[pd.MultiIndex.from_frame(rows[_KEYS]), column]
                .round(DIGITS)
                .tolist()
                for said, column in SAID.items()
            }
            for name, frame in kept.items()
        },
    }


def from_document(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """By forecaster: the columns SHARED and those of SAID; cutoffs and months as Period[M].

    Raises:
        KeyError, TypeError, ValueError: It is no such document.
    """
    rows = pd.DataFrame({name: document["rows"][name] for name in SHARED})
    for name in ("cutoff", "month"):
        rows[name] = pd.PeriodIndex(rows[name], freq="M")
    return {
        name: rows.assign(**{column: said[column] for column in SAID})
        for name, said in document["forecasters"].items()
    }


def _kept(frame: pd.DataFrame) -> pd.DataFrame:
    scored = frame["protocol"].isin(PROTOCOLS) & (frame["horizon"] <= MONTHS_SCORED)
    return frame[scored].set_index(_KEYS)
