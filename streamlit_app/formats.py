"""How figures, months and names are written, the same on every page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from energy.contract.months import MONTH
from energy.contract.panel import SeriesForecast

MINUS = "\u2212"
NOTHING = "\u2013"
"""Where there is no figure."""
NAMES = {"mlflow": "MLflow", "bioenergy_waste": "Bioenergy and waste"}
NAMES |= {"wind_solar_hydro": "Wind, solar and hydro"}
"""Those that are no mere words."""


def amount(value: float, unit: str = "", digits: int | None = None) -> str:
    """An amount: thousands apart, one decimal below a thousand and two below one.

    >>> amount(2051.7, "TWh"), amount(176.42, "Mtoe"), amount(0.313, "tonnes")
    ('2,052 TWh', '176.4 Mtoe', '0.31 tonnes')
    """
    places = sum(abs(value) < limit for limit in (1000, 1)) if digits is None else digits
    return _minus(f"{value:,.{places}f}") + (f" {unit}" if unit else "")


def change(value: float, unit: str = "", digits: int = 1) -> str:
    """A difference, which always has a sign; none before a zero.

    >>> change(-2.04, "Mtoe"), change(0.01)
    ('\u22122.0 Mtoe', '0.0')
    """
    text = f"{value:+.{digits}f}"
    text = text[1:] if not float(text) else text
    return _minus(text) + (unit if unit == "%" else f" {unit}" if unit else "")


def percent(value: float | None, digits: int = 1) -> str:
    """A figure that is in per cent.

    >>> percent(3.094), percent(None)
    ('3.1%', '\u2013')
    """
    return NOTHING if value is None else _minus(f"{value:.{digits}f}%")


def share(value: float | None) -> str:
    """A share of one, in per cent.

    >>> share(0.836)
    '84%'
    """
    return NOTHING if value is None else f"{100 * value:.0f}%"


def figure(value: float | None, digits: int = 3) -> str:
    """A figure without a unit."""
    return NOTHING if value is None else _minus(f"{value:.{digits}f}")


def month(name: str, short: bool = False) -> str:
    """A month in words.

    >>> month("2022-08"), month("2022-08", short=True)
    ('August 2022', 'Aug 2022')
    """
    if not MONTH.fullmatch(name):
        return name
    return date(int(name[:4]), int(name[5:]), 1).strftime("%b %Y" if short else "%B %Y")


def day(moment: str) -> str:
    """A moment or date of ISO text, as a day.

    >>> day("2026-11-25T02:10:29Z")
    '25 November 2026'
    """
    found = datetime.fromisoformat(moment)
    return f"{found.day} {found.strftime('%B %Y')}"


def name(of: str) -> str:
    """A forecaster or a series, in words.

    >>> name("seasonal_naive")
    'Seasonal naive'
    """
    return NAMES.get(of) or sentence(of)


def age(since: datetime, now: datetime | None = None) -> str:
    """How long ago something was, in its largest unit.

    >>> moment = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> age(moment, moment + timedelta(minutes=61)), age(moment, moment)
    ('1 hour ago', 'just now')
    """
    seconds = ((now or datetime.now(UTC)) - since) / timedelta(seconds=1)
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if count := int(seconds // size):
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def fared(series: SeriesForecast) -> str:
    """How the champion of one of many series did on its past, or why that was not judged."""
    if series.backtest is None:
        return f"**{name(series.forecaster)}**: {series.note}."
    said = []
    for judged, where in ((series.backtest, "in the training part"), (series.holdout, "after it")):
        if judged:
            said.append(
                f"MASE {figure(judged.mase, 2)} against {figure(judged.baseline_mase, 2)} for "
                f"seasonal naive {where}; {share(judged.coverage80)} of months inside the 80% "
                "interval"
            )
    return f"**{name(series.forecaster)}**: {'; '.join(said)}."


def literal(text: str) -> str:
    """Words of somebody else, so that Markdown leaves them as they are.

    >>> print(literal("mill_2.csv, $ million"))
    mill\\_2.csv, \\$ million
    """
    return re.sub(r"([\\`*_\[\]<$~#])", r"\\\1", text)


def _minus(text: str) -> str:
    return text.replace("-", MINUS)


def sentence(text: str) -> str:
    """Words of a log with the names in them written as elsewhere.

    >>> sentence("seasonal_naive has 1.019.")
    'Seasonal naive has 1.019.'
    """
    return capital(text.replace("_", " "))


def source(attribution: str) -> str:
    """The part of an attribution that names the source, for the line under a chart.

    >>> source("Licensed under a licence. Source: the office, its table.")
    'Source: the office, its table.'
    >>> source("Counted at the gate.")
    'Counted at the gate.'
    """
    _, found, named = attribution.partition("Source:")
    return found + named if found else attribution


def capital(text: str) -> str:
    """Words with a capital at their beginning."""
    return text[:1].upper() + text[1:]
