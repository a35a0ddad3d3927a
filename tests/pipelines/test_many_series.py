"""Many series are shared out among branches, judged there, and summed up."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.contract import Calibration
from energy.contract.panel import BacktestScores, SeriesForecast
from energy.forecasting.panel_selection import FAST_FORECASTERS, estimate_seconds
from energy.pipelines import many_series

NAIVE = ("seasonal_naive", "naive")


def chunks(
    count: int, names: tuple[str, ...] = tuple(FAST_FORECASTERS), workers: int = 2
) -> list[int]:
    series = [f"s{place}" for place in range(count)]
    found = many_series.plan_chunks(series, names, 12, 24, None, workers)
    assert sorted(name for one in found for name in one.series) == sorted(series)
    assert all(one.forecasters == names for one in found)
    return [len(one.series) for one in found]


@given(st.integers(1, 5000), st.integers(1, 64), st.booleans())
def test_chunks_hold_every_series_once_and_are_of_a_size(n: int, workers: int, slow: bool) -> None:
    names = ("seasonal_naive", "sarima") if slow else tuple(FAST_FORECASTERS)
    sizes = chunks(n, names, workers)
    assert max(sizes) - min(sizes) <= 1
    each = estimate_seconds(names, 24)
    assert all(size == 1 or (size - 1) * each <= many_series.CHUNK_SECONDS[1] for size in sizes)


def test_few_series_share_a_process_and_many_keep_every_worker_busy() -> None:
    assert chunks(9) == [9]
    assert len(chunks(1000, workers=2)) == 2
    assert len(chunks(1000, workers=4)) == 4
    assert len(chunks(1_000_000, workers=2)) > 20


def test_slow_forecasters_make_small_chunks() -> None:
    assert max(chunks(500, ("seasonal_naive", "sarima"))) < 70


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    random = np.random.default_rng(1)
    months = pd.period_range("2015-01", "2022-12", freq="M", name="month")
    wave = np.sin(2 * np.pi * np.arange(96) / 12)
    table = {name: 20 + 5 * wave + random.normal(0, 1, 96) for name in ("a", "b")}
    table["young"] = np.r_[np.full(96 - 20, np.nan), np.arange(20.0)]
    table["newborn"] = np.r_[np.full(96 - 5, np.nan), np.arange(5.0)]
    return pd.DataFrame(table, months).assign(provisional=False)


def test_a_chunk_forecasts_what_it_can_and_says_why_not_of_the_rest(frame: pd.DataFrame) -> None:
    chunk = many_series.SeriesChunk(("a", "newborn", "young"), NAIVE, 6, 4)
    found = many_series.run_chunk(chunk, frame)
    assert [one.name for one in found.forecasts] == ["a", "young"]
    assert [bool(one.backtest) for one in found.forecasts] == [True, False]
    assert found.left_out == {"newborn": "it has 5 months; 13 are the fewest to learn from"}
    assert len(found.forecasts[0].mean) == 6
    assert "2 series forecast, 1 left out" in str(found)


def test_a_start_is_where_learning_begins(frame: pd.DataFrame) -> None:
    start = pd.Period("2017-01", freq="M")
    found = many_series.run_chunk(many_series.SeriesChunk(("a",), NAIVE, 6, 4, start), frame)
    assert len(found.forecasts[0].history) == 72


def test_a_panel_sums_up_what_was_judged() -> None:
    calibration = Calibration((0.1,), (0.0,) * 7, True, 1)

    def one(name: str, mase: float, naive: float, champion: str) -> SeriesForecast:
        judged = BacktestScores(4, mase, naive, None, 1.0, 0.75, 0.9)
        return SeriesForecast(name, "2022-12", (1.0,), champion, (1.0,), calibration, judged)

    series = [
        one("a", 0.5, 1.0, "theta"),
        one("b", 0.9, 1.2, "theta"),
        one("c", 1.1, 1.1, "seasonal_naive"),
        SeriesForecast("d", "2022-12", (1.0,), "seasonal_naive", (1.0,), calibration, note="short"),
    ]
    panel = many_series.summarise_panel(series, {"e": "it has 3 months"}, "t")
    assert panel.series == ("a", "b", "c", "d")
    assert panel.champions == {"theta": 2, "seasonal_naive": 2}
    assert (panel.judged, panel.mase, panel.baseline_mase) == (3, 0.9, 1.1)
    assert panel.beat_baseline == pytest.approx(2 / 3)
    assert (panel.coverage80, panel.coverage80_error) == (0.75, 0.0)
    assert panel.holdout_mase is None
    assert panel.worst == ("c", "b", "a")
    assert panel.left_out == {"e": "it has 3 months"}


def test_a_panel_of_none_is_a_panel() -> None:
    panel = many_series.summarise_panel([], {"e": "it has 3 months"}, "t")
    assert (panel.series, panel.judged, panel.mase, panel.files) == ((), 0, None, 1)


def test_what_the_chunks_found_is_gathered_and_a_crash_leaves_its_series_out(
    frame: pd.DataFrame,
) -> None:
    good, bad = many_series.SeriesChunk(("a", "newborn"), NAIVE, 6, 4), many_series.SeriesChunk(
        ("b",), NAIVE, 6, 4
    )
    found = many_series.gather_chunks(
        [good, "another branch", bad],
        [
            SimpleNamespace(crash=None, results=many_series.run_chunk(good, frame)),
            SimpleNamespace(crash=None, results={}),
            SimpleNamespace(crash="killed"),  # as Metaflow leaves it: nothing else was kept
        ],
        "t",
    )
    assert found is not None
    panel, series = found
    assert [one.name for one in series] == ["a"]
    assert set(panel.left_out) == {"newborn", "b"}
    assert panel.left_out["b"] == many_series.DIED
    assert panel.lost == 1


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_a_series_whose_figures_json_cannot_hold_is_left_out(frame: pd.DataFrame) -> None:
    far = frame.assign(b=frame["b"].where(np.arange(96) % 7 > 0, 1.7e308))
    found = many_series.run_chunk(many_series.SeriesChunk(("a", "b"), NAIVE, 6, 4), far)
    assert [one.name for one in found.forecasts] == ["a"]
    assert found.left_out == {"b": many_series.NOT_FINITE}


def test_where_there_is_no_chunk_there_is_no_panel() -> None:
    assert many_series.gather_chunks(["another branch"], [SimpleNamespace(crash=None)], "t") is None
