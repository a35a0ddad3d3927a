"""The card's section on many series says how they fared, and never breaks on what is not there."""

from __future__ import annotations

from energy import charts
from energy.contract import Calibration
from energy.contract.panel import BacktestScores, SeriesForecast
from energy.pipelines.many_series import summarise_panel
from energy.reports import release_card

CALIBRATION = Calibration((0.1,), (0.0,) * 7, True, 1)


class Card(list[object]):
    """What a step's card is to the section."""


def one(name: str, mase: float | None, held: bool = True) -> SeriesForecast:
    judged = None if mase is None else BacktestScores(4, mase, 1.0, None, 1.0, 0.75, 0.9)
    return SeriesForecast(
        *(name, "2022-12", (1.0,), "theta", (1.0,), CALIBRATION),
        backtest=judged,
        holdout=judged if held else None,
        note="" if judged else "too short to be judged",
    )


def told(series: list[SeriesForecast], left_out: dict[str, str] | None = None) -> str:
    panel, card = summarise_panel(series, left_out or {}, "t"), Card()
    release_card.panel_section(card, panel, series)
    assert card
    return release_card.panel_summary(panel)


def test_it_says_how_many_how_good_and_against_what() -> None:
    found = told([one("a", 0.5), one("b", 0.9), one("c", 1.0), one("d", None)], {"e": "it is new"})
    assert "4 other series are forecast, 3 of them by a champion" in found
    assert "median MASE 0.900 against 1.000 of seasonal naive, better in 67%" in found
    assert "75% of months inside the 80% interval" in found
    assert "In the holdout, 0.900 against 1.000" in found
    assert "1 that could not be judged have seasonal naive's. Without a forecast: e." in found


def test_without_a_backtest_or_a_holdout_nothing_is_claimed() -> None:
    assert told([one("d", None)]) == "1 other series are forecast, none of them judged."
    assert "holdout" not in told([one("a", 0.5, held=False)])
    assert told([], {"e": "it is new"}).startswith("0 other series")


def test_a_champion_without_an_error_has_a_point_too() -> None:
    drawn = charts.spec(charts.against_baseline([one("a", 0.0), one("b", 0.4)]))
    points = next(iter(drawn["datasets"].values()))
    assert all(row["MASE"] > 0 for row in points)
