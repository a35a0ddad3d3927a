"""The release card: the forecast, what it rests on, what changed, and where it comes from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from energy import charts, panel_card, score_card
from energy.breakdown import Breakdown
from energy.components import chart, titled, words
from energy.components import table as table_of
from energy.contract import ForecastTable, WeatherFacts
from energy.contract.units import TWH_PER_MTOE
from energy.forecasting.response import WEATHER_YEARS
from energy.publishing import Draft, Published
from energy.releases.decisions import Check
from energy.summary import next_year


def fill(card: Any, published: Published, draft: Draft) -> None:
    """Fill the release card: the fan, the months, what changed, and where it comes from."""
    manifest, table, history = published.manifest, draft.table, draft.history
    words(
        card,
        f"# {manifest.title or titled(table.target)}",
        f"**{next_year(table)}**, by {titled(table.forecaster)}, from data to {table.cutoff}.",
    )
    if not published.promoted:
        failed = ", ".join(titled(check.name) for check in published.failed)
        words(card, f"**Not promoted**, for {failed}: what was found is under *Decision*.")
    chart(card, charts.fan(history, table, of=manifest.title))
    words(card, "## Month by month")
    low80, high80 = table.levels.index(0.1), table.levels.index(0.9)
    a_year_before = {str(m): float(v) for m, v in history.items()}
    table_of(
        card,
        ["Month", f"Forecast, {table.unit}", "80% interval", "95% interval", "On the year before"],
        [
            [
                row.month,
                f"{row.mean:.2f}",
                f"{row.quantiles[low80]:.2f} to {row.quantiles[high80]:.2f}",
                f"{row.quantiles[0]:.2f} to {row.quantiles[-1]:.2f}",
                _change(row.mean, a_year_before.get(str(pd.Period(row.month, "M") - 12))),
            ]
            for row in table.months
        ],
    )
    words(
        card,
        f"Intervals rest on {table.calibration.errors} backtest errors of this forecaster, by "
        f"months ahead and season, recent ones most{_and_weather(draft)}.{_in_twh(table)}",
    )
    if table.observed:
        months = ", ".join(table.observed)
        words(
            card, f"The weather of {months} is known: that forecast is a *nowcast*, made with it."
        )
    score_card.section(card, draft.comparison)
    if draft.weather:
        _weather(card, draft.weather, table.unit)
    if draft.breakdown:
        _parts(card, draft.breakdown, table)
    if draft.panel:
        panel_card.section(card, *draft.panel)
    words(card, "## Decision")
    _decision(card, published)
    words(card, "## What changed")
    _changes(card, published, table)
    words(card, "## Lineage")
    lineage = manifest.lineage
    rows = [["release", manifest.release_id], ["made", manifest.created_at]]
    rows += [[f"data: {name}", f"`{sha}`"] for name, sha in lineage.vintage.items()]
    rows += [["code", f"`{lineage.commit}`"], *([f"run: {k}", v] for k, v in lineage.runs.items())]
    rows += [["packages", ", ".join(f"{k} {v}" for k, v in lineage.packages.items())]]
    rows += [[f"file: {n}", f"`{e.sha256}`, {e.bytes:,} B"] for n, e in manifest.files.items()]
    table_of(card, ["What", "Which"], rows)
    if manifest.attribution:
        words(card, manifest.attribution)


def _and_weather(draft: Draft) -> str:
    if draft.weather is None:
        return ""
    return f", and on the spread of the weather of the last {WEATHER_YEARS} years"


def _in_twh(table: ForecastTable) -> str:
    return f" 1 Mtoe is {TWH_PER_MTOE} TWh." if table.unit == "Mtoe" else ""


def _weather(card: Any, facts: WeatherFacts, unit: str) -> None:
    words(card, "## What a degree does")
    table_of(
        card,
        ["Season", f"{unit} a month for each deg C warmer", "95% of the time between"],
        [
            [
                one.season,
                f"{one.per_degree:+.2f}",
                f"{one.per_degree - 1.96 * one.standard_error:+.2f} and "
                f"{one.per_degree + 1.96 * one.standard_error:+.2f}",
            ]
            for one in facts.sensitivity
        ],
    )
    words(
        card,
        f"Months to come are expected to be as the last {facts.normal_years} years were on "
        f"average. A year's degree days change by {facts.trend:+.0f} per decade (standard error "
        f"{facts.trend_error:.0f}), of about {_degree_days_a_year(facts):,.0f}.",
    )


def _degree_days_a_year(facts: WeatherFacts) -> float:
    months = pd.period_range("2001-01", periods=12, freq="M")
    return float(
        sum(daily * m.days_in_month for daily, m in zip(facts.normal, months, strict=True))
    )


def _parts(card: Any, found: Breakdown, table: ForecastTable) -> None:
    words(card, "## By part")
    chart(card, charts.by_part(found.tables))
    table_of(
        card,
        ["Month", *map(titled, found.tables), table.target],
        [
            [
                row.month,
                *(f"{part.months[place].mean:.2f}" for part in found.tables.values()),
                f"**{row.mean:.2f}**",
            ]
            for place, row in enumerate(table.months)
        ],
    )
    words(
        card, f"Means in {table.unit}; they add up. `fuels.json` of the release has the intervals."
    )


def _decision(card: Any, published: Published) -> None:
    stays = published.pointer.release_id if published.pointer else "nothing"
    words(
        card,
        (
            "**Promoted**: this release is in service."
            if published.promoted
            else f"**Not promoted**: in service stays {stays}. The release is in the store, whole; "
            f"`energy releases promote {published.manifest.release_id} --why ...` puts it in "
            "service all the same."
        ),
    )
    table_of(
        card,
        ["Check", "", "Figure", "Threshold", "What was found"],
        [
            [
                titled(check.name),
                _outcome(check),
                _figure(check.figure),
                _figure(check.threshold),
                check.told,
            ]
            for check in published.checks
        ],
    )


def _outcome(check: Check) -> str:
    if not check.passed:
        return "**failed**"
    return "passed" if check.figure is not None else "not judged"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _changes(card: Any, published: Published, table: ForecastTable) -> None:
    if published.before is None:
        told = "This is the first release in this store."
        if published.trouble:
            told = (
                f"The release before could not be read, so nothing is compared: {published.trouble}"
            )
        words(card, told)
        return
    manifest, before = published.before
    rows = [
        [what, old, new]
        for what, old, new in (
            ("release", manifest.release_id, published.manifest.release_id),
            ("target", before.target, table.target),
            ("forecaster", before.forecaster, table.forecaster),
            ("data to", before.cutoff, table.cutoff),
            ("data, SHA-256", *(_hashes(m) for m in (manifest, published.manifest))),
            ("code", manifest.lineage.commit[:12], published.manifest.lineage.commit[:12]),
        )
    ]
    table_of(card, ["", "Before", "Now"], rows)
    old = {row.month: row.mean for row in before.months}
    shared = [(row.mean, old[row.month]) for row in table.months if row.month in old]
    if before.target != table.target or not shared:
        words(card, "The two have no month of the same target in common.")
        return
    moved = [new - was for new, was in shared]
    furthest = max(moved, key=abs)
    words(
        card,
        f"Over the {len(shared)} months in both, the forecast moved by {sum(moved):+.2f} "
        f"{table.unit} in all; the largest change in one month is {furthest:+.2f}.",
    )


def _change(now: float, before: float | None) -> str:
    if before is None or min(now, before) <= 0:  # a share of nothing, or of less, tells nothing
        return ""
    return f"{100 * (now / before - 1):+.1f}%"


def _hashes(manifest: Any) -> str:
    return ", ".join(sha[:12] for sha in manifest.lineage.vintage.values())
