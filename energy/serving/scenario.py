"""The weather to assume: what is expected, what is published already, and a caller's what-if."""

from __future__ import annotations

import math
from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING

from energy import legacy_errors
from energy.contract import ForecastRequest, WeatherFacts
from energy.contract.months import calendar_month, month_number, months_after, months_between
from energy.releases.reader import Release

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class WeatherScenario:
    """Daily average heating degree days (deg C) around a cutoff.

    Attributes:
        facts: The release's weather; None if it tells nothing.
        past: Degree days of the months up to the cutoff, by month, ascending, without a gap.
        observed: Of months after the cutoff whose weather is published.
        given: Of the months that the caller's scenario gives.
    """

    facts: WeatherFacts | None
    past: dict[str, float]
    observed: dict[str, float]
    given: dict[str, float]

    @classmethod
    def of(
        cls,
        release: Release,
        asked: ForecastRequest,
        cutoff: str,
        months: tuple[str, ...],
        aware: bool,
    ) -> WeatherScenario:
        """Work out what a request supposes.

        Args:
            release: The release in service.
            asked: The request.
            cutoff: Last month known, observations included.
            months: The months asked for.
            aware: Whether the champion uses weather.

        Raises:
            WeatherNotHeld: The release does not hold the weather that is needed.
            NotAllowed: A path of degree days with months that change nothing.
        """
        table = release.table
        later = {m: v for m, v in table.observed.items() if months_between(cutoff, m) > 0}
        if asked.weather is None and not (aware and asked.observations):
            return cls(None, {}, later, {})
        facts = release.weather
        if facts is None:
            field = "observations" if asked.weather is None else "weather"
            raise legacy_errors.WeatherNotHeld(field, "asked for", "no weather at all")
        path = (asked.weather.degree_days if asked.weather else None) or {}
        first = months_after(table.cutoff if aware else cutoff, 1)
        for month in path:
            if not first <= month <= months[-1]:
                expected = f"a month from {first} to {months[-1]}, the last one asked for"
                raise legacy_errors.NotAllowed("weather.degree_days", month, expected)
        outlook = cls(facts, _past(facts, cutoff, path), later, {})
        given = outlook._scenario(asked, months, aware)
        return cls(facts, outlook.past, later, given)

    def frame(self) -> pd.DataFrame | None:
        """X for months to come: what is published or given; None if nothing is."""
        import pandas as pd

        known = dict(sorted({**self.observed, **self.given}.items()))
        if not known:
            return None
        months = pd.PeriodIndex(list(known), freq="M")
        return pd.DataFrame({"degree_days": list(known.values())}, months)

    def regressors(self, months: pd.PeriodIndex) -> pd.DataFrame:
        """X for a fit on `months`: theirs, and of all months before, for climatology."""
        import pandas as pd

        daily = self._daily()
        return daily.reindex(months.union(pd.PeriodIndex(daily.index))).to_frame()

    def expected(self, months: tuple[str, ...], aware: bool) -> dict[str, float]:
        """Degree days of months to come, as they are without a what-if.

        Args:
            months: Ascending.
            aware: Whether to expect what a champion that uses weather does (published months, and
                climatology with what is left of the last anomaly), or climatology alone.
        """
        if self.facts is None:
            return {}
        if not aware:
            return {month: self.facts.normal[calendar_month(month)] for month in months}
        import pandas as pd

        from energy.forecasting.weather import assumed

        daily = self._daily()
        ahead = pd.period_range(daily.index[-1] + 1, months[-1], freq="M")
        found = assumed(daily, ahead, self._published(), self.facts.normal_years)
        by_month = dict(zip(map(str, ahead), map(float, found), strict=True))
        return {month: by_month[month] for month in months}

    def _published(self) -> pd.DataFrame | None:
        return WeatherScenario(None, {}, self.observed, {}).frame()

    def _daily(self) -> pd.Series:
        import pandas as pd

        months = pd.PeriodIndex(list(self.past), freq="M")
        return pd.Series(list(self.past.values()), months, name="degree_days", dtype=float)

    def _scenario(
        self, asked: ForecastRequest, months: tuple[str, ...], aware: bool
    ) -> dict[str, float]:
        """Degree days of the months that the caller's what-if gives."""
        facts, weather = self.facts, asked.weather
        if facts is None or weather is None:
            return {}
        if weather.degree_days is not None:
            last = list(self.past)[-1]
            return {m: v for m, v in weather.degree_days.items() if months_between(last, m) > 0}
        if weather.year is not None:
            return {month: _of_year(facts, weather.year, month) for month in months}
        change, per_degree = weather.temperature_change or 0.0, facts.degree_days_per_degree
        return {
            month: max(0.0, daily + change * per_degree[calendar_month(month)])
            for month, daily in self.expected(months, aware).items()
        }


def shift_by_weather(mean: float, outlook: WeatherScenario, month: str) -> float:
    """A forecast made without weather, moved by the published response to the weather given.

    Args:
        mean: The forecast, in the release's unit; it stands if the month's weather is not given.
        outlook: What is given.
        month: The month.
    """
    facts = outlook.facts
    if facts is None or month not in outlook.given:
        return mean
    days = monthrange(int(month[:4]), int(month[5:]))[1]
    anomaly = outlook.given[month] - facts.normal[calendar_month(month)]
    change = facts.response * anomaly * days / 100  # a response is per hundred degree days
    return mean * math.exp(change) if facts.log else mean + change


def _known(facts: WeatherFacts) -> dict[str, float]:
    return {months_after(facts.first_month, i): value for i, value in enumerate(facts.degree_days)}


def _past(facts: WeatherFacts, cutoff: str, path: dict[str, float]) -> dict[str, float]:
    """Degree days to the cutoff: published, or the caller's, or climatology where neither is."""
    known = _known(facts)
    months = (
        months_after(facts.first_month, i)
        for i in range(months_between(facts.first_month, cutoff) + 1)
    )
    return {
        month: path.get(month, known.get(month, facts.normal[calendar_month(month)]))
        for month in months
    }


def _of_year(facts: WeatherFacts, year: int, month: str) -> float:
    same = f"{year:04d}-{month[5:]}"
    place = month_number(same) - month_number(facts.first_month)
    if not 0 <= place < len(facts.degree_days):
        last = months_after(facts.first_month, len(facts.degree_days) - 1)
        raise legacy_errors.WeatherNotHeld(
            "weather.year", year, f"weather of {facts.first_month} to {last}"
        )
    return facts.degree_days[place]
