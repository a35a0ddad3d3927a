"""What is made of the folds: the rows of accuracy.json, paired tests, and the document's blocks."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from forecasting.series_building import fold, made_up_series, made_up_weather, period

ROOT = Path(__file__).parents[3]
WEATHER = made_up_weather(260, "2001-01")
Y = made_up_series(WEATHER)


@pytest.fixture(scope="module")
def accuracy() -> SimpleNamespace:
    from scripts.benchmarks import accuracy_tables, bench_accuracy

    return SimpleNamespace(tables=accuracy_tables, bench=bench_accuracy)


def frame(off: float, weather: bool = True) -> pd.DataFrame:
    parts = [fold(f"20{y}-03", [10.0] * 12, [10.0 + off] * 12, width=0.1) for y in range(10, 15)]
    parts += [
        fold("2018-03", [10.0] * 12, [10.0 + 2 * off] * 12, width=0.1, protocol="holdout"),
        fold("2019-06", [10.0] * 12, [10.0 + 3 * off] * 12, width=0.1, protocol="holdout"),
    ]
    if weather:
        parts.append(fold("2010-03", [10.0], [10.0 + off / 2], width=0.1, protocol="nowcast"))
    parts.append(
        fold("2017-01", [10.0] * 65, [10.0 + off] * 65, width=0.1, protocol="single_origin_2017")
    )
    return pd.concat(parts, ignore_index=True)


def test_the_folds_end_where_the_training_part_does(accuracy: SimpleNamespace) -> None:
    laid = accuracy.bench.lay_out(Y)
    rolling = laid.rolling
    assert str(rolling.backtest[0]) == "2008-12"
    assert rolling.backtest[-1] == rolling.split - 12
    assert rolling.warmup[-1] + 1 == rolling.backtest[0]
    assert rolling.holdout[0] == rolling.split
    assert rolling.holdout[-1] == Y.index[-1] - 12
    origins = {(protocol, str(cutoff)): ahead for protocol, cutoff, ahead in laid.origins}
    assert origins["single_origin_2017", "2017-01"] == 65
    training = [o for o in laid.origins if o[0] == "training"]
    assert len(training) == len(rolling.backtest)


def test_the_months_before_covid_are_told_apart(accuracy: SimpleNamespace) -> None:
    parts = accuracy.tables.parts(frame(1.0))
    assert set(parts["holdout_before_covid"]["cutoff"]) == {period("2018-03")}
    assert set(parts["holdout"]["cutoff"]) == {period("2018-03"), period("2019-06")}
    assert "nowcast" not in accuracy.tables.parts(frame(1.0, weather=False))


def test_a_row_has_the_figures_of_its_rows(accuracy: SimpleNamespace) -> None:
    rows = accuracy.tables.score_rows("bench", {"theta": frame(1.0)}, {"theta": 3.21})
    by_protocol = {row["protocol"]: row for row in rows}
    assert by_protocol["training"]["mape"] == pytest.approx(10.0)
    assert by_protocol["training"]["folds"] == 5
    assert by_protocol["holdout_before_covid"]["mape"] == pytest.approx(20.0)
    assert by_protocol["nowcast"]["mape"] == pytest.approx(5.0)
    assert by_protocol["single_origin_2017"]["folds"] == 1
    assert {row["seconds"] for row in rows} == {3.2}


def test_the_summary_compares_with_the_best_of_the_field(accuracy: SimpleNamespace) -> None:
    ours = {"sarimax": frame(1.0), "seasonal_naive": frame(4.0)}
    theirs = {"auto_theta": frame(2.0, False), "prophet": frame(3.0, False)}
    rows = accuracy.tables.score_rows("bench", ours, dict.fromkeys(ours, 1.0))
    rows += accuracy.tables.score_rows("field", theirs, dict.fromkeys(theirs, 1.0))
    found = accuracy.tables.summary(rows, "sarimax")
    assert found["best_univariate"] == "auto_theta"
    assert found["gain_over_best_univariate"] == pytest.approx(0.5)
    assert found["nowcast_mape"] == pytest.approx(5.0)
    assert found["single_origin_2017_mape"] == pytest.approx(10.0)


def test_a_pair_is_compared_on_the_cutoffs_that_both_have(accuracy: SimpleNamespace) -> None:
    theirs = frame(2.0)
    theirs = theirs[theirs["cutoff"] != period("2010-03")]
    (found,) = accuracy.tables.paired(frame(1.0), {"auto_theta": theirs})
    assert found["cutoffs"] == 4
    assert found["difference"] == pytest.approx(-10.0)
    assert found["better_at"] == 1.0
