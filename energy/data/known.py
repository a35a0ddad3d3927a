"""What was known of energy and weather at a month, for backtests in real time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from energy.contract import WEATHER_AHEAD
from energy.data.tables import TARGETS
from energy.errors import NeverKnown


@dataclass(frozen=True, slots=True)
class AsKnown:
    """A monthly frame as it stood when a month was the last one with energy figures.

    Attributes:
        cutoff: That month.
        vintage_id: The vintage that its figures are from.
        frame: The monthly frame; energy up to the cutoff, weather up to what was published.
        real_time: Whether these are the figures as published then, not today's cut short.
    """

    cutoff: pd.Period
    vintage_id: str
    frame: pd.DataFrame
    real_time: bool


def as_known(frames: Mapping[str, pd.DataFrame], cutoff: pd.Period) -> AsKnown:
    """The monthly frame as it was known when `cutoff` was the last month with energy figures.

    Of the vintages whose energy ends at that month, the newest; where there is none, the newest of
    all, its energy cut at that month and its weather one month later, flagged as not real-time.

    Args:
        frames: Monthly frame of each vintage held by its id, oldest first.
        cutoff: A month.

    Raises:
        NeverKnown: No vintage is held, or none reaches from or to that month.
    """
    ends = {name: _energy(frame)[-1] for name, frame in frames.items()}
    then = [name for name, end in ends.items() if end == cutoff]
    if then:
        return AsKnown(cutoff, then[-1], frames[then[-1]], real_time=True)
    newest = next(iter(reversed(list(frames))), None)
    if newest is None:
        raise NeverKnown(str(cutoff), "none", "none")
    frame = frames[newest]
    months = _energy(frame)
    if not months[0] <= cutoff <= months[-1]:
        raise NeverKnown(str(cutoff), str(months[0]), str(months[-1]))
    cut = frame.loc[: cutoff + WEATHER_AHEAD].copy()
    cut.loc[cutoff + 1 :, list(TARGETS)] = float("nan")
    cut.loc[cutoff + 1 :, "provisional"] = False
    return AsKnown(cutoff, newest, cut, real_time=False)


def _energy(frame: pd.DataFrame) -> pd.PeriodIndex:
    return pd.PeriodIndex(frame["total"].dropna().index)
