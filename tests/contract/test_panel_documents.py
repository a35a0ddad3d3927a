"""Forecasts of many series, from the publisher through JSON to the reader of one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.contract import Calibration
from energy.contract.panel import (
    PANEL,
    BacktestScores,
    Panel,
    SeriesForecast,
    panel_documents,
    panel_file,
)

CALIBRATION = Calibration((0.1, 0.2), (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0), True, 60)
SCORES = BacktestScores(4, 0.8, 1.0, 5.0, 1.2, 0.8, 0.95)
SHOP = SeriesForecast("shop 1", "2024-12", (1.0, 2.0), "theta", (3.0, 4.0), CALIBRATION, SCORES)


@pytest.mark.parametrize(
    "series",
    [SHOP, SeriesForecast("b", "2024-12", (1.0,), "naive", (1.0,), CALIBRATION, note="short")],
)
def test_a_series_survives_json(series: SeriesForecast) -> None:
    assert SeriesForecast.from_dict(json.loads(json.dumps(series.to_dict()))) == series


def test_the_panel_survives_json() -> None:
    panel = Panel("t", 1, 2, ("shop 1",), {"shop 2": "it has 3 months"}, {"theta": 1}, 1, 1.0, 0.8)
    assert Panel.from_dict(json.loads(json.dumps(panel.to_dict()))) == panel


@given(st.lists(st.text(min_size=1), unique=True, max_size=30), st.integers(1, 7))
def test_every_series_is_in_the_file_of_its_name(names: list[str], files: int) -> None:
    series = [SeriesForecast(n, "2024-12", (1.0,), "naive", (1.0,), CALIBRATION) for n in names]
    documents = panel_documents(Panel("t", files, 1, tuple(names), {}, {}, 0), series)
    assert len(documents) == files + 1
    assert set(documents[PANEL]["series"]) == set(names)
    for name in names:
        assert name in documents[panel_file(name, files)]["series"]
    assert sum(len(d["series"]) for n, d in documents.items() if n != PANEL) == len(names)


@given(st.text(), st.integers(1, 999))
def test_a_name_cannot_lead_to_another_file(name: str, files: int) -> None:
    assert panel_file(name, files) in {f"panel-{number:03d}.json" for number in range(files)}
