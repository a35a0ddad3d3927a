"""The rows of accuracy.json, paired tests and the blocks of the document, from folds."""

from __future__ import annotations

import pandas as pd
import pytest
from forecasting.series_building import fold, made_up_series, made_up_weather, period

from scripts.benchmarks import accuracy_tables, bench_accuracy

WEATHER = made_up_weather(260, "2001-01")
Y = made_up_series(WEATHER)


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


def test_the_folds_end_where_the_training_part_does() -> None:
    protocols = bench_accuracy.lay_out(Y)
    rolling = protocols.rolling
    assert str(rolling.backtest[0]) == "2008-12"
    assert rolling.backtest[-1] == rolling.split - 12
    assert rolling.warmup[-1] + 1 == rolling.backtest[0]
    assert rolling.holdout[0] == rolling.split
    assert rolling.holdout[-1] == Y.index[-1] - 12
    origins = {(protocol, str(cutoff)): ahead for protocol, cutoff, ahead in protocols.origins}
    assert origins["single_origin_2017", "2017-01"] == 65
    training = [o for o in protocols.origins if o[0] == "training"]
    assert len(training) == len(rolling.backtest)


def test_the_months_before_covid_are_their_own_protocol() -> None:
    parts = accuracy_tables.parts(frame(1.0))
    assert set(parts["holdout_before_covid"]["cutoff"]) == {period("2018-03")}
    assert set(parts["holdout"]["cutoff"]) == {period("2018-03"), period("2019-06")}
    assert "nowcast" not in accuracy_tables.parts(frame(1.0, weather=False))


def test_a_row_has_the_scores_of_its_folds() -> None:
    rows = accuracy_tables.score_rows("bench", {"theta": frame(1.0)}, {"theta": 3.21})
    by_protocol = {row["protocol"]: row for row in rows}
    assert by_protocol["training"]["mape"] == pytest.approx(10.0)
    assert by_protocol["training"]["folds"] == 5
    assert by_protocol["holdout_before_covid"]["mape"] == pytest.approx(20.0)
    assert by_protocol["nowcast"]["mape"] == pytest.approx(5.0)
    assert by_protocol["single_origin_2017"]["folds"] == 1
    assert {row["seconds"] for row in rows} == {3.2}


def test_the_summary_compares_with_the_best_of_the_field() -> None:
    candidates = {"sarimax": frame(1.0), "seasonal_naive": frame(4.0)}
    field = {"auto_theta": frame(2.0, False), "prophet": frame(3.0, False)}
    rows = accuracy_tables.score_rows("bench", candidates, dict.fromkeys(candidates, 1.0))
    rows += accuracy_tables.score_rows("field", field, dict.fromkeys(field, 1.0))
    summary = accuracy_tables.summary(rows, "sarimax")
    assert summary["best_univariate"] == "auto_theta"
    assert summary["gain_over_best_univariate"] == pytest.approx(0.5)
    assert summary["nowcast_mape"] == pytest.approx(5.0)
    assert summary["single_origin_2017_mape"] == pytest.approx(10.0)


def test_a_pair_is_compared_on_shared_cutoffs() -> None:
    opponent = frame(2.0)
    opponent = opponent[opponent["cutoff"] != period("2010-03")]
    (pair,) = accuracy_tables.paired(frame(1.0), {"auto_theta": opponent})
    assert pair["cutoffs"] == 4
    assert pair["difference"] == pytest.approx(-10.0)
    assert pair["better_at"] == 1.0
