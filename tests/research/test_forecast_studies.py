"""Every study runs at a small size, and docs/forecasting.md has the frozen results."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from forecasting.series_building import fold, made_up_series, made_up_weather

from research import forecast_studies, interval_spreads, model_variants

pytestmark = pytest.mark.research
WEATHER = made_up_weather(260, "2001-01")
Y = made_up_series(WEATHER)


@pytest.mark.parametrize("name", forecast_studies.STUDIES)
def test_a_study_runs_on_few_cutoffs_and_writes_nothing(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = forecast_studies.RESULTS / f"{name}.json"
    before = result.read_bytes(), forecast_studies.PAGE.read_bytes()
    assert forecast_studies.main([name, "--thin", "12"]) == 0
    assert capsys.readouterr().out.startswith("| ")
    assert (result.read_bytes(), forecast_studies.PAGE.read_bytes()) == before


@pytest.mark.parametrize("name", forecast_studies.STUDIES)
def test_the_document_has_the_table_of_the_frozen_result(name: str) -> None:
    _, table, block = forecast_studies.STUDIES[name]
    result = json.loads((forecast_studies.RESULTS / f"{name}.json").read_text("utf-8"))
    content = forecast_studies.PAGE.read_text("utf-8")
    assert f"<!-- {block} -->\n{table(result['rows'])}\n<!-- /{block} -->" in content


def test_every_kind_of_interval_is_scored_and_changes_no_constant() -> None:
    from energy.forecasting import intervals

    before = {name: getattr(intervals, name) for name in ("BOUND", "PRIOR_SEASON")}
    folds = pd.concat(
        [
            fold(str(cutoff), Y.loc[cutoff + 1 : cutoff + 12].to_list(), [15.0] * 12)
            for cutoff in pd.period_range("2008-12", "2010-12", freq="M")[::4]
        ],
        ignore_index=True,
    )
    rows = interval_spreads.compare(folds, Y, WEATHER)
    assert [row["intervals"] for row in rows] == [*interval_spreads.CHANGES, "its own belief"]
    assert len({row["wis"] for row in rows}) > 3
    assert before == {name: getattr(intervals, name) for name in before}


def test_easter_is_counted_in_its_months() -> None:
    months = pd.period_range("2013-03", "2013-04", freq="M")  # Good Friday was 29 March
    assert list(model_variants.easter_days(months)) == [1.0, 1.0]
    assert model_variants.working_days(months)[0] == pytest.approx(21 / 31)
