"""The made-up series of the scale benchmark, and its folds."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from energy.data.dataset import read_dataset_file
from energy.data.loader import load_dataset
from scripts.benchmarks import bench_scale


def test_a_seed_gives_the_same_table_which_its_settings_read(tmp_path: Path) -> None:
    table = bench_scale.made_up_table(12, 1, (60, 90))
    pd.testing.assert_frame_equal(table, bench_scale.made_up_table(12, 1, (60, 90)))
    data = load_dataset(read_dataset_file(bench_scale.write_dataset(table, tmp_path)), tmp_path)
    assert len(data.dataset.targets) == 12
    assert (data.frame.iloc[:, :-1].min() > 0).all()
    assert 60 <= data.frame["shop 00000"].count() < 90


def test_some_series_are_short() -> None:
    months = bench_scale.made_up_table(200, 2, (60, 240)).groupby("shop").size()
    assert 0.05 < (months < 37).mean() < 0.2


def test_folds_are_equal_and_end_within_a_step_of_the_split() -> None:
    for months in (100, 157, 239):
        index = pd.period_range("2000-01", periods=months, freq="M")
        folds = bench_scale.shared_plan(index, 9)
        assert len(folds.backtest) == 9
        assert folds.split - 5 < folds.backtest[-1] + 12 <= folds.split
    with pytest.raises(ValueError, match="too few"):
        bench_scale.shared_plan(pd.period_range("2000-01", periods=70, freq="M"), 9)
