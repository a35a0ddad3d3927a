"""Each check of the gate, on results made up so that its answer is known."""

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

from energy.contract import Calibration, Manifest, Pointer
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
    before = structs.replace(
        make_manifest(make_table(Y, PLAN), 1), forecaster=forecaster, **changes
    )
    return Incumbent(POINTER, before, folds)


def kept(compared: Comparison, name: str, errors: Any = None) -> dict[str, pd.DataFrame]:
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


def judged(compared: Comparison = COMPARED, other: Incumbent | None = None) -> dict[str, Check]:
    found = gate.check_release(compared, MANIFEST, other or Incumbent(), NOW)
    return {check.name: check for check in found}


def test_a_first_release_has_nobody_to_be_compared_with() -> None:
    found = judged()
    assert list(found) == [
        *("same_series", "beats_naive", "not_worse", "coverage_80", "coverage_95"),
        *("not_older", "clock"),
    ]
    for name in ("same_series", "not_worse", "not_older", "clock"):
        check = found[name]
        assert (check.passed, check.figure, check.threshold) == (True, None, None)
        assert check.told == "Not judged: nothing is in service."
    assert gate.refusal_reason(tuple(found.values())) == ""


def test_a_release_in_service_that_is_damaged_is_replaced() -> None:
    found = judged(other=Incumbent(POINTER, trouble="model.zip is gone."))
    for name in ("same_series", "not_worse"):
        assert found[name].passed
        assert found[name].told == (
            "Not judged: the release in service is damaged, and a sound one replaces it: "
            "model.zip is gone."
        )


def test_one_that_is_damaged_still_tells_by_its_id_how_old_its_data_are() -> None:
    newer = structs.replace(POINTER, release_id="2031-01-20310301T100000Z-0123abcd")
    found = judged(other=Incumbent(newer, trouble="manifest.json is gone."))["not_older"]
    assert not found.passed
    assert "has data to 2031-01" in found.told


def test_one_whose_folds_alone_are_damaged_keeps_its_target_and_its_months() -> None:
    other = replace(incumbent(cutoff="2022-09"), folds=None, trouble="folds.json is altered.")
    found = judged(other=other)
    assert found["same_series"].passed
    assert not found["not_older"].passed
    assert "folds of the release in service cannot be read" in found["not_worse"].told


def test_intervals_that_fail_for_years_are_not_excused_by_their_own_scatter() -> None:
    frame = COMPARED.folds[COMPARED.champion]
    years = pd.PeriodIndex(frame["month"]).year
    off = frame.assign(actual=frame["actual"] + np.where(years % 2, 0.0, 100.0))
    folds = {**COMPARED.folds, COMPARED.champion: off}
    found = gate.coverage(replace(COMPARED, folds=folds), 0.1)
    assert not found.passed
    assert found.threshold is not None
    assert found.threshold <= 0.2 + 1e-9


def test_the_champion_beats_naive_or_not() -> None:
    good = judged()["beats_naive"]
    assert good.passed
    assert good.figure is not None
    assert good.threshold is not None
    assert good.figure < good.threshold
    alone = judged(make_comparison(Y, PLAN, names=(BASELINE,)))["beats_naive"]
    assert not alone.passed  # it does not beat itself
    assert alone.figure == alone.threshold
    assert "not below" in alone.told


def test_without_a_baseline_nothing_is_beaten() -> None:
    failed = judged(make_comparison(Y, PLAN, failed=[BASELINE]))["beats_naive"]
    assert (failed.passed, failed.threshold) == (False, None)
    assert failed.told == "seasonal_naive has no score: ValueError: it broke."
    absent = judged(make_comparison(Y, PLAN, names=("theta",)))["beats_naive"]
    assert absent.told == "seasonal_naive has no score: it was not in this run."


def test_a_forecaster_that_competed_in_this_run_is_judged_on_it() -> None:
    same = judged(other=incumbent("theta"))["not_worse"]
    assert (same.passed, same.figure, same.threshold) == (True, 0.0, gate.WORSE_BY)
    assert "theta in this run, on 12 cutoffs: +0.0%" in same.told
    better = judged(other=incumbent("ridge"))["not_worse"]
    assert better.figure == pytest.approx(0.2 / 0.3 - 1)


def test_folds_that_were_kept_are_judged_on_where_they_are_shared() -> None:
    folds = kept(COMPARED, "theta")
    found = judged(other=incumbent("sarimax", folds))["not_worse"]
    assert found.passed
    assert found.figure == pytest.approx(0, abs=1e-4)
    assert "sarimax as its release kept it, on 12 cutoffs" in found.told
    shared = folds["sarimax"].loc[lambda rows: rows["cutoff"] > pd.Period("2018-06", "M")]
    cutoffs = set(shared["cutoff"]) & set(PLAN.backtest)
    assert 0 < len(cutoffs) < gate.FEWEST_CUTOFFS
    few = judged(other=incumbent("sarimax", {"sarimax": shared}))["not_worse"]
    assert (few.passed, few.figure) == (True, None)
    assert few.told == (
        "Not judged: sarimax has no folds in this run, and its release kept "
        f"{len(cutoffs)} of the same cutoffs, fewer than 8."
    )


def test_what_the_release_had_said_counts_more_than_its_forecaster_today() -> None:
    """Theta is fitted worse than it was: against itself today there would be nothing to see."""
    folds = kept(COMPARED, "theta", worse(0.2))
    told = {"theta": folds["sarimax"]}
    found = judged(other=incumbent("theta", told))["not_worse"]
    assert not found.passed
    assert prints(found.told, "theta as its release kept it, on 12 cutoffs: #%", 20.0)
    few = told["theta"].loc[lambda rows: rows["cutoff"] > pd.Period("2018-06", "M")]
    assert "theta in this run" in judged(other=incumbent("theta", {"theta": few}))["not_worse"].told


@pytest.mark.parametrize("folds", [None, {}, kept(COMPARED, "theta")])
def test_nothing_shared_is_not_judged(folds: Any) -> None:
    found = judged(other=incumbent("sarima", folds))["not_worse"]
    assert (found.passed, found.figure) == (True, None)
    assert found.told.startswith("Not judged: ")


@pytest.mark.parametrize(
    ("share", "noise", "passed", "told"),
    [
        (0.04, 0.0, True, ": #%."),
        (0.20, 0.0, False, ": #%, p 0.0"),
        (0.20, 0.9, True, ": #%, noise by Diebold and Mariano's test (p 0."),
        (-0.30, 0.0, True, ": #%."),
    ],
)
def test_worse_is_refused_unless_it_is_noise(
    share: float, noise: float, passed: bool, told: str
) -> None:
    folds = kept(COMPARED, "theta", worse(share, noise))
    found = judged(other=incumbent("sarimax", folds))["not_worse"]
    assert found.figure == pytest.approx(share, abs=1e-3)  # kept with four decimals
    assert found.passed is passed, found.told
    assert prints(found.told, told, 100 * share)


@given(size=st.floats(0.1, 3.0))
@settings(max_examples=20, deadline=None)
def test_the_figure_is_the_mase_of_the_shared_months(size: float) -> None:
    rows = COMPARED.folds["theta"]
    rows = rows[(rows["protocol"] == "backtest") & (rows["horizon"] <= 12)]
    folds = kept(COMPARED, "theta", lambda r: size * (r["mean"] - r["actual"]))
    found = gate.not_worse(COMPARED, "total", incumbent("sarimax", folds))
    ours = mase(*(rows[name].to_numpy() for name in ("actual", "mean", "scale")))
    assert found.figure == pytest.approx(1 / size - 1, abs=5e-3)
    assert prints(found.told, "MASE # against #", ours, ours * size)


@pytest.mark.parametrize(("apart", "overlap"), [(1, 12), (2, 6), (5, 3), (6, 2), (12, 1), (24, 1)])
def test_neighbouring_cutoffs_share_so_many_folds(apart: int, overlap: int) -> None:
    months = pd.period_range("2010-01", periods=10 * apart, freq="M")[::apart]
    assert gate._overlap(list(months)) == overlap


@pytest.mark.parametrize(("lower", "name"), [(0.1, "coverage_80"), (0.025, "coverage_95")])
@pytest.mark.parametrize(("stretch", "passed"), [(None, True), (1e-6, False)])
def test_coverage_is_held_to_its_nominal_one(
    lower: float, name: str, stretch: float | None, passed: bool
) -> None:
    """Of intervals as calibrated, and of some that hold next to nothing."""
    rows = COMPARED.folds["theta"].copy()
    if stretch:
        for column in quantile_columns():
            rows[column] = rows["mean"] + stretch * (rows[column] - rows["mean"])
    found = gate.coverage(replace(COMPARED, folds={**COMPARED.folds, "theta": rows}), lower)
    assert (found.name, found.passed) == (name, passed), found.told
    assert found.threshold is not None
    assert found.threshold >= gate.COVERAGE_FLOOR[lower]


def test_few_months_may_be_further_off() -> None:
    few = make_comparison(Y, make_plan(Y, folds=1))
    found, more = gate.coverage(few, 0.1), gate.coverage(COMPARED, 0.1)
    assert found.threshold == pytest.approx(2 * np.sqrt(0.16 / 12))
    assert more.threshold is not None
    assert found.threshold > more.threshold
    assert "(2 standard errors)" in found.told


@pytest.mark.parametrize(
    ("cutoff", "passed", "months"),
    [("2022-07", True, 0), ("2022-06", True, 1), ("2022-09", False, -2)],
)
def test_data_are_not_older(cutoff: str, passed: bool, months: int) -> None:
    found = judged(other=incumbent(cutoff=cutoff))["not_older"]
    assert (found.passed, found.figure, found.threshold) == (passed, months, 0.0)
    assert f"Data to 2022-07; the release in service has data to {cutoff}" in found.told


def test_another_series_does_not_take_over() -> None:
    found = judged(other=incumbent(target="coal", cutoff="2022-01"))
    assert found["not_worse"].passed
    assert found["not_worse"].told == (
        "Not judged: the release in service is of another target, coal."
    )
    assert not found["same_series"].passed
    assert "in service is coal in Mtoe. Give it a store of its own" in found["same_series"].told


@pytest.mark.parametrize(("behind", "passed"), [(0, True), (299, True), (301, False)])
def test_a_release_from_the_future_is_not_replaced(behind: int, passed: bool) -> None:
    now = datetime.fromisoformat(POINTER.promoted_at) - timedelta(seconds=behind)
    found = clock(Incumbent(POINTER), now)
    assert (found.passed, found.figure, found.threshold) == (passed, behind, 300.0)
    assert ("one of the two clocks is wrong" in found.told) is not passed


def test_a_refusal_names_what_failed_and_nothing_else() -> None:
    found = judged(make_comparison(Y, PLAN, names=(BASELINE,)), incumbent(cutoff="2022-09"))
    told = gate.refusal_reason(tuple(found.values()))
    assert told.startswith("beats_naive: MASE ")
    assert "not_older: Data to 2022-07" in told
    assert "coverage" not in told


def test_figures_are_plain_numbers() -> None:
    """They go to JSON and into a pickle that is read where numpy is not."""
    folds = kept(COMPARED, "theta", worse(0.2))
    for check in judged(other=incumbent("sarimax", folds)).values():
        assert type(check.passed) is bool
        assert type(check.figure) in (float, type(None))
        assert type(check.threshold) in (float, type(None))


def test_the_manifest_is_of_what_was_compared() -> None:
    assert isinstance(MANIFEST, Manifest)
    assert (MANIFEST.target, MANIFEST.cutoff) == ("total", "2022-07")


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
def test_other_series_intervals_hold_as_often_as_they_say_or_more(
    coverages: list[float], passes: bool
) -> None:
    check = gate.panel_coverage(panel_of(coverages))
    assert check.passed == passes, check.told


def test_a_release_that_lost_series_with_a_process_is_refused() -> None:
    assert gate.panel_whole(panel_of([0.8] * 9)).passed
    check = gate.panel_whole(panel_of([0.8] * 9, lost=500))
    assert not check.passed
    assert check.told.startswith("500 other series were lost with the process")
