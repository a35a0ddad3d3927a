"""Forecasts of many series are divided into files by name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from energy.contract import Calibration
from energy.contract.panel import (
    PANEL,
    Panel,
    SeriesForecast,
    panel_documents,
    panel_file,
)

CALIBRATION = Calibration((0.1, 0.2), (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0), True, 60)


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
