"""A release and a request make a forecast: from the table if it holds the months, at once.

Only a weather scenario, new observations or months beyond the table need the fitted champion, and
with it pandas and sktime. Intervals come from the calibration in the table in either case, of any
coverage, by the same few lines: what both can answer, both answer alike.
"""

from __future__ import annotations

from energy.contract import Forecast, ForecastRequest, ForecastTable, Interval, MonthAhead
from energy.contract.asking import FURTHEST
from energy.contract.months import after, between
from energy.errors import NotAllowed, ObservationGap, TableAlone, UnknownTarget
from energy.releases.reading import Release
from energy.serving import bands
from energy.serving.means import Means, observed


def answer(release: Release, asked: ForecastRequest, stale: bool = False) -> Forecast:
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
    table = table_of(release, asked.target)
    if needs_champion(table, asked):
        return from_champion(release, asked, stale)
    return from_table(release, asked, stale)


def needs_champion(table: ForecastTable, asked: ForecastRequest) -> bool:
    """Whether a request holds something that no table can.

    Raises:
        FieldError: As `months_asked`.
    """
    if asked.weather is not None or asked.observations:
        return True
    last = months_asked(asked, table.cutoff)[-1]
    return between(table.cutoff, last) > len(table.months)


def from_table(release: Release, asked: ForecastRequest, stale: bool = False) -> Forecast:
    """Answer a request whose months the table holds, and that holds no weather or observations."""
    table = table_of(release, asked.target)
    published = {row.month: row.mean for row in table.months}
    months = months_asked(asked, table.cutoff)
    means = Means("table", {month: published[month] for month in months}, observed(table))
    return _put_together(release, table, table.cutoff, asked, means, stale)


def from_champion(release: Release, asked: ForecastRequest, stale: bool = False) -> Forecast:
    """Answer any request about the release's own series from the fitted champion."""
    table = table_of(release, asked.target)
    if table.target != release.manifest.target:
        raise TableAlone(_beyond_a_table(asked), table.target, len(table.months))
    cutoff = new_cutoff(asked, table)
    months = months_asked(asked, cutoff)
    from energy.serving.champion import means  # pandas and sktime, only from here on

    return _put_together(
        release, table, cutoff, asked, means(release, asked, cutoff, months), stale
    )


def table_of(release: Release, target: str | None) -> ForecastTable:
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
        raise UnknownTarget(target, [release.manifest.target, *release.parts, *others])
    from energy.serving.panel import table  # only releases of many series need it

    return table(release.of_panel(target), release.manifest.unit)


def months_asked(asked: ForecastRequest, cutoff: str) -> tuple[str, ...]:
    """The months to answer for, ascending.

    Raises:
        NotAllowed: A month that is not 1 to FURTHEST months after the cutoff.
    """
    if not asked.months:
        return tuple(after(cutoff, ahead) for ahead in range(1, asked.periods + 1))
    first, last = after(cutoff, 1), after(cutoff, FURTHEST)
    for place, month in enumerate(asked.months):
        if not 1 <= between(cutoff, month) <= FURTHEST:
            raise NotAllowed(f"months[{place}]", month, f"{first} to {last}")
    return asked.months


def new_cutoff(asked: ForecastRequest, table: ForecastTable) -> str:
    """The last month known, with the observations given.

    Raises:
        ObservationGap: They do not begin after the table's cutoff, or leave a month out.
        NotAllowed: One is not above zero, in a series that always is.
    """
    cutoff = table.cutoff
    for month, value in asked.observations.items():
        expected = after(cutoff, 1)
        if month != expected:
            raise ObservationGap("observations", month, expected)
        if table.calibration.log and value <= 0:
            raise NotAllowed(f"observations.{month}", value, "a number above zero")
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
    means: Means,
    stale: bool,
) -> Forecast:
    calibration = table.calibration
    wanted = [
        (bands.band(coverage, calibration), _places(coverage, table, means))
        for coverage in asked.coverage
    ]

    def ahead(month: str, mean: float) -> MonthAhead:
        horizon, weather = between(cutoff, month), means.weather.get(month, "expected")
        wide = bands.spread(horizon, month, calibration, weather != "expected")
        found = tuple(
            (
                bands.interval(mean, wide, band, calibration.log)
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


def _places(coverage: float, table: ForecastTable, means: Means) -> tuple[int, int] | None:
    """Where the two ends of an interval stand among what was published; None if they do not."""
    if means.tier != "table":
        return None
    lower, upper = (bands.place(level, table.levels) for level in bands.levels(coverage))
    return None if lower is None or upper is None else (lower, upper)


def _published(
    table: ForecastTable, horizon: int, coverage: float, places: tuple[int, int]
) -> Interval:
    """The published quantiles, to the last digit."""
    quantiles = table.months[horizon - 1].quantiles
    return Interval(coverage, quantiles[places[0]], quantiles[places[1]])
