"""TrainFlow's release card: the published forecast, the gate's decision, and the lineage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from energy import charts
from energy.contract import ForecastTable, Manifest, WeatherFacts
from energy.contract.forecast import TWH_PER_MTOE
from energy.contract.panel import Panel, SeriesForecast
from energy.forecasting.models import BASELINE
from energy.forecasting.weather import WEATHER_YEARS
from energy.formatting import (
    format_amount,
    format_change,
    format_count,
    format_name,
    format_names,
    format_percent,
    format_range,
    format_score,
    format_share,
)
from energy.pipelines.gate import NOT_CHECKED
from energy.pipelines.publish import PublishResult, ReleaseDraft
from energy.pipelines.train import Breakdown, Comparison
from energy.releases.promotion import Check
from energy.reports.components import add_chart, add_table, add_text

MOST_LEFT_OUT = 20
"""Series without a forecast that the card lists; `panel.json` has all."""


def fill_release_card(card: Any, result: PublishResult, draft: ReleaseDraft) -> None:
    """Fill the card: the forecast, its accuracy, the decision, what changed, and the lineage."""
    manifest, table = result.manifest, draft.table
    add_text(
        card,
        f"# {manifest.title or format_name(table.target)}",
        f"**{next_twelve_months(table)}**, by {format_name(table.forecaster)}, from data to "
        f"{table.cutoff}.",
    )
    if not result.promoted:
        failed = ", ".join(format_name(check.name) for check in result.failed)
        add_text(card, f"**This release is not live.** Failed checks: {failed}; see *Decision*.")
    add_chart(card, charts.fan(draft.history, table, manifest.title))
    _add_months(card, draft)
    score_section(card, draft.comparison)
    if draft.weather:
        _add_weather(card, draft.weather, table.unit)
    if draft.breakdown:
        _add_parts(card, draft.breakdown, table)
    if draft.panel:
        panel_section(card, *draft.panel)
    _add_decision(card, result)
    _add_changes(card, result, table)
    _add_lineage(card, manifest)


def next_twelve_months(table: ForecastTable) -> str:
    """The sum of the next 12 published months, in words."""
    months = table.months[:12]
    total = sum(row.mean for row in months)
    in_twh = f" ({format_amount(total * TWH_PER_MTOE, 'TWh', 0)})"
    return (
        f"{months[0].month} to {months[-1].month}: {format_amount(total, table.unit, 1)}"
        f"{in_twh if table.unit == 'Mtoe' else ''} in {format_count(len(months), 'month')}"
    )


def _add_months(card: Any, draft: ReleaseDraft) -> None:
    table, weather = draft.table, draft.weather
    low80, high80 = table.levels.index(0.1), table.levels.index(0.9)
    past = {str(month): float(value) for month, value in draft.history.items()}
    rows = [
        [
            row.month,
            format_amount(row.mean, digits=2),
            format_range(row.quantiles[low80], row.quantiles[high80], 2),
            format_range(row.quantiles[0], row.quantiles[-1], 2),
            _change_on_year(row.mean, past.get(str(pd.Period(row.month, "M") - 12))),
        ]
        for row in table.months
    ]
    header = ["Month", f"Forecast, {table.unit}", "80% interval", "95% interval"]
    add_text(card, "## Month by month")
    add_table(card, [*header, "Change on the year before"], rows)
    spread = f", and on the spread of the weather of the last {WEATHER_YEARS} years"
    add_text(
        card,
        f"Intervals are based on {table.calibration.errors:,} backtest errors of this "
        "forecaster, by months ahead and season, with more weight on recent ones"
        f"{spread if weather else ''}."
        f"{f' 1 Mtoe is {TWH_PER_MTOE} TWh.' if table.unit == 'Mtoe' else ''}",
    )
    if table.observed:
        months = ", ".join(table.observed)
        add_text(card, f"The forecast of {months} is a *nowcast*: it uses that month's weather.")


def _change_on_year(value: float, before: float | None) -> str:
    if before is None or min(value, before) <= 0:  # a ratio needs two positive values
        return ""
    return format_change(100 * (value / before - 1), "%", 1)


def score_section(card: Any, comparison: Comparison) -> None:
    """Append the accuracy of the champion in the training part and the holdout."""
    best = comparison.ranked[0]
    backtest = {score.forecaster: score for score in comparison.ranked}
    rows = [
        [
            part,
            str(score.folds),
            format_score(score.mase),
            format_score(naive.mase if naive else None, missing=""),
            format_percent(score.mape),
            format_share(score.coverage80),
            format_share(score.coverage95),
        ]
        for part, scores in (("training part", backtest), ("holdout", comparison.holdout))
        if (score := scores.get(best.forecaster))
        for naive in [scores.get(BASELINE)]
    ]
    add_text(card, "## Accuracy of the forecaster")
    header = ["Part", "Folds", "MASE", "Seasonal naive", "Average error (MAPE)"]
    add_table(card, [*header, "80% interval coverage", "95% interval coverage"], rows)
    add_text(
        card,
        "MASE is the mean error relative to that of the same month of the year before, in the past."
        " The forecaster was selected on the training part; the holdout comes after it and was not "
        "used for selection.",
    )


def _add_weather(card: Any, weather: WeatherFacts, unit: str) -> None:
    add_text(card, "## Effect of temperature")
    rows = []
    for season in weather.sensitivity:
        margin = 1.96 * season.standard_error
        low, high = season.per_degree - margin, season.per_degree + margin
        interval = f"{format_change(low)} to {format_change(high)}"
        rows.append([season.season, format_change(season.per_degree), interval])
    add_table(card, ["Season", f"{unit} a month per deg C warmer", "95% interval"], rows)
    year = pd.period_range("2001-01", periods=12, freq="M")
    normal = sum(
        daily * month.days_in_month for daily, month in zip(weather.normal, year, strict=True)
    )
    add_text(
        card,
        f"Normal weather is the average of the last {weather.normal_years} years, about "
        f"{format_amount(float(normal), digits=0)} degree days a year; these change by "
        f"{format_change(weather.trend, digits=0)} per decade (standard error "
        f"{format_amount(weather.trend_error, digits=0)}).",
    )


def _add_parts(card: Any, breakdown: Breakdown, table: ForecastTable) -> None:
    add_text(card, "## Parts")
    add_chart(card, charts.by_part(breakdown.tables))
    rows = [
        [
            row.month,
            *(format_amount(part.months[n].mean, digits=2) for part in breakdown.tables.values()),
            f"**{format_amount(row.mean, digits=2)}**",
        ]
        for n, row in enumerate(table.months)
    ]
    add_table(card, ["Month", *map(format_name, breakdown.tables), table.target], rows)
    add_text(card, f"Means in {table.unit}; they add up. `fuels.json` has the intervals.")


def panel_section(card: Any, panel: Panel, series: Sequence[SeriesForecast]) -> None:
    """Append the other series of a long table: summary, champions, highest errors."""
    add_text(card, "## Other series", panel_summary(panel))
    if panel.judged:
        add_chart(card, charts.against_baseline(series))
    champions = [[format_name(name), f"{count:,}"] for name, count in panel.champions.items()]
    add_table(card, ["Champion", "Series"], champions)
    if panel.judged:
        by_name = {forecast.name: forecast for forecast in series}
        add_text(card, "Highest errors in the training part:")
        header = ["Series", "Champion", "MASE", "Seasonal naive", "80% interval coverage"]
        add_table(card, [*header, "Holdout"], [_panel_row(by_name[name]) for name in panel.worst])
    if panel.left_out:
        listed = list(panel.left_out.items())[:MOST_LEFT_OUT]
        total = len(panel.left_out)
        more = f", the first of {total:,}" if len(listed) < total else ""
        add_text(card, f"Without a forecast{more}:")
        add_table(card, ["Series", "Reason"], listed)


def panel_summary(panel: Panel) -> str:
    """The accuracy of the other series, in a few sentences."""
    count = len(panel.series)
    lost = f" ({panel.lost:,} lost in a process that failed)" if panel.lost else ""
    left_out = f" Without a forecast{lost}: {format_names(list(panel.left_out))}."
    end = left_out if panel.left_out else ""
    if panel.mase is None or panel.beat_baseline is None:
        return f"{count:,} other series are forecast, none with a backtest.{end}"
    text = (
        f"{count:,} other series are forecast, {panel.judged:,} of them by a champion selected on "
        f"their own backtest: median MASE {format_score(panel.mase)} against "
        f"{format_score(panel.baseline_mase)} for seasonal naive, better in "
        f"{format_share(panel.beat_baseline)}; 80% interval coverage "
        f"{format_share(panel.coverage80)}."
    )
    if panel.holdout_mase is not None:
        text += (
            f" In the holdout, {format_score(panel.holdout_mase)} against "
            f"{format_score(panel.holdout_baseline_mase)}; coverage "
            f"{format_share(panel.holdout_coverage80)}."
        )
    if without := count - panel.judged:
        text += f" {without:,} without a backtest use seasonal naive."
    return text + end


def _panel_row(series: SeriesForecast) -> list[str]:
    backtest, holdout = series.backtest, series.holdout
    if backtest is None:
        return [series.name, format_name(series.forecaster), "", "", "", ""]
    mase, naive = (format_score(x) for x in (backtest.mase, backtest.baseline_mase))
    after = ""
    if holdout:
        after = f"{format_score(holdout.mase)} against {format_score(holdout.baseline_mase)}"
    coverage = format_share(backtest.coverage80)
    return [series.name, format_name(series.forecaster), mase, naive, coverage, after]


def _add_decision(card: Any, result: PublishResult) -> None:
    add_text(card, "## Decision")
    if result.promoted:
        add_text(card, "**Promoted**: this release is live.")
    else:
        add_text(
            card,
            f"**Not promoted**: {stays_live(result)}. The release is complete and in the store. To "
            f"make it live anyway: `energy releases promote {result.manifest.release_id} --why "
            "...`",
        )
    rows = [
        [
            format_name(check.name),
            _outcome(check),
            "" if check.figure is None else f"{check.figure:.3g}",
            "" if check.threshold is None else f"{check.threshold:.3g}",
            check.told,
        ]
        for check in result.checks
    ]
    add_table(card, ["Check", "Result", "Figure", "Threshold", "Finding"], rows)


def stays_live(result: PublishResult) -> str:
    """Which release is live after this one was rejected."""
    if result.pointer is None:
        return "no release is live yet"
    return f"{result.pointer.release_id} stays live"


def _outcome(check: Check) -> str:
    if not check.passed:
        return "**failed**"
    return "not checked" if check.told.startswith(NOT_CHECKED) else "passed"


def _add_changes(card: Any, result: PublishResult, table: ForecastTable) -> None:
    add_text(card, "## Changes")
    if result.previous is None:
        sentence = "This is the first release in this store."
        if result.error:
            sentence = f"The previous live release cannot be read: {result.error}"
        add_text(card, sentence)
        return
    manifest, (old_manifest, old) = result.manifest, result.previous
    rows = [
        ["release", old_manifest.release_id, manifest.release_id],
        ["target", old.target, table.target],
        ["forecaster", old.forecaster, table.forecaster],
        ["data to", old.cutoff, table.cutoff],
        ["data, SHA-256", _short_hashes(old_manifest), _short_hashes(manifest)],
        ["code", old_manifest.lineage.commit[:12], manifest.lineage.commit[:12]],
    ]
    add_table(card, ["", "Previous", "This release"], rows)
    means = {row.month: row.mean for row in old.months}
    changes = [row.mean - means[row.month] for row in table.months if row.month in means]
    if old.target != table.target or not changes:
        add_text(card, "The two releases have no month of the same target in common.")
        return
    add_text(
        card,
        f"Over the {format_count(len(changes), 'month')} in both, the forecast changed by "
        f"{format_change(sum(changes), table.unit)} in total; the largest change in a month is "
        f"{format_change(max(changes, key=abs))}.",
    )


def _short_hashes(manifest: Manifest) -> str:
    return ", ".join(sha256[:12] for sha256 in manifest.lineage.vintage.values())


def _add_lineage(card: Any, manifest: Manifest) -> None:
    add_text(card, "## Lineage")
    lineage = manifest.lineage
    packages = ", ".join(f"{name} {version}" for name, version in lineage.packages.items())
    rows = [
        ["release", manifest.release_id],
        ["made", manifest.created_at],
        *([f"data: {name}", f"`{sha256}`"] for name, sha256 in lineage.vintage.items()),
        ["code", f"`{lineage.commit}`"],
        *([f"run: {system}", run_id] for system, run_id in lineage.runs.items()),
        ["packages", packages],
        *(
            [f"file: {name}", f"`{file.sha256}`, {file.bytes:,} B"]
            for name, file in manifest.files.items()
        ),
    ]
    add_table(card, ["Item", "Value"], rows)
    if manifest.attribution:
        add_text(card, manifest.attribution)
