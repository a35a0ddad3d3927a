"""How numbers, months and names are written for people: cards, run summaries, commands and app.

Every function takes None for a figure that does not exist and writes `missing` instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

MISSING = "n/a"
"""Written where there is no figure."""


def format_amount(
    value: float | None, unit: str = "", digits: int | None = None, missing: str = MISSING
) -> str:
    """An amount with its unit; without `digits`, about three or four significant ones.

    >>> format_amount(2051.7, "TWh"), format_amount(176.42, "Mtoe"), format_amount(0.313)
    ('2,052 TWh', '176.4 Mtoe', '0.31')
    >>> format_amount(12.2293, "Mtoe", digits=2), format_amount(None)
    ('12.23 Mtoe', 'n/a')
    """
    if value is None:
        return missing
    if digits is None:
        digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 1 else 2
    return _with_unit(f"{value:,.{digits}f}", unit)


def format_range(low: float, high: float, digits: int | None = None) -> str:
    """The two ends of an interval.

    >>> format_range(11.3853, 13.1358, digits=2)
    '11.39 to 13.14'
    """
    return f"{format_amount(low, digits=digits)} to {format_amount(high, digits=digits)}"


def format_change(
    value: float | None, unit: str = "", digits: int = 2, missing: str = MISSING
) -> str:
    """A difference, which always has a sign.

    >>> format_change(0.7966, "Mtoe"), format_change(-3.34, "%", digits=1)
    ('+0.80 Mtoe', '-3.3%')
    """
    return missing if value is None else _with_unit(f"{value:+z,.{digits}f}", unit)


def format_percent(value: float | None, digits: int = 2, missing: str = MISSING) -> str:
    """A figure in per cent, such as MAPE.

    >>> format_percent(2.5714), format_percent(None)
    ('2.57%', 'n/a')
    """
    return missing if value is None else f"{value:.{digits}f}%"


def format_share(value: float | None, digits: int = 0, missing: str = MISSING) -> str:
    """A share between 0 and 1 in per cent, such as interval coverage.

    >>> format_share(0.8333), format_share(None, missing="")
    ('83%', '')
    """
    return missing if value is None else f"{100 * value:.{digits}f}%"


def format_score(value: float | None, digits: int = 3, missing: str = MISSING) -> str:
    """A figure without unit, such as MASE.

    >>> format_score(0.5194), format_score(None)
    ('0.519', 'n/a')
    """
    return missing if value is None else f"{value:.{digits}f}"


def format_month(month: str, short: bool = False) -> str:
    """A month in words; other text stays as it is.

    >>> format_month("2022-08"), format_month("2022-08", short=True), format_month("all")
    ('August 2022', 'Aug 2022', 'all')
    """
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return month
    return first.strftime("%b %Y" if short else "%B %Y")


def format_day(moment: str) -> str:
    """The day of a date or time in ISO format.

    >>> format_day("2026-11-25T02:10:29Z")
    '25 November 2026'
    """
    day = datetime.fromisoformat(moment)
    return f"{day.day} {day.strftime('%B %Y')}"


def format_age(since: datetime, now: datetime | None = None) -> str:
    """The time since a moment, in its largest unit.

    >>> noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> format_age(noon, noon.replace(hour=13, minute=1)), format_age(noon, noon)
    ('1 hour ago', 'just now')
    """
    seconds = ((now or datetime.now(UTC)) - since).total_seconds()
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if count := int(seconds // size):
            return f"{format_count(count, unit)} ago"
    return "just now"


def format_count(number: int, noun: str) -> str:
    """A number of things.

    >>> format_count(1, "month"), format_count(1200, "release")
    ('1 month', '1,200 releases')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def format_name(name: str) -> str:
    """The name of a forecaster, a series or a check in words.

    >>> format_name("wind_solar_hydro")
    'wind solar hydro'
    """
    return name.replace("_", " ")


TITLES = {
    "mlflow": "MLflow",
    "bioenergy_waste": "Bioenergy and waste",
    "wind_solar_hydro": "Wind, solar and hydro",
}
"""Names that need more than a capital."""


def format_title(name: str) -> str:
    """A name in words, with a capital.

    >>> format_title("seasonal_naive"), format_title("bioenergy_waste")
    ('Seasonal naive', 'Bioenergy and waste')
    """
    words = format_name(name)
    return TITLES.get(name, words[:1].upper() + words[1:])


def format_names(names: Sequence[str], most: int = 3) -> str:
    """The first names of a list, and how many more there are.

    >>> format_names(["coal", "gas"]), format_names(["a", "b", "c", "d"])
    ('coal, gas', 'a, b, c and 1 more')
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _with_unit(text: str, unit: str) -> str:
    return text + unit if unit == "%" else f"{text} {unit}".rstrip()
