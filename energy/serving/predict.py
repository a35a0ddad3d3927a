"""Answer a forecast request from a release: by look-up where the table is enough."""

from __future__ import annotations

from dataclasses import dataclass, field

from energy import legacy_errors
from energy.contract import (
    Forecast,
    ForecastMonth,
    ForecastRequest,
    ForecastTable,
    Interval,
    MonthAhead,
)
from energy.contract.forecast import ScenarioMethod, Tier, WeatherBasis
from energy.contract.months import months_after, months_between
from energy.contract.panel import SeriesForecast
from energy.contract.request import MAX_HORIZON
from energy.releases.reader import Release
from energy.serving import intervals
from energy.serving.intervals import away, spread


@dataclass(frozen=True)
class PointForecasts:
    """Point forecasts of the months asked for, and what they rest on.

    Attributes:
        tier: Who made them.
        by_month: In the release's unit, ascending.
        weather: What the weather of a month is, where it is not merely expected.
        method: How a weather scenario was answered for, or None.
    """

    tier: Tier
    by_month: dict[str, float]
    weather: dict[str, WeatherBasis] = field(default_factory=dict)
    method: ScenarioMethod | None = None


def observed_months(table: ForecastTable) -> dict[str, WeatherBasis]:
    """The months that were forecast in weather that was published already."""
    return dict.fromkeys(table.observed, "observed")


def panel_table(one: SeriesForecast, unit: str) -> ForecastTable:
    """The forecast table of one series, in the release's unit."""
    calibration = one.calibration

    def row(horizon: int, mean: float) -> ForecastMonth:
        month = months_after(one.cutoff, horizon)
        wide = spread(horizon, month, calibration, weather_known=False)
        ends = (away(mean, wide * error, calibration.log) for error in calibration.quantiles)
        return ForecastMonth(month, horizon, mean, tuple(ends))

    rows = tuple(row(horizon, mean) for horizon, mean in enumerate(one.mean, start=1))
    return ForecastTable(one.name, unit, one.cutoff, one.forecaster, rows, calibration)


def predict(release: Release, asked: ForecastRequest, stale: bool = False) -> Forecast:
    """Answer a request from the table if that is enough, else from the champion.

    Args:
        release: The release in service.
        asked: What is asked for.
        stale: Whether to say that a newer release may be in service.

    Raises:
        UnknownTarget: A series that the release does not hold.
        FieldError: A month, an observation or a scenario that cannot be answered for.
        ServingError: The champion is needed and cannot be loaded.
        StoreError: A file is needed and is altered, gone, or cannot be read now.
    """
    table = target_table(release, asked.target)
    if needs_champion(table, asked):
        return predict_from_champion(release, asked, stale)
    return predict_from_table(release, asked, stale)


def needs_champion(table: ForecastTable, asked: ForecastRequest) -> bool:
    """Whether a request holds something that no table can.

    Raises:
        FieldError: As `months_asked`.
    """
    if asked.weather is not None or asked.observations:
        return True
    last = requested_months(asked, table.cutoff)[-1]
    return months_between(table.cutoff, last) > len(table.months)


def predict_from_table(release: Release, asked: ForecastRequest, stale: bool = False) -> Forecast:
    """Answer a request whose months the table holds, and that holds no weather or observations."""
    table = target_table(release, asked.target)
    published = {row.month: row.mean for row in table.months}
    months = requested_months(asked, table.cutoff)
    means = PointForecasts(
        "table", {month: published[month] for month in months}, observed_months(table)
    )
    return _put_together(release, table, table.cutoff, asked, means, stale)


def predict_from_champion(
    release: Release, asked: ForecastRequest, stale: bool = False
) -> Forecast:
    """Answer any request about the release's own series from the fitted champion."""
    table = target_table(release, asked.target)
    if table.target != release.manifest.target:
        raise legacy_errors.TableAlone(_beyond_a_table(asked), table.target, len(table.months))
    cutoff = new_cutoff(asked, table)
    months = requested_months(asked, cutoff)
    from energy.serving.champion import champion_forecasts  # pandas and sktime, only from here on

    return _put_together(
        release, table, cutoff, asked, champion_forecasts(release, asked, cutoff, months), stale
    )


def target_table(release: Release, target: str | None) -> ForecastTable:
    """The forecast table of a series: the release's own, of a part of it, or of its panel.

    Raises:
        UnknownTarget: The release holds no such series.
        SeriesLeftOut: It has no forecast of this one.
    """
    if target is None or target == release.manifest.target:
        return release.table
    if target in release.parts:
        return release.parts[target]
    panel = release.panel
    if panel is None or (target not in panel.series and target not in panel.left_out):
        others = panel.series if panel else ()
        raise legacy_errors.UnknownTarget(
            target, [release.manifest.target, *release.parts, *others]
        )
    pass  # only releases of many series need it

    return panel_table(release.panel_series(target), release.manifest.unit)


def requested_months(asked: ForecastRequest, cutoff: str) -> tuple[str, ...]:
    """The months to answer for, ascending.

    Raises:
        NotAllowed: A month that is not 1 to FURTHEST months after the cutoff.
    """
    if not asked.months:
        return tuple(months_after(cutoff, ahead) for ahead in range(1, asked.periods + 1))
    first, last = months_after(cutoff, 1), months_after(cutoff, MAX_HORIZON)
    for place, month in enumerate(asked.months):
        if not 1 <= months_between(cutoff, month) <= MAX_HORIZON:
            raise legacy_errors.NotAllowed(f"months[{place}]", month, f"{first} to {last}")
    return asked.months


def new_cutoff(asked: ForecastRequest, table: ForecastTable) -> str:
    """The last month known, with the observations given.

    Raises:
        ObservationGap: They do not begin after the table's cutoff, or leave a month out.
        NotAllowed: One is not above zero, in a series that always is.
    """
    cutoff = table.cutoff
    for month, value in asked.observations.items():
        expected = months_after(cutoff, 1)
        if month != expected:
            raise legacy_errors.ObservationGap("observations", month, expected)
        if table.calibration.log and value <= 0:
            raise legacy_errors.NotAllowed(f"observations.{month}", value, "a number above zero")
        cutoff = month
    return cutoff


def _beyond_a_table(asked: ForecastRequest) -> str:
    """The field that a part's table cannot answer for."""
    if asked.weather is not None:
        return "weather"
    if asked.observations:
        return "observations"
    return "months" if asked.months else "periods"


def _put_together(
    release: Release,
    table: ForecastTable,
    cutoff: str,
    asked: ForecastRequest,
    means: PointForecasts,
    stale: bool,
) -> Forecast:
    calibration = table.calibration
    wanted = [
        (intervals.band(coverage, calibration), _places(coverage, table, means))
        for coverage in asked.coverage
    ]

    def ahead(month: str, mean: float) -> MonthAhead:
        horizon, weather = months_between(cutoff, month), means.weather.get(month, "expected")
        wide = intervals.spread(horizon, month, calibration, weather != "expected")
        found = tuple(
            (
                intervals.interval(mean, wide, band, calibration.log)
                if places is None
                else _published(table, horizon, band.coverage, places)
            )
            for band, places in wanted
        )
        return MonthAhead(month, horizon, mean, found, weather)

    return Forecast(
        release_id=release.manifest.release_id,
        created_at=release.manifest.created_at,
        target=table.target,
        unit=table.unit,
        cutoff=cutoff,
        forecaster=table.forecaster,
        tier=means.tier,
        stale=stale,
        months=tuple(ahead(month, mean) for month, mean in means.by_month.items()),
        scenario_method=means.method,
    )


def _places(coverage: float, table: ForecastTable, means: PointForecasts) -> tuple[int, int] | None:
    """Where the two ends of an interval stand among what was published; None if they do not."""
    if means.tier != "table":
        return None
    lower, upper = (intervals.place(level, table.levels) for level in intervals.levels(coverage))
    return None if lower is None or upper is None else (lower, upper)


def _published(
    table: ForecastTable, horizon: int, coverage: float, places: tuple[int, int]
) -> Interval:
    """The published quantiles, to the last digit."""
    quantiles = table.months[horizon - 1].quantiles
    return Interval(coverage, quantiles[places[0]], quantiles[places[1]])
