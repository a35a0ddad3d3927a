"""The release card's section on the other series of a long table."""

from __future__ import annotations

import pytest
from made_cards import Shown, texts

from energy import charts
from energy.contract import Calibration
from energy.contract.panel import BacktestScores, SeriesForecast
from energy.pipelines.many_series import summarise_panel
from energy.reports import release_card

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")
CALIBRATION = Calibration((0.1,), (0.0,) * 7, True, 1)


def make_forecast(name: str, mase: float | None, holdout: bool = True) -> SeriesForecast:
    scores = None if mase is None else BacktestScores(4, mase, 1.0, None, 1.0, 0.75, 0.9)
    return SeriesForecast(
        *(name, "2022-12", (1.0,), "theta", (1.0,), CALIBRATION),
        backtest=scores,
        holdout=scores if holdout else None,
        note="" if scores else "too short to be judged",
    )


def section(*series: SeriesForecast, left_out: dict[str, str] | None = None) -> Shown:
    card = Shown()
    release_card.panel_section(card, summarise_panel(series, left_out or {}, "t"), series)
    return card


def test_accuracy_of_the_other_series() -> None:
    series = [make_forecast(name, mase) for name, mase in (("a", 0.5), ("b", 0.9), ("c", 1.0))]
    card = section(*series, make_forecast("d", None), left_out={"e": "it is new"})
    words = card.words
    assert "4 other series are forecast, 3 of them by a champion" in words
    assert "median MASE 0.900 against 1.000 for seasonal naive, better in 67%" in words
    assert "80% interval coverage 75%" in words
    assert "In the holdout, 0.900 against 1.000" in words
    assert "1 without a backtest use seasonal naive. Without a forecast: e." in words
    champions, worst, left_out = map(texts, card.tables())
    assert champions == [["theta", "4"]]
    assert worst[0] == ["c", "theta", "1.000", "1.000", "75%", "1.000 against 1.000"]
    assert left_out == [["e", "it is new"]]


def test_without_a_backtest_or_a_holdout() -> None:
    words = section(make_forecast("d", None)).words
    assert "1 other series are forecast, none with a backtest." in words
    assert "holdout" not in section(make_forecast("a", 0.5, holdout=False)).words
    assert "0 other series" in section(left_out={"e": "it is new"}).words


def test_a_champion_without_an_error_is_in_the_chart() -> None:
    series = [make_forecast("a", 0.0), make_forecast("b", 0.4)]
    spec = charts.spec(charts.against_baseline(series))
    assert all(row["MASE"] > 0 for row in next(iter(spec["datasets"].values())))
