"""What a release card says of how its forecaster fared: where it was chosen, and after that."""

from __future__ import annotations

from typing import Any

from energy.components import table, words
from energy.forecasting.bench import BASELINE
from energy.forecasting.scores import percent
from energy.training import Comparison


def section(card: Any, compared: Comparison) -> None:
    """Append the section.

    Args:
        card: Where to.
        compared: The champion is the first of its ranking.
    """
    best, at = compared.ranked[0], {one.forecaster: one for one in compared.ranked}
    rows = [
        [
            part,
            f"{one.folds}",
            f"{one.mase:.3f}",
            f"{naive.mase:.3f}" if naive else "",
            percent(one.mape),
            f"{one.coverage80:.0%}",
            f"{one.coverage95:.0%}",
        ]
        for part, one, naive in (
            ("training part", best, at.get(BASELINE)),
            ("holdout", compared.holdout.get(best.forecaster), compared.holdout.get(BASELINE)),
        )
        if one
    ]
    words(card, "## How the forecaster fared")
    header = ["On the", "Folds", "MASE", "Seasonal naive", "MAPE", "80% held", "95% held"]
    table(card, header, rows)
    words(
        card,
        "MASE is the mean error as a share of what the same month of the year before was off by in "
        "the past. The forecaster was chosen on the training part, and on nothing of the holdout, "
        "which came after it.",
    )
