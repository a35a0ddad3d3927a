"""AutoGluon as an opponent: an ensemble of statistical forecasters and trees on lags.

Without deep learning, which would need torch and downloaded weights.
"""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from opponent import SEASON, SEED, Forecast, Forecaster, History

NOTE = (
    "fitted at the first cutoff asked for in each calendar year; at the year's later cutoffs it "
    "predicts from all months up to them, its trees and ensemble weights as they were (its "
    "statistical forecasters are refitted whenever they predict)"
)
ALONE = {"n_jobs": 1}
MEMBERS: dict[str, dict[str, Any]] = {
    "SeasonalNaive": ALONE,
    "AutoETS": ALONE,
    "AutoARIMA": ALONE,
    "AutoCES": ALONE,
    "DynamicOptimizedTheta": ALONE,
    "DirectTabular": {"model_hyperparameters": {"num_threads": 1}},
    "RecursiveTabular": {"model_hyperparameters": {"num_threads": 1}},
}


@dataclass(frozen=True, slots=True)
class _Fitted:
    cutoff: pd.Period
    predictor: Any
    folder: tempfile.TemporaryDirectory[str]  # deleted with this object


def autogluon(levels: Sequence[float]) -> Forecaster:
    """A weighted ensemble of `MEMBERS`, weights from the last windows before the cutoff."""
    os.environ.setdefault("NIXTLA_NUMBA_CACHE", "1")  # saves 40 s of compiling in every process
    from autogluon.timeseries import TimeSeriesDataFrame, TimeSeriesPredictor

    logging.disable(logging.ERROR)  # it reports at every fit that torch is missing
    fitted: dict[tuple[int, int], _Fitted] = {}

    def frame(history: History) -> Any:
        return TimeSeriesDataFrame.from_data_frame(
            history.frame(), id_column="unique_id", timestamp_column="ds"
        )

    def fit(history: History, length: int) -> _Fitted:
        folder = tempfile.TemporaryDirectory(prefix="field-", ignore_cleanup_errors=True)
        predictor = TimeSeriesPredictor(
            target="y",
            prediction_length=length,
            freq="MS",
            eval_metric="WQL",
            quantile_levels=list(levels),
            path=folder.name,
            verbosity=0,
            log_to_file=False,
        )
        predictor.fit(
            frame(history),
            hyperparameters=MEMBERS,
            refit_full=True,  # refit the trees with the validation months
            num_val_windows=validation_windows(len(history.values), length),
            random_seed=SEED,
        )
        return _Fitted(history.cutoff, predictor, folder)

    def forecast(history: History, horizon: int) -> Forecast:
        length = max(SEASON, horizon)
        key = history.cutoff.year, length
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if key not in fitted or fitted[key].cutoff > history.cutoff:
                fitted[key] = fit(history, length)
            answer = fitted[key].predictor.predict(
                frame(history), use_cache=False, random_seed=SEED
            )
        answer = answer.iloc[:horizon]
        quantiles = answer[[str(level) for level in levels]].to_numpy()
        return Forecast(answer["mean"].to_numpy(), quantiles)

    return forecast


def validation_windows(months: int, length: int) -> int:
    """Number of windows of `length` months for the ensemble's weights; two more are left to fit on.

    >>> validation_windows(96, 12), validation_windows(193, 65)
    (5, 1)
    """
    return max(1, min(5, months // length - 2))
