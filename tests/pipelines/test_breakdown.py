"""The parts of a total: forecast on their own, then made to add up to the total's forecast."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from made_results import (
    AND_WEATHER,
    SHARES,
    make_compared,
    make_comparison,
    make_parts,
    make_plan,
    make_table,
    make_weather,
)

from energy.contract import ForecastTable
from energy.forecasting.folds import quantile_columns
from energy.forecasting.metrics import score_folds
from energy.forecasting.reconciliation import METHODS, RECONCILED
from energy.pipelines import train
from energy.pipelines.train import (
    TOTAL_KEEPING,
    Breakdown,
    Comparison,
    Reconciliation,
    break_down,
    reconcile_champions,
    refit_best,
)

SERIES = make_parts()
WEATHER = make_weather()
PLAN = make_plan(SERIES["total"])
Comparisons = dict[str, Comparison]


@dataclass(frozen=True)
class Made:
    """Everything on the way to a breakdown."""

    comparisons: Comparisons
    reconciliation: Reconciliation
    total: ForecastTable
    breakdown: Breakdown


@pytest.fixture(scope="module")
def made() -> Made:
    """The champion of natural gas uses weather; the others do not."""
    gas = make_comparison(SERIES["natural_gas"], PLAN, names=AND_WEATHER)
    comparisons = {**make_compared(SERIES), "natural_gas": gas}
    reconciliation = reconcile_champions(comparisons, SERIES, WEATHER)
    _, total = refit_best(comparisons["total"], SERIES["total"], WEATHER, 14, "Mtoe")
    found = break_down(reconciliation, comparisons, SERIES, WEATHER, total)
    return Made(comparisons, reconciliation, total, found)


def with_forecasts(comparisons: Comparisons, off: dict[str, np.ndarray | float]) -> Comparisons:
    """The same champions, had their forecasts been the actuals times such factors."""
    changed = {}
    for name, one in comparisons.items():
        frame = one.folds[one.champion]
        frame = frame.assign(mean=frame["actual"] * off.get(name, 1.0))
        changed[name] = replace(one, folds={**one.folds, one.champion: frame})
    return changed


def noise(comparisons: Comparisons, seed: int) -> np.ndarray:
    rows = len(comparisons["coal"].folds[comparisons["coal"].champion])
    return np.exp(np.random.default_rng(seed).normal(0, 0.3, rows))


def test_the_parts_add_up_to_the_total_in_every_month(made: Made) -> None:
    tables = made.breakdown.tables
    assert list(tables) == list(SHARES)
    for place, row in enumerate(made.total.months):
        parts = [table.months[place] for table in tables.values()]
        assert {part.month for part in parts} == {row.month}
        assert sum(part.mean for part in parts) == pytest.approx(row.mean, abs=1e-9)


def test_a_part_s_table_is_as_whole_as_the_total_s(made: Made) -> None:
    for name, table in made.breakdown.tables.items():
        assert (table.target, table.unit, table.cutoff) == (name, "Mtoe", made.total.cutoff)
        assert table.forecaster == made.comparisons[name].champion
        assert len(table.months) == len(made.total.months) == 14
        for row in table.months:
            assert sorted(set(row.quantiles)) == list(row.quantiles)
            assert row.quantiles[3] == pytest.approx(row.mean)


def test_the_total_stays_as_it_was_published(made: Made) -> None:
    _, again = refit_best(made.comparisons["total"], SERIES["total"], WEATHER, 14, "Mtoe")
    assert made.total == again
    champion = made.comparisons["total"].ranked[0]
    own = made.comparisons["total"].folds[champion.forecaster]
    own = own[own["protocol"].isin(RECONCILED)]
    assert made.reconciliation.folds["total"]["mean"].to_list() == own["mean"].to_list()
    assert made.reconciliation.scores["total"].mase == champion.mase


def test_a_part_whose_champion_uses_weather_is_nowcast_with_it(made: Made) -> None:
    tables = made.breakdown.tables
    assert {name: list(table.observed) for name, table in tables.items()} == {
        "coal": [],
        "natural_gas": ["2022-08"],
        "net_imports": [],
    }


def test_every_method_is_tried_and_judged_on_the_training_part(made: Made) -> None:
    assert list(made.reconciliation.mase) == list(METHODS)
    for name, one in made.comparisons.items():
        assert made.reconciliation.mase["none"][name] == pytest.approx(one.ranked[0].mase)
    assert (
        made.reconciliation.mase["bottom_up"]["total"] != made.reconciliation.mase["none"]["total"]
    )


def test_scores_are_those_of_the_folds_that_add_up(made: Made) -> None:
    found = made.reconciliation
    for name, frame in found.folds.items():
        assert set(frame["protocol"]) == set(RECONCILED)
        assert frame[quantile_columns()].notna().all(axis=None)
        champion = made.comparisons[name].champion
        for protocol, scores in (("backtest", found.scores), ("holdout", found.holdout)):
            rows = frame[frame["protocol"] == protocol]
            assert scores[name] == score_folds(champion, rows, 0.0)
        assert found.scores[name].mase == found.mase[found.method][name]
    parts = sum(found.folds[name]["mean"] for name in SHARES)
    assert parts.to_numpy() == pytest.approx(found.folds["total"]["mean"].to_numpy(), abs=1e-9)


def test_what_keeps_the_total_and_errs_least_is_chosen() -> None:
    """Proportions where all parts are off by one factor; past errors where one alone is off."""
    fuels = {name: SERIES[name] for name in ("coal", "natural_gas")}
    series = {"total": sum(fuels.values()), **fuels}
    comparisons = make_compared(series)
    off = noise(comparisons, 1)
    alike, alone = with_forecasts(comparisons, dict.fromkeys(fuels, off)), with_forecasts(
        comparisons, {"coal": off}
    )
    for given, method in ((alike, "top_down"), (alone, "mint_given_total")):
        found = reconcile_champions(given, series, WEATHER)
        means = {name: train.mean_mase(found.mase[name]) for name in TOTAL_KEEPING}
        assert found.method == method == min(means, key=lambda name: means[name])


def test_parts_that_are_above_zero_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is too much is laid at coal's door, which has less than that to give."""
    comparisons = make_compared(SERIES)
    comparisons = with_forecasts(comparisons, {"coal": noise(comparisons, 2)})
    reconciliation = reconcile_champions(comparisons, SERIES, WEATHER)
    assert reconciliation.method == "mint_given_total"
    assert (reconciliation.folds["coal"]["mean"] > 0).all()

    def too_much(_: object, y: pd.Series, *rest: object) -> tuple[None, ForecastTable]:
        return None, make_table(y * (1.2 if y.name == "natural_gas" else 1.0), PLAN, 6)

    monkeypatch.setattr(train, "refit_best", too_much)
    total = make_table(SERIES["total"], PLAN, 6)
    tables = break_down(reconciliation, comparisons, SERIES, WEATHER, total).tables
    for place, row in enumerate(total.months):
        coal, gas, imports = (table.months[place] for table in tables.values())
        assert coal.mean + gas.mean + imports.mean == pytest.approx(row.mean, abs=1e-9)
        assert coal.quantiles[0] > 0
        assert gas.quantiles[0] > 0
        assert imports.mean < 0


def test_without_a_holdout_none_is_scored() -> None:
    found = reconcile_champions(make_compared(SERIES, holdout=False), SERIES, WEATHER)
    assert set(found.scores) == set(SERIES)
    assert found.holdout == {}


def test_a_part_s_intervals_rest_on_what_was_known_of_it_then(made: Made) -> None:
    cutoff = PLAN.backtest[-1]
    then = SERIES["coal"].loc[:cutoff] * np.linspace(1, 3, len(SERIES["coal"].loc[:cutoff]))
    known = {"coal": {cutoff: (then, WEATHER.loc[:cutoff])}}
    found = reconcile_champions(made.comparisons, SERIES, WEATHER, known)
    for name, frame in found.folds.items():
        before = made.reconciliation.folds[name]
        earlier = frame["cutoff"] < cutoff
        pd.testing.assert_frame_equal(frame[earlier], before[earlier])
        moved = (frame["q0.975"] - before["q0.975"]).abs() > 1e-6
        assert moved[~earlier].any() or name != "coal"


def test_it_goes_to_json_and_back(made: Made) -> None:
    plain = json.loads(json.dumps(made.breakdown.to_dict(), allow_nan=False))
    assert set(plain) == {"method", "mase", "backtest", "holdout", "tables"}
    assert plain["method"] == made.reconciliation.method
    assert plain["mase"] == made.reconciliation.mase
    assert set(plain["backtest"]) == set(plain["holdout"]) == {"total", *SHARES}
    tables = {name: ForecastTable.from_dict(table) for name, table in plain["tables"].items()}
    assert tables == made.breakdown.tables
