"""Each check of the gate, on made-up results."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_results import make_comparison, make_manifest, make_plan, make_series, make_table
from msgspec import structs
from printed import prints

from energy.contract import Calibration, Pointer
from energy.contract.panel import BacktestScores, Panel, SeriesForecast
from energy.forecasting.folds import folds_document, quantile_columns, read_folds_document
from energy.forecasting.metrics import mase
from energy.forecasting.models import BASELINE
from energy.pipelines import gate
from energy.pipelines.gate import Incumbent, clock
from energy.pipelines.many_series import DIED, summarise_panel
from energy.pipelines.train import Comparison
from energy.releases.promotion import Check

NOW = datetime(2026, 11, 24, tzinfo=UTC)
Y = make_series()
PLAN = make_plan(Y, folds=12)
COMPARED = make_comparison(Y, PLAN)
MANIFEST = make_manifest(make_table(Y, PLAN), 2)
POINTER = Pointer("2022-07-20261123T170001Z-3f9a1c21", None, "2026-11-23T17:00:01Z", "it is best")


def incumbent(forecaster: str = "theta", folds: Any = None, **changes: Any) -> Incumbent:
    manifest = make_manifest(make_table(Y, PLAN), 1)
    live = structs.replace(manifest, forecaster=forecaster, **changes)
    return Incumbent(POINTER, live, folds)


def stored_folds(compared: Comparison, name: str, errors: Any = None) -> dict[str, pd.DataFrame]:
    """What a release keeps of one forecaster, called sarimax; with other errors, if given."""
    rows = compared.folds[name]
    mean = rows["mean"] if errors is None else rows["actual"] + errors(rows)
    return read_folds_document(folds_document({"sarimax": rows.assign(mean=mean)}, "Mtoe"))


def worse(share: float, noise: float = 0.0) -> Any:
    """Errors such that the champion's are larger by a share, on average, with noise by cutoff."""

    def errors(rows: pd.DataFrame) -> pd.Series:
        ours = rows["mean"] - rows["actual"]
        order = rows["cutoff"].map({c: i for i, c in enumerate(sorted(set(rows["cutoff"])))})
        return ours / (1 + share) * (1 + noise * np.where(order % 2, 1, -1))

    return errors


def run_gate(compared: Comparison = COMPARED, other: Incumbent | None = None) -> dict[str, Check]:
    check = gate.check_release(compared, MANIFEST, other or Incumbent(), NOW)
    return {check.name: check for check in check}


def test_a_first_release_passes_the_comparisons() -> None:
    checks = run_gate()
    assert list(checks) == [
        *("same_series", "beats_naive", "not_worse", "coverage_80", "coverage_95"),
        *("not_older", "clock"),
    ]
    for name in ("same_series", "not_worse", "not_older", "clock"):
        check = checks[name]
        assert (check.passed, check.figure, check.threshold) == (True, None, None)
        assert check.told == "Not checked: no release is live."
    assert gate.refusal_reason(tuple(checks.values())) == ""


def test_a_damaged_live_release_is_replaced() -> None:
    checks = run_gate(other=Incumbent(POINTER, error="model.zip is gone."))
    for name in ("same_series", "not_worse"):
        assert checks[name].passed
        assert checks[name].told == (
            "Not checked: the live release is damaged and is replaced: model.zip is gone."
        )


def test_the_id_of_a_damaged_release_has_its_last_month() -> None:
    newer = structs.replace(POINTER, release_id="2031-01-20310301T100000Z-0123abcd")
    check = run_gate(other=Incumbent(newer, error="manifest.json is gone."))["not_older"]
    assert not check.passed
    assert "has data to 2031-01" in check.told


def test_a_live_release_with_damaged_folds() -> None:
    other = replace(incumbent(cutoff="2022-09"), folds=None, error="folds.json is altered.")
    checks = run_gate(other=other)
    assert checks["same_series"].passed
    assert not checks["not_older"].passed
    assert "folds of the live release cannot be read" in checks["not_worse"].told


def test_intervals_that_fail_for_years_do_not_pass_by_their_own_scatter() -> None:
    frame = COMPARED.folds[COMPARED.champion]
    years = pd.PeriodIndex(frame["month"]).year
    off = frame.assign(actual=frame["actual"] + np.where(years % 2, 0.0, 100.0))
    folds = {**COMPARED.folds, COMPARED.champion: off}
    check = gate.coverage(replace(COMPARED, folds=folds), 0.1)
    assert not check.passed
    assert check.threshold is not None
    assert check.threshold <= 0.2 + 1e-9


def test_beats_naive() -> None:
    good = run_gate()["beats_naive"]
    assert good.passed
    assert good.figure is not None
    assert good.threshold is not None
    assert good.figure < good.threshold
    alone = run_gate(make_comparison(Y, PLAN, names=(BASELINE,)))["beats_naive"]
    assert not alone.passed  # it does not beat itself
    assert alone.figure == alone.threshold
    assert "not below" in alone.told


def test_without_a_baseline_beats_naive_fails() -> None:
    failed = run_gate(make_comparison(Y, PLAN, failed=[BASELINE]))["beats_naive"]
    assert (failed.passed, failed.threshold) == (False, None)
    assert failed.told == "seasonal_naive has no score: ValueError: it broke."
    absent = run_gate(make_comparison(Y, PLAN, names=("theta",)))["beats_naive"]
    assert absent.told == "seasonal_naive has no score: it was not in this run."


def test_the_live_forecaster_is_compared_in_this_run() -> None:
    same = run_gate(other=incumbent("theta"))["not_worse"]
    assert (same.passed, same.figure, same.threshold) == (True, 0.0, gate.WORSE_BY)
    assert "theta in this run, on 12 cutoffs: +0.0%" in same.told
    better = run_gate(other=incumbent("ridge"))["not_worse"]
    assert better.figure == pytest.approx(0.2 / 0.3 - 1)


def test_stored_folds_are_compared_where_they_are_shared() -> None:
    folds = stored_folds(COMPARED, "theta")
    check = run_gate(other=incumbent("sarimax", folds))["not_worse"]
    assert check.passed
    assert check.figure == pytest.approx(0, abs=1e-4)
    assert "sarimax as published, on 12 cutoffs" in check.told
    shared = folds["sarimax"].loc[lambda rows: rows["cutoff"] > pd.Period("2018-06", "M")]
    cutoffs = set(shared["cutoff"]) & set(PLAN.backtest)
    assert 0 < len(cutoffs) < gate.FEWEST_CUTOFFS
    few = run_gate(other=incumbent("sarimax", {"sarimax": shared}))["not_worse"]
    assert (few.passed, few.figure) == (True, None)
    assert few.told == (
        "Not checked: sarimax has no folds in this run, and its release has "
        f"{len(cutoffs)} of the same cutoffs, fewer than 8."
    )


def test_stored_folds_come_before_the_folds_of_this_run() -> None:
    """Theta became worse than it was: its folds in this run would show no difference."""
    folds = stored_folds(COMPARED, "theta", worse(0.2))
    stored = {"theta": folds["sarimax"]}
    check = run_gate(other=incumbent("theta", stored))["not_worse"]
    assert not check.passed
    assert prints(check.told, "theta as published, on 12 cutoffs: #%", 20.0)
    few = stored["theta"].loc[lambda rows: rows["cutoff"] > pd.Period("2018-06", "M")]
    assert (
        "theta in this run" in run_gate(other=incumbent("theta", {"theta": few}))["not_worse"].told
    )


@pytest.mark.parametrize("folds", [None, {}, stored_folds(COMPARED, "theta")])
def test_without_shared_folds_it_is_not_checked(folds: Any) -> None:
    check = run_gate(other=incumbent("sarima", folds))["not_worse"]
    assert (check.passed, check.figure) == (True, None)
    assert check.told.startswith("Not checked: ")


@pytest.mark.parametrize(
    ("share", "noise", "passed", "sentence"),
    [
        (0.04, 0.0, True, ": #%."),
        (0.20, 0.0, False, ": #%, p 0.0"),
        (0.20, 0.9, True, ": #%, may be noise (Diebold-Mariano test, p 0."),
        (-0.30, 0.0, True, ": #%."),
    ],
)
def test_worse_fails_unless_it_may_be_noise(
    share: float, noise: float, passed: bool, sentence: str
) -> None:
    folds = stored_folds(COMPARED, "theta", worse(share, noise))
    check = run_gate(other=incumbent("sarimax", folds))["not_worse"]
    assert check.figure == pytest.approx(share, abs=1e-3)  # kept with four decimals
    assert check.passed is passed, check.told
    assert prints(check.told, sentence, 100 * share)


@given(size=st.floats(0.1, 3.0))
@settings(max_examples=20, deadline=None)
def test_the_figure_is_the_mase_of_the_shared_months(size: float) -> None:
    rows = COMPARED.folds["theta"]
    rows = rows[(rows["protocol"] == "backtest") & (rows["horizon"] <= 12)]
    folds = stored_folds(COMPARED, "theta", lambda r: size * (r["mean"] - r["actual"]))
    check = gate.not_worse(COMPARED, "total", incumbent("sarimax", folds))
    ours = mase(*(rows[name].to_numpy() for name in ("actual", "mean", "scale")))
    assert check.figure == pytest.approx(1 / size - 1, abs=5e-3)
    assert prints(check.told, "MASE # against #", ours, ours * size)


@pytest.mark.parametrize(("apart", "overlap"), [(1, 12), (2, 6), (5, 3), (6, 2), (12, 1), (24, 1)])
def test_consecutive_cutoffs_share_months(apart: int, overlap: int) -> None:
    months = pd.period_range("2010-01", periods=10 * apart, freq="M")[::apart]
    assert gate._overlap(list(months)) == overlap


@pytest.mark.parametrize(("lower", "name"), [(0.1, "coverage_80"), (0.025, "coverage_95")])
@pytest.mark.parametrize(("stretch", "passed"), [(None, True), (1e-6, False)])
def test_coverage_near_its_nominal_value(
    lower: float, name: str, stretch: float | None, passed: bool
) -> None:
    """Of calibrated intervals, and of some with almost no width."""
    rows = COMPARED.folds["theta"].copy()
    if stretch:
        for column in quantile_columns():
            rows[column] = rows["mean"] + stretch * (rows[column] - rows["mean"])
    check = gate.coverage(replace(COMPARED, folds={**COMPARED.folds, "theta": rows}), lower)
    assert (check.name, check.passed) == (name, passed), check.told
    assert check.threshold is not None
    assert check.threshold >= gate.COVERAGE_FLOOR[lower]


def test_few_months_are_allowed_a_larger_distance() -> None:
    few = make_comparison(Y, make_plan(Y, folds=1))
    check, more = gate.coverage(few, 0.1), gate.coverage(COMPARED, 0.1)
    assert check.threshold == pytest.approx(2 * np.sqrt(0.16 / 12))
    assert more.threshold is not None
    assert check.threshold > more.threshold
    assert "(2 standard errors)" in check.told


@pytest.mark.parametrize(
    ("cutoff", "passed", "months"),
    [("2022-07", True, 0), ("2022-06", True, 1), ("2022-09", False, -2)],
)
def test_the_data_are_not_older(cutoff: str, passed: bool, months: int) -> None:
    check = run_gate(other=incumbent(cutoff=cutoff))["not_older"]
    assert (check.passed, check.figure, check.threshold) == (passed, months, 0.0)
    assert f"Data to 2022-07; the live release has data to {cutoff}" in check.told


def test_another_series_is_rejected() -> None:
    checks = run_gate(other=incumbent(target="coal", cutoff="2022-01"))
    assert checks["not_worse"].passed
    assert checks["not_worse"].told == ("Not checked: the live release has another target, coal.")
    assert not checks["same_series"].passed
    assert (
        "the live release forecasts coal in Mtoe. Use another store" in checks["same_series"].told
    )


@pytest.mark.parametrize(("behind", "passed"), [(0, True), (299, True), (301, False)])
def test_a_live_release_from_the_future(behind: int, passed: bool) -> None:
    now = datetime.fromisoformat(POINTER.promoted_at) - timedelta(seconds=behind)
    check = clock(Incumbent(POINTER), now)
    assert (check.passed, check.figure, check.threshold) == (passed, behind, 300.0)
    assert ("one of the two clocks is wrong" in check.told) is not passed


def test_the_reason_has_only_the_failed_checks() -> None:
    checks = run_gate(make_comparison(Y, PLAN, names=(BASELINE,)), incumbent(cutoff="2022-09"))
    reason = gate.refusal_reason(tuple(checks.values()))
    assert reason.startswith("beats_naive: MASE ")
    assert "not_older: Data to 2022-07" in reason
    assert "coverage" not in reason


def test_figures_are_plain_python_numbers() -> None:
    """They are written to JSON, and pickled for readers without numpy."""
    folds = stored_folds(COMPARED, "theta", worse(0.2))
    for check in run_gate(other=incumbent("sarimax", folds)).values():
        assert type(check.passed) is bool
        assert type(check.figure) in (float, type(None))
        assert type(check.threshold) in (float, type(None))


def panel_of(coverages: list[float], lost: int = 0) -> Panel:
    calibration = Calibration((0.1,), (0.0,) * 7, True, 1)
    series = [
        SeriesForecast(
            *(f"s{n}", "2022-07", (1.0,), "theta", (1.0,), calibration),
            BacktestScores(4, 0.5, 1.0, None, 1.0, coverage, 0.95),
        )
        for n, coverage in enumerate(coverages)
    ]
    left_out = {f"lost {n}": DIED for n in range(lost)}
    return summarise_panel(series, left_out, "t", lost)


@pytest.mark.parametrize(
    ("coverages", "passes"),
    [
        ([0.8] * 10, True),
        ([0.71] * 10, True),
        ([0.69] * 10, False),
        ([1.0] * 10, True),  # as where most figures are zero
        ([0.3] * 7, True),  # too few to tell from chance
        ([0.2, 0.4, 0.6, 0.8] * 25, False),
        ([0.4, 0.9] * 5, True),  # so far apart that their average is known to a sixth
    ],
)
def test_coverage_of_the_other_series(coverages: list[float], passes: bool) -> None:
    check = gate.panel_coverage(panel_of(coverages))
    assert check.passed == passes, check.told


def test_a_release_that_lost_series() -> None:
    assert gate.panel_whole(panel_of([0.8] * 9)).passed
    check = gate.panel_whole(panel_of([0.8] * 9, lost=500))
    assert not check.passed
    assert check.told.startswith("500 other series were lost in a process")
