"""The weather of a forecast: expected, already published, or of the request's scenario."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from energy.contract import ForecastRequest, WeatherFacts
from energy.contract.months import calendar_month, months_after, months_between
from energy.errors import FieldError, quote_value, wrong_value
from energy.releases.reader import Release

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class WeatherScenario:
    """Daily average heating degree days (deg C) by month: up to a cutoff, and after it.

    After the cutoff, months are `observed` (published already) or `requested` by the scenario.
    `past` is ascending, without a gap. Both it and the facts are missing where they are not needed.
    """

    facts: WeatherFacts | None
    observed: dict[str, float]
    past: dict[str, float] = field(default_factory=dict)
    requested: dict[str, float] = field(default_factory=dict)

    @classmethod
    def from_request(
        cls,
        release: Release,
        request: ForecastRequest,
        cutoff: str,
        months: tuple[str, ...],
        uses_weather: bool,
    ) -> WeatherScenario:
        """The weather that a request assumes; FieldError if the release does not have it."""
        table, weather = release.table, request.weather
        observed = {m: v for m, v in table.observed.items() if months_between(cutoff, m) > 0}
        if weather is None and not (uses_weather and request.observations):
            return cls(None, observed)
        facts = release.weather
        if facts is None:
            name = "observations" if weather is None else "weather"
            raise _missing_weather(name, "given", "no weather at all")
        path = (weather.degree_days if weather else None) or {}
        first = months_after(table.cutoff if uses_weather else cutoff, 1)
        for month in path:
            if not first <= month <= months[-1]:
                expected = f"a month from {first} to {months[-1]}, the last requested month"
                raise wrong_value("weather.degree_days", month, expected)
        scenario = cls(facts, observed, _past(facts, cutoff, path))
        if weather is None:
            return scenario
        if weather.degree_days is not None:
            requested = {m: v for m, v in path.items() if months_between(cutoff, m) > 0}
        elif weather.year is not None:
            requested = {month: _in_year(facts, weather.year, month) for month in months}
        else:
            change, per_degree = weather.temperature_change or 0.0, facts.degree_days_per_degree
            requested = {
                month: max(0.0, daily + change * per_degree[calendar_month(month)])
                for month, daily in scenario.expected(months, uses_weather).items()
            }
        return replace(scenario, requested=requested)

    def frame(self) -> pd.DataFrame | None:
        """X for the months ahead: published or of the scenario; None if there is neither."""
        return _frame({**self.observed, **self.requested})

    def regressors(self, months: pd.PeriodIndex) -> pd.DataFrame:
        """X for a fit on `months`: theirs, and those of all earlier months, for climatology."""
        import pandas as pd

        daily = self._daily()
        return daily.reindex(months.union(pd.PeriodIndex(daily.index))).to_frame()

    def expected(self, months: tuple[str, ...], uses_weather: bool) -> dict[str, float]:
        """Degree days of months ahead without a scenario.

        A champion that uses weather expects published months, then climatology with the decaying
        last anomaly; without one it is climatology alone.
        """
        if self.facts is None:
            return {}
        if not uses_weather:
            return {month: self.facts.normal[calendar_month(month)] for month in months}
        import pandas as pd

        from energy.forecasting.weather import assumed

        daily = self._daily()
        ahead = pd.period_range(daily.index[-1] + 1, months[-1], freq="M")
        values = assumed(daily, ahead, _frame(self.observed), self.facts.normal_years)
        by_month = dict(zip(map(str, ahead), map(float, values), strict=True))
        return {month: by_month[month] for month in months}

    def _daily(self) -> pd.Series:
        import pandas as pd

        months = pd.PeriodIndex(list(self.past), freq="M")
        return pd.Series(list(self.past.values()), months, name="degree_days", dtype=float)


def shift_by_weather(mean: float, scenario: WeatherScenario, month: str) -> float:
    """Shift a forecast made without weather by the published response to the scenario."""
    facts = scenario.facts
    if facts is None or month not in scenario.requested:
        return mean
    days = monthrange(int(month[:4]), int(month[5:]))[1]
    anomaly = scenario.requested[month] - facts.normal[calendar_month(month)]
    change = facts.response * anomaly * days / 100  # a response is per hundred degree days
    return mean * math.exp(change) if facts.log else mean + change


def _frame(degree_days: Mapping[str, float]) -> pd.DataFrame | None:
    import pandas as pd

    if not degree_days:
        return None
    months = sorted(degree_days)
    values = [degree_days[month] for month in months]
    return pd.DataFrame({"degree_days": values}, pd.PeriodIndex(months, freq="M"))


def _past(facts: WeatherFacts, cutoff: str, path: Mapping[str, float]) -> dict[str, float]:
    """Degree days to the cutoff: of the request, or published, or climatology."""
    past = {}
    for index in range(months_between(facts.first_month, cutoff) + 1):
        month = months_after(facts.first_month, index)
        published = index < len(facts.degree_days)
        normal = facts.normal[calendar_month(month)]
        past[month] = path.get(month, facts.degree_days[index] if published else normal)
    return past


def _in_year(facts: WeatherFacts, year: int, month: str) -> float:
    """Degree days of the same calendar month in another year."""
    index = months_between(facts.first_month, f"{year:04d}-{month[5:]}")
    if not 0 <= index < len(facts.degree_days):
        last = months_after(facts.first_month, len(facts.degree_days) - 1)
        raise _missing_weather("weather.year", year, f"weather of {facts.first_month} to {last}")
    return facts.degree_days[index]


def _missing_weather(field: str, value: object, available: str) -> FieldError:
    message = f"{field} is {quote_value(value)}; the live release holds {available}."
    return FieldError(message, code="weather_not_held", field=field)
