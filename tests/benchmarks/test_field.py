"""The other packages' forecasters, run with the baseline that needs no package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from energy.contract import LEVELS
from energy.forecasting.folds import quantile_columns

FIELD = Path(__file__).parents[2] / "benchmarks" / "field"
VALUES = [20 + 5 * np.cos(2 * np.pi * i / 12) + 0.1 * (i % 7) for i in range(96)]
ORIGINS = [
    ("training", "2006-06", 12),
    ("training", "2007-06", 12),
    ("single_origin", "2006-12", 24),
]


def run(
    folder: Path,
    values: list[float] | None = None,
    origins: list[tuple[str, str, int]] | None = None,
    names: str = "seasonal_naive",
    jobs: int = 1,
) -> tuple[pd.DataFrame, dict]:
    folder.mkdir(exist_ok=True)
    request = {
        "target": "total",
        "first_month": "2001-01",
        "values": values or VALUES,
        "levels": list(LEVELS),
        "origins": [
            {"protocol": p, "cutoff": cutoff, "horizon": horizon}
            for p, cutoff, horizon in origins or ORIGINS
        ],
    }
    (folder / "request.json").write_text(json.dumps(request), "utf-8")
    paths = [str(folder / "request.json"), str(folder / "answer")]
    command = [sys.executable, "run_opponents.py", *paths]
    command += ["--forecasters", names, "--jobs", str(jobs)]
    subprocess.run(command, cwd=FIELD, check=True, capture_output=True, timeout=120)
    summary = json.loads((folder / "answer" / "field.json").read_text("utf-8"))
    return pd.read_csv(folder / "answer" / "forecasts.csv"), summary


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, dict]:
    return run(tmp_path_factory.mktemp("field"))


def test_every_fold_is_answered_month_by_month(answer: tuple[pd.DataFrame, dict]) -> None:
    rows, summary = answer
    where = ["forecaster", "protocol", "cutoff", "month", "horizon", "mean"]
    assert list(rows.columns) == [*where, *quantile_columns()]
    assert (np.diff(rows[quantile_columns()].to_numpy(), axis=1) >= 0).all()
    assert len(rows) == sum(horizon for *_, horizon in ORIGINS)
    months = pd.PeriodIndex(rows["month"], freq="M")
    ahead = months.astype("int64") - pd.PeriodIndex(rows["cutoff"], freq="M").astype("int64")
    assert (ahead == rows["horizon"]).all()
    assert summary["seasonal_naive"]["failure"] is None
    assert summary["seasonal_naive"]["fits"] == len(ORIGINS)


def test_both_sides_mean_the_same_months(answer: tuple[pd.DataFrame, dict]) -> None:
    rows, _ = answer
    series = pd.Series(VALUES, pd.period_range("2001-01", periods=len(VALUES), freq="M"))
    first = rows[rows["horizon"] <= 12]
    before = series.loc[pd.PeriodIndex(first["month"], freq="M") - 12].to_numpy()
    assert first["mean"].to_numpy() == pytest.approx(before, abs=1e-6)


def test_nothing_after_a_cutoff_is_used(answer: tuple[pd.DataFrame, dict], tmp_path: Path) -> None:
    length = 12 * 6 + 6  # to the latest cutoff
    changed, _ = run(tmp_path, VALUES[:length] + [99.0] * (len(VALUES) - length), jobs=2)
    pd.testing.assert_frame_equal(changed, answer[0])


def test_a_missing_package_fails_only_its_own_forecaster(tmp_path: Path) -> None:
    rows, summary = run(tmp_path, names="auto_theta,seasonal_naive")
    if summary["auto_theta"]["failure"] is None:
        pytest.skip("statsforecast is installed beside the tests: nothing is missing")
    assert summary["auto_theta"]["failure"] == "statsforecast is not installed"
    assert set(rows["forecaster"]) == {"seasonal_naive"}


def test_a_protocol_that_fails_leaves_the_others(tmp_path: Path) -> None:
    rows, summary = run(tmp_path, origins=[("outside", "2030-01", 12), ORIGINS[0]])
    assert set(rows["protocol"]) == {"training"}
    assert "outside at 2030-01" in summary["seasonal_naive"]["failure"]


def test_the_field_does_not_import_the_package_and_its_locks_have_no_torch() -> None:
    for script in FIELD.glob("*.py"):
        assert "energy" not in [
            line.split()[1].partition(".")[0]
            for line in script.read_text("utf-8").splitlines()
            if line.startswith(("import ", "from "))
        ], script
    for lock in FIELD.glob("*.txt"):
        text = lock.read_text("utf-8")
        assert "--hash=sha256:" in text
        assert not [word for word in ("http", "nvidia", "\ntorch==") if word in text], lock
