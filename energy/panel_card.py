"""What a card says of the other series of a long table: how they fared, and which fared worst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from energy import charts
from energy.components import chart, table, titled, words
from energy.contract.panel import Panel, SeriesForecast

MOST_NAMED = 3
"""Series without a forecast that the run's last words name."""
MOST_LEFT_OUT = 20
"""Series without a forecast that are listed; `panel.json` has them all."""


def section(card: Any, panel: Panel, series: Sequence[SeriesForecast]) -> None:
    """Append the section.

    Args:
        card: Where to.
        panel: All of them, summed up.
        series: Each of them.
    """
    words(card, "## The other series", told(panel))
    if panel.judged:
        chart(card, charts.against_baseline(series))
    table(
        card,
        ["Champion", "Series"],
        [[titled(name), f"{count:,}"] for name, count in panel.champions.items()],
    )
    if panel.judged:
        found = {one.name: one for one in series}
        rows = [_row(found[name]) for name in panel.worst]
        words(card, "Those with the highest errors on the training part:")
        header = ["Series", "Champion", "MASE", "Seasonal naive", "80% hold", "In the holdout"]
        table(card, header, rows)
    if panel.left_out:
        first = list(panel.left_out.items())[:MOST_LEFT_OUT]
        more = f", the first of {len(panel.left_out):,}" if len(first) < len(panel.left_out) else ""
        words(card, f"Without a forecast{more}:")
        table(card, ["Series", "Why"], [[name, why] for name, why in first])


def told(panel: Panel) -> str:
    """How they fared, in a sentence or two."""
    count = len(panel.series)
    if panel.mase is None or panel.beat_baseline is None:
        return f"{count:,} other series are forecast, none of them judged.{_left_out(panel)}"
    without = count - panel.judged
    held = ""
    if panel.holdout_mase is not None:
        held = (
            f" In the holdout, {panel.holdout_mase:.3f} against "
            f"{panel.holdout_baseline_mase:.3f}; {_share(panel.holdout_coverage80)} inside."
        )
    short = f" {without:,} that could not be judged have seasonal naive's." if without else ""
    return (
        f"{count:,} other series are forecast, {panel.judged:,} of them by a champion chosen on "
        f"their own backtest: median MASE {panel.mase:.3f} against {panel.baseline_mase:.3f} of "
        f"seasonal naive, better in {_share(panel.beat_baseline)}; {_share(panel.coverage80)} of "
        f"months inside the 80% interval.{held}{short}{_left_out(panel)}"
    )


def _left_out(panel: Panel) -> str:
    if not panel.left_out:
        return ""
    lost = f" ({panel.lost:,} lost with a process that failed)" if panel.lost else ""
    return f" Without a forecast{lost}: {_first(list(panel.left_out))}."


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _row(one: SeriesForecast) -> list[str]:
    if one.backtest is None:
        return [one.name, titled(one.forecaster), "", "", "", ""]
    after = one.holdout
    held = f"{after.mase:.3f} against {after.baseline_mase:.3f}" if after else ""
    found = one.backtest
    return [
        one.name,
        titled(one.forecaster),
        f"{found.mase:.3f}",
        f"{found.baseline_mase:.3f}",
        _share(found.coverage80),
        held,
    ]


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f}%"
