"""`make bench-accuracy` at its smallest size: a model and the baseline, on few folds."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.e2e


def test_a_few_forecasters_are_measured_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from scripts.benchmarks import bench_accuracy

    before = bench_accuracy.RESULT.read_bytes()
    assert bench_accuracy.main(["--forecasters", "weather_normalised_theta", "--thin", "12"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["champion"] == "weather_normalised_theta"
    assert 0 < summary["mape_12"] < summary["baseline_holdout_before_covid_mape"] + 5
    assert bench_accuracy.RESULT.read_bytes() == before


def test_an_unknown_forecaster_is_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    from scripts.benchmarks import bench_accuracy

    with pytest.raises(SystemExit):
        bench_accuracy.main(["--forecasters", "crystal_ball"])
    assert "unknown forecasters: crystal_ball" in capsys.readouterr().err
