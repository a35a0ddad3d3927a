"""Answer a forecast request from a release: by look-up where the table is enough."""

from __future__ import annotations

from dataclasses import dataclass

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
from energy.errors import FieldError, unknown_target, wrong_value
from energy.releases.reader import Release
from energy.serving import intervals


@dataclass(frozen=True)
class PointForecasts:
    """Point forecasts by month, ascending, and the weather where it is not the expected one."""

    tier: Tier
    means: dict[str, float]
    weather: dict[str, WeatherBasis]
    method: ScenarioMethod | None = None


def predict(release: Release, request: ForecastRequest, stale: bool = False) -> Forecast:
    """Answer a request from the table if that is enough, else from the champion.

    Every error is an EnergyError: of the request, or of the release and its store. The answer is
    `stale` if a newer release may be live.
    """
    if needs_champion(target_table(release, request.target), request):
        return predict_from_champion(release, request, stale)
    return predict_from_table(release, request, stale)


def needs_champion(table: ForecastTable, request: ForecastRequest) -> bool:
    """Whether a request goes beyond the table."""
    if request.weather is not None or request.observations:
        return True
    last = requested_months(request, table.cutoff)[-1]
    return months_between(table.cutoff, last) > len(table.months)


def predict_from_table(release: Release, request: ForecastRequest, stale: bool = False) -> Forecast:
    """Answer a request for months of the table, without weather or observations."""
    table = target_table(release, request.target)
    published = {row.month: row.mean for row in table.months}
    means = {month: published[month] for month in requested_months(request, table.cutoff)}
    points = PointForecasts("table", means, observed_weather(table))
    return _forecast(release, table, table.cutoff, request, points, stale)


def predict_from_champion(
    release: Release, request: ForecastRequest, stale: bool = False
) -> Forecast:
    """Answer any request about the release's own series from the fitted champion."""
    table = target_table(release, request.target)
    if table.target != release.manifest.target:
        raise _no_champion(table, request)
    cutoff = new_cutoff(request, table)
    months = requested_months(request, cutoff)
    from energy.serving.champion import champion_forecasts  # needs pandas and sktime

    points = champion_forecasts(release, request, cutoff, months)
    return _forecast(release, table, cutoff, request, points, stale)


def observed_weather(table: ForecastTable) -> dict[str, WeatherBasis]:
    """The months that were forecast with published weather."""
    return dict.fromkeys(table.observed, "observed")


def target_table(release: Release, target: str | None) -> ForecastTable:
    """The forecast table of a series: the release's own, a part of it, or one of many."""
    if target is None or target == release.manifest.target:
        return release.table
    if target in release.parts:
        return release.parts[target]
    panel = release.panel
    if panel is None or (target not in panel.series and target not in panel.left_out):
        others = panel.series if panel else ()
        raise unknown_target(target, [release.manifest.target, *release.parts, *others])
    return series_table(release.panel_series(target), release.manifest.unit)


def series_table(series: SeriesForecast, unit: str) -> ForecastTable:
    """The forecast table of one of many series."""
    calibration = series.calibration
    rows = []
    for horizon, mean in enumerate(series.mean, start=1):
        month = months_after(series.cutoff, horizon)
        spread = intervals.spread(horizon, month, calibration, weather_known=False)
        quantiles = tuple(
            intervals.add_error(mean, spread * error, calibration.log)
            for error in calibration.quantiles
        )
        rows.append(ForecastMonth(month, horizon, mean, quantiles))
    return ForecastTable(
        series.name, unit, series.cutoff, series.forecaster, tuple(rows), calibration
    )


def requested_months(request: ForecastRequest, cutoff: str) -> tuple[str, ...]:
    """The months to forecast, ascending, at most MAX_HORIZON months after the cutoff."""
    if not request.months:
        return tuple(months_after(cutoff, ahead) for ahead in range(1, request.periods + 1))
    for place, month in enumerate(request.months):
        if not 1 <= months_between(cutoff, month) <= MAX_HORIZON:
            first, last = months_after(cutoff, 1), months_after(cutoff, MAX_HORIZON)
            raise wrong_value(f"months[{place}]", month, f"{first} to {last}")
    return request.months


def new_cutoff(request: ForecastRequest, table: ForecastTable) -> str:
    """The last month with a figure, observations included, which are checked for gaps."""
    cutoff = table.cutoff
    for month, value in request.observations.items():
        expected = months_after(cutoff, 1)
        if month != expected:
            raise FieldError(
                f"observations has {month} where {expected} was expected: observations start in "
                "the month after the cutoff and leave out no month.",
                code="observation_gap",
                field="observations",
            )
        if table.calibration.log and value <= 0:
            raise wrong_value(f"observations.{month}", value, "a number above zero")
        cutoff = month
    return cutoff


def _no_champion(table: ForecastTable, request: ForecastRequest) -> FieldError:
    """The error for a request that goes beyond the table of a series without a champion."""
    if request.weather is not None:
        field = "weather"
    elif request.observations:
        field = "observations"
    else:
        field = "months" if request.months else "periods"
    return FieldError(
        f"{field} cannot be answered for {table.target}, which has a table of "
        f"{len(table.months)} months and no fitted champion; request months of the table without "
        "weather or observations, or the release's own series.",
        code="table_alone",
        field=field,
    )


def _forecast(
    release: Release,
    table: ForecastTable,
    cutoff: str,
    request: ForecastRequest,
    points: PointForecasts,
    stale: bool,
) -> Forecast:
    calibration = table.calibration
    # Computed once for all months: intervals of standardised errors, and published levels.
    standard = [intervals.standard_interval(c, calibration) for c in request.coverage]
    published = [_published_levels(c, table, points.tier) for c in request.coverage]

    def month_ahead(month: str, mean: float) -> MonthAhead:
        horizon, weather = months_between(cutoff, month), points.weather.get(month, "expected")
        spread = intervals.spread(horizon, month, calibration, weather != "expected")
        bounds = []
        for errors, levels in zip(standard, published, strict=True):
            if levels is None:
                bounds.append(intervals.interval(mean, spread, errors, calibration.log))
            else:
                quantiles = table.months[horizon - 1].quantiles
                lower, upper = (quantiles[level] for level in levels)
                bounds.append(Interval(errors.coverage, lower, upper))
        return MonthAhead(month, horizon, mean, tuple(bounds), weather)

    return Forecast(
        release_id=release.manifest.release_id,
        created_at=release.manifest.created_at,
        target=table.target,
        unit=table.unit,
        cutoff=cutoff,
        forecaster=table.forecaster,
        tier=points.tier,
        stale=stale,
        months=tuple(month_ahead(month, mean) for month, mean in points.means.items()),
        scenario_method=points.method,
    )


def _published_levels(coverage: float, table: ForecastTable, tier: Tier) -> tuple[int, int] | None:
    """Indices of the two ends among the table's levels; None if they are to be computed."""
    levels = intervals.quantile_levels(coverage)
    lower, upper = (intervals.level_index(level, table.levels) for level in levels)
    return None if tier != "table" or lower is None or upper is None else (lower, upper)
