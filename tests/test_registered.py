"""The champion as MLflow hands it out answers as the release does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_results import make_comparison, make_plan, make_series

from energy.contract import ForecastTable
from energy.forecasting.champion import refit, to_zip
from energy.registered import RegisteredChampion, _load_pyfunc


@pytest.fixture(scope="module")
def table() -> ForecastTable:
    return _refitted()[1]


@pytest.fixture(scope="module")
def champion(tmp_path_factory: pytest.TempPathFactory) -> RegisteredChampion:
    """Loaded from the files that a release holds."""
    fitted, made = _refitted()
    folder = tmp_path_factory.mktemp("registered")
    (folder / "model.zip").write_bytes(to_zip(fitted))
    (folder / "forecast.json").write_text(json.dumps(made.to_dict()))
    return _load_pyfunc(str(folder))


def _refitted() -> tuple[object, ForecastTable]:
    y = make_series()
    weather = pd.DataFrame({"temperature": 9.0, "degree_days": 6.0}, index=y.index)
    folds = make_comparison(y, make_plan(y)).folds["theta"]
    return refit("theta", y, weather, folds, 12, "Mtoe")


def asked(*horizon: int) -> pd.DataFrame:
    return pd.DataFrame({"horizon": horizon})


def test_the_published_months_are_the_table_s(
    champion: RegisteredChampion, table: ForecastTable
) -> None:
    answer = champion.predict(asked(*range(1, 13)))
    assert list(answer["month"]) == [row.month for row in table.months]
    assert answer["mean"].to_numpy() == pytest.approx([row.mean for row in table.months], abs=1e-9)
    wanted = np.array([row.quantiles for row in table.months])
    assert answer.filter(like="q0.").to_numpy() == pytest.approx(wanted, abs=1e-9)


def test_months_come_in_the_order_asked_for(
    champion: RegisteredChampion, table: ForecastTable
) -> None:
    answer = champion.predict(asked(7, 2, 2), params={"anything": 1})
    assert list(answer["month"]) == ["2023-02", "2022-09", "2022-09"]
    assert answer["mean"].iloc[0] == pytest.approx(table.months[6].mean, abs=1e-9)


def test_beyond_the_published_months_intervals_go_on_widening(
    champion: RegisteredChampion,
) -> None:
    answer = champion.predict(asked(12, 24, 36))
    width = np.log(answer["q0.975"] / answer["q0.025"])
    assert width.is_monotonic_increasing
    assert answer["month"].iloc[-1] == "2025-07"


@pytest.mark.parametrize("missing", ["model.zip", "forecast.json"])
def test_half_a_release_is_none(missing: str, tmp_path: Path) -> None:
    fitted, made = _refitted()
    (tmp_path / "model.zip").write_bytes(to_zip(fitted))
    (tmp_path / "forecast.json").write_text(json.dumps(made.to_dict()))
    (tmp_path / missing).unlink()
    with pytest.raises(FileNotFoundError, match=missing):
        _load_pyfunc(str(tmp_path))
