"""folds.json: what every forecaster would have said, whole, in columns, and back again."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from made_results import make_folds, make_plan, make_series

from energy.forecasting.folds import SAID, SHARED, folds_document, read_folds_document


@pytest.fixture(scope="module")
def folds() -> dict[str, pd.DataFrame]:
    y = make_series()
    laid = make_plan(y)
    return {"theta": make_folds(y, laid, 0.2), "ridge": make_folds(y, laid, 0.3, nowcast=True)}


def test_it_goes_to_json_and_back(folds: dict[str, pd.DataFrame]) -> None:
    document = json.loads(json.dumps(folds_document(folds, "Mtoe"), allow_nan=False))
    assert (document["schema"], document["unit"]) == (1, "Mtoe")
    found = read_folds_document(document)
    assert list(found) == ["theta", "ridge"]
    for name, frame in folds.items():
        scored = frame["protocol"].isin(["backtest", "holdout"]) & (frame["horizon"] <= 12)
        kept = frame[scored].reset_index(drop=True)
        expected = kept[list(SHARED)].assign(**{n: kept[column] for n, column in SAID.items()})
        pd.testing.assert_frame_equal(found[name], expected, atol=1e-4, check_dtype=False)


def test_it_holds_neither_nowcasts_nor_what_is_not_scored(folds: dict[str, pd.DataFrame]) -> None:
    rows = folds_document(folds, "Mtoe")["rows"]
    assert set(rows["protocol"]) == {"backtest", "holdout"}
    assert max(rows["horizon"]) == 12


def test_forecasters_whose_rows_stand_in_another_order_keep_their_own_figures(
    folds: dict[str, pd.DataFrame],
) -> None:
    turned = {**folds, "ridge": folds["ridge"].iloc[::-1]}
    assert folds_document(turned, "Mtoe") == folds_document(folds, "Mtoe")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"rows": {"cutoff": ["2020-01"], "month": []}, "forecasters": {}},
        {"rows": {"cutoff": [], "month": []}, "forecasters": {"theta": {"mean": [1.0]}}},
    ],
)
def test_what_is_no_folds_json(document: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_folds_document(document)
