"""What is checked and laid out before a run fits anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from energy import errors
from energy.preparing import Task, TrainRequest, prepare
from energy.settings import Settings

DATA = Path(__file__).parents[1] / "data"


def ask(folder: Path, settings: Settings | None = None, **changes: Any) -> Task:
    settings = settings or Settings(data=DATA, tracking_uri=f"sqlite:///{folder}/mlflow.db")
    return prepare(settings, TrainRequest(**({"store": str(folder / "store")} | changes)))


def test_the_default_request_is_laid_out_on_the_real_figures(tmp_path: Path) -> None:
    task = ask(tmp_path)
    assert (str(task.series.index[0]), str(task.series.index[-1])) == ("2001-01", "2022-07")
    assert task.plan.split == pd.Period("2018-03", "M")
    assert len(task.plan.backtest) == 24
    assert len(task.bench) == len(task.branches) + 1 >= 12  # the combination is not fitted
    assert set(task.vintage) == {"ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"}
    assert list(task.weather.columns) == ["temperature", "degree_days"]
    assert "259 months to 2022-07" in str(task)


def test_the_settings_store_is_taken_where_none_is_asked_for(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path / "own"), DATA, f"sqlite:///{tmp_path}/mlflow.db")
    assert ask(tmp_path, settings, store="").store == str(tmp_path / "own")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"horizon": 0}, errors.OutOfRange),
        ({"horizon": 121}, errors.OutOfRange),
        ({"folds": 0}, errors.OutOfRange),
        ({"folds": 61}, errors.OutOfRange),
        ({"forecasters": "crystal_ball"}, errors.UnknownForecaster),
        ({"target": "steam"}, errors.UnknownTarget),
        ({"start": "2018-01"}, errors.TooShort),
        ({"start": "soon"}, errors.NotAMonth),
        ({"store": "ftp://nowhere/x"}, errors.BadStoreUrl),
        ({"vintage": "1999-01-00000000"}, errors.UnknownVintage),
    ],
)
def test_what_cannot_be_done_is_refused(
    tmp_path: Path, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        ask(tmp_path, **changes)


def test_nothing_is_read_before_the_store_is_known_to_take_a_release(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    nowhere = Settings(data=tmp_path / "nowhere", tracking_uri=f"sqlite:///{tmp_path}/m.db")
    with pytest.raises(errors.StoreUnwritable):
        ask(tmp_path, nowhere, store=str(tmp_path / "file" / "store"))
    with pytest.raises(errors.NoData):
        ask(tmp_path, nowhere)
