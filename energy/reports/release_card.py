"""TrainFlow's release card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from energy import charts
from energy.contract import ForecastTable, WeatherFacts
from energy.contract.forecast import TWH_PER_MTOE
from energy.contract.panel import Panel, SeriesForecast
from energy.forecasting.metrics import format_percent
from energy.forecasting.models import BASELINE
from energy.forecasting.weather import WEATHER_YEARS
from energy.pipelines.publish import PublishResult, ReleaseDraft
from energy.pipelines.train import Breakdown, Comparison
from energy.releases.promotion import Check
from energy.reports.components import chart, markdown, table, titled
from energy.reports.components import table as table_of

MOST_NAMED = 3
"""Series without a forecast that the run's last words name."""
MOST_LEFT_OUT = 20
"""Series without a forecast that are listed; `panel.json` has them all."""


def panel_section(card: Any, panel: Panel, series: Sequence[SeriesForecast]) -> None:
    """Append the section.

    Args:
        card: Where to.
        panel: All of them, summed up.
        series: Each of them.
    """
    markdown(card, "## The other series", panel_summary(panel))
    if panel.judged:
        chart(card, charts.against_baseline(series))
    table(
        card,
        ["Champion", "Series"],
        [[titled(name), f"{count:,}"] for name, count in panel.champions.items()],
    )
    if panel.judged:
        found = {one.name: one for one in series}
        rows = [_panel_row(found[name]) for name in panel.worst]
        markdown(card, "Those with the highest errors on the training part:")
        header = ["Series", "Champion", "MASE", "Seasonal naive", "80% hold", "In the holdout"]
        table(card, header, rows)
    if panel.left_out:
        first = list(panel.left_out.items())[:MOST_LEFT_OUT]
        more = f", the first of {len(panel.left_out):,}" if len(first) < len(panel.left_out) else ""
        markdown(card, f"Without a forecast{more}:")
        table(card, ["Series", "Why"], [[name, why] for name, why in first])


def panel_summary(panel: Panel) -> str:
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


def _panel_row(one: SeriesForecast) -> list[str]:
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


def score_section(card: Any, compared: Comparison) -> None:
    """Append the section.

    Args:
        card: Where to.
        compared: The champion is the first of its ranking.
    """
    best, at = compared.ranked[0], {one.forecaster: one for one in compared.ranked}
    rows = [
        [
            part,
            f"{one.folds}",
            f"{one.mase:.3f}",
            f"{naive.mase:.3f}" if naive else "",
            format_percent(one.mape),
            f"{one.coverage80:.0%}",
            f"{one.coverage95:.0%}",
        ]
        for part, one, naive in (
            ("training part", best, at.get(BASELINE)),
            ("holdout", compared.holdout.get(best.forecaster), compared.holdout.get(BASELINE)),
        )
        if one
    ]
    markdown(card, "## How the forecaster fared")
    header = ["On the", "Folds", "MASE", "Seasonal naive", "MAPE", "80% held", "95% held"]
    table(card, header, rows)
    markdown(
        card,
        "MASE is the mean error as a share of what the same month of the year before was off by in "
        "the past. The forecaster was chosen on the training part, and on nothing of the holdout, "
        "which came after it.",
    )


def next_twelve_months(table: ForecastTable) -> str:
    """The sum of the next 12 published months, in words."""
    first = table.months[:12]
    total = sum(row.mean for row in first)
    energy = f" ({total * TWH_PER_MTOE:,.0f} TWh)" if table.unit == "Mtoe" else ""
    return (
        f"{first[0].month} to {first[-1].month}: {total:.1f} {table.unit}{energy} in {len(first)} "
        f"month{'s' if len(first) > 1 else ''}"
    )


def fill_release_card(card: Any, published: PublishResult, draft: ReleaseDraft) -> None:
    """Fill the release card: the fan, the months, what changed, and where it comes from."""
    manifest, table, history = published.manifest, draft.table, draft.history
    markdown(
        card,
        f"# {manifest.title or titled(table.target)}",
        f"**{next_twelve_months(table)}**, by {titled(table.forecaster)}, "
        f"from data to {table.cutoff}.",
    )
    if not published.promoted:
        failed = ", ".join(titled(check.name) for check in published.failed)
        markdown(card, f"**Not promoted**, for {failed}: what was found is under *Decision*.")
    chart(card, charts.fan(history, table, manifest.title))
    markdown(card, "## Month by month")
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
    markdown(
        card,
        f"Intervals rest on {table.calibration.errors} backtest errors of this forecaster, by "
        f"months ahead and season, recent ones most{_and_weather(draft)}.{_in_twh(table)}",
    )
    if table.observed:
        months = ", ".join(table.observed)
        markdown(
            card, f"The weather of {months} is known: that forecast is a *nowcast*, made with it."
        )
    score_section(card, draft.comparison)
    if draft.weather:
        _weather(card, draft.weather, table.unit)
    if draft.breakdown:
        _parts(card, draft.breakdown, table)
    if draft.panel:
        panel_section(card, *draft.panel)
    markdown(card, "## Decision")
    _decision(card, published)
    markdown(card, "## What changed")
    _changes(card, published, table)
    markdown(card, "## Lineage")
    lineage = manifest.lineage
    rows = [["release", manifest.release_id], ["made", manifest.created_at]]
    rows += [[f"data: {name}", f"`{sha}`"] for name, sha in lineage.vintage.items()]
    rows += [["code", f"`{lineage.commit}`"], *([f"run: {k}", v] for k, v in lineage.runs.items())]
    rows += [["packages", ", ".join(f"{k} {v}" for k, v in lineage.packages.items())]]
    rows += [[f"file: {n}", f"`{e.sha256}`, {e.bytes:,} B"] for n, e in manifest.files.items()]
    table_of(card, ["What", "Which"], rows)
    if manifest.attribution:
        markdown(card, manifest.attribution)


def _and_weather(draft: ReleaseDraft) -> str:
    if draft.weather is None:
        return ""
    return f", and on the spread of the weather of the last {WEATHER_YEARS} years"


def _in_twh(table: ForecastTable) -> str:
    return f" 1 Mtoe is {TWH_PER_MTOE} TWh." if table.unit == "Mtoe" else ""


def _weather(card: Any, facts: WeatherFacts, unit: str) -> None:
    markdown(card, "## What a degree does")
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
    markdown(
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
    markdown(card, "## By part")
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
    markdown(
        card, f"Means in {table.unit}; they add up. `fuels.json` of the release has the intervals."
    )


def _decision(card: Any, published: PublishResult) -> None:
    stays = published.pointer.release_id if published.pointer else "nothing"
    markdown(
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


def _changes(card: Any, published: PublishResult, table: ForecastTable) -> None:
    if published.before is None:
        told = "This is the first release in this store."
        if published.trouble:
            told = (
                f"The release before could not be read, so nothing is compared: {published.trouble}"
            )
        markdown(card, told)
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
        markdown(card, "The two have no month of the same target in common.")
        return
    moved = [new - was for new, was in shared]
    furthest = max(moved, key=abs)
    markdown(
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
