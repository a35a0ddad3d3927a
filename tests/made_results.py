"""Results of a run, made up in milliseconds: for cards, MLflow and summaries."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
from web_server import ODS, WebServer, attachment, content_item

from energy.contract import ForecastTable, Lineage, Manifest, Pointer, WeatherFacts
from energy.forecasting.folds import FoldPlan, is_positive, months_after, plan_folds
from energy.forecasting.intervals import add_quantiles
from energy.forecasting.metrics import Score, score_folds
from energy.forecasting.models import FORECASTERS
from energy.forecasting.selection import forecast_table
from energy.forecasting.weather import weather_facts
from energy.pipelines.publish import PublishResult, ReleaseDraft
from energy.pipelines.train import Breakdown, Comparison, compare_forecasters, reconcile_champions
from energy.releases.promotion import Check

NAMES = ("seasonal_naive", "theta", "ridge")
AND_WEATHER = (*NAMES, "weather_normalised_theta")
"""With one that uses weather, and is the best of them."""
ERRORS = {"theta": 0.2, "ridge": 0.3, "weather_normalised_theta": 0.1}
SHARES = {"coal": 0.1, "natural_gas": 0.95, "net_imports": -0.05}
"""The parts of a made-up total, one of them below zero."""
_FOLDS: dict[object, pd.DataFrame] = {}
_COMPARISONS: dict[object, Comparison] = {}
RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
ENERGY, WEATHER = "ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"
"""Names of the embedded workbooks, which end in July 2022."""
OF_ENERGY = "/government/statistics/total-energy-section-1-energy-trends"
OF_WEATHER = "/government/statistics/energy-trends-section-7-weather"


def make_series(name: str = "total", low: float = 10.0) -> pd.Series:
    """Ten years to July 2022, a wave around `low` + 5."""
    months = pd.period_range("2012-08", "2022-07", freq="M", name="month")
    noise = np.random.default_rng(7).normal(0, 0.3, len(months))
    wave = low + 5 + 4 * np.cos(2 * np.pi * (months.month - 1) / 12)
    return pd.Series(wave + noise, months, name=name)


def make_weather(ahead: int = 1) -> pd.DataFrame:
    """Temperature and degree days of the same years, and of so many months more."""
    months = pd.period_range("2012-08", pd.Period("2022-07", "M") + ahead, freq="M", name="month")
    warm = 10 - 6 * np.cos(2 * np.pi * (months.month - 1) / 12)
    temperature = warm + np.random.default_rng(8).normal(0, 1.2, len(months))
    cold = np.maximum(15.5 - temperature, 0.0)
    return pd.DataFrame({"temperature": temperature, "degree_days": cold}, months)


def make_parts() -> dict[str, pd.Series]:
    """A total and its parts, which add up to it."""
    total = make_series()
    swing = np.random.default_rng(9).normal(0, 0.05, len(total))
    parts = {name: (share * total).rename(name) for name, share in SHARES.items()}
    parts["coal"] += swing
    parts["natural_gas"] -= swing
    return {"total": total, **parts}


def make_plan(y: pd.Series, folds: int = 4, holdout: bool = True) -> FoldPlan:
    """A plan of so many folds; without a holdout, all but a year trains."""
    return plan_folds(y.index, y.index[95] if holdout else y.index[-6], folds, 24)


def make_folds(y: pd.Series, plan: FoldPlan, error: float, nowcast: bool = False) -> pd.DataFrame:
    """A fold frame whose forecasts are off by a share that grows with the months ahead.

    Nowcasts, where there are any, are off by half as much. Many tests want the same one, which is
    made once, and a copy each.
    """
    asked = (_known(y), plan, error, nowcast)
    if asked not in _FOLDS:
        _FOLDS[asked] = _folds(y, plan, error, nowcast)
    return _FOLDS[asked].copy()


def _known(y: pd.Series) -> object:
    """What tells a series from any other."""
    return y.name, y.index[0], y.to_numpy().tobytes()


def _folds(y: pd.Series, plan: FoldPlan, error: float, nowcast: bool) -> pd.DataFrame:
    parts = []
    for cutoff, protocol in plan.cutoffs.items():
        held = protocol != "backtest"
        until = y.index[-1] if held else plan.split
        months = pd.period_range(cutoff + 1, min(cutoff + plan.max_horizon, until), freq="M")
        ahead = np.arange(1, len(months) + 1)
        actual = y.loc[months].to_numpy()
        sign = np.where(ahead % 2, 1, -1)
        rows = pd.DataFrame(
            {
                "protocol": "holdout" if held else "backtest",
                "cutoff": cutoff,
                "month": months,
                "horizon": ahead,
                "actual": actual,
                "mean": actual + error * sign * np.sqrt(ahead),
                "scale": 1.0,
            }
        )
        if protocol != "single_origin":
            parts.append(rows)
        if cutoff == plan.split and held:
            parts.append(rows.assign(protocol="single_origin"))
        if nowcast and protocol != "single_origin":
            first = rows.iloc[:1].assign(protocol="nowcast_holdout" if held else "nowcast")
            parts.append(first.assign(mean=first["actual"] + error / 2))
    return add_quantiles(pd.concat(parts, ignore_index=True), y, log=is_positive(y))


def make_comparison(
    y: pd.Series,
    plan: FoldPlan,
    failed: Sequence[str] = (),
    names: Sequence[str] = NAMES,
    size: float = 1.0,
) -> Comparison:
    """The best first: the one with weather, theta, ridge, the baseline; then those that failed.

    As of folds, the same one is made once, and a copy each time.

    Args:
        y: The series.
        plan: Its folds.
        failed: Names of those that have none.
        names: Of all.
        size: What to multiply all errors with.
    """
    asked = (_known(y), plan, tuple(failed), tuple(names), size)
    if asked not in _COMPARISONS:
        _COMPARISONS[asked] = _comparison(y, plan, failed, names, size)
    return deepcopy(_COMPARISONS[asked])


def _comparison(
    y: pd.Series, plan: FoldPlan, failed: Sequence[str], names: Sequence[str], size: float
) -> Comparison:
    results = {}
    for name in names:
        if name in failed:
            results[name] = None, Score(name, failure="ValueError: it broke")
            continue
        folds = make_folds(y, plan, size * ERRORS.get(name, 0.6), FORECASTERS[name].weather)
        results[name] = folds, score_folds(name, folds[folds["protocol"] == "backtest"], 1.5)
    return compare_forecasters(names, results, y)


def make_table(
    y: pd.Series,
    plan: FoldPlan,
    horizon: int = 24,
    forecaster: str = "theta",
    observed: Mapping[str, float] | None = None,
) -> ForecastTable:
    """The year before again, with calibrated intervals."""
    mean = pd.Series(np.resize(y.to_numpy()[-12:], horizon), months_after(y.index[-1], horizon))
    folds = make_folds(y, plan, 0.2)
    return forecast_table(forecaster, y, mean, folds, None, "Mtoe", observed or {})


def make_compared(series: Mapping[str, pd.Series], holdout: bool = True) -> dict[str, Comparison]:
    """A comparison for each of `make_parts`, with errors as large as its share of the total."""
    plan = make_plan(series["total"], holdout=holdout)
    return {
        name: make_comparison(y, plan, names=NAMES[:2], size=abs(SHARES.get(name, 1.0)))
        for name, y in series.items()
    }


@functools.cache
def make_breakdown(horizon: int = 24) -> Breakdown:
    """The parts of `make_parts` by the year before, which add up to the total's `make_table`."""
    series = make_parts()
    plan = make_plan(series["total"])
    tables = {name: make_table(series[name], plan, horizon) for name in SHARES}
    return Breakdown(reconcile_champions(make_compared(series), series, make_weather()), tables)


def make_facts() -> WeatherFacts:
    return weather_facts(make_series(), make_weather())


def make_draft(
    y: pd.Series,
    table: ForecastTable,
    weather: WeatherFacts | None = None,
    breakdown: Breakdown | None = None,
) -> ReleaseDraft:
    return ReleaseDraft(table, b"model", make_comparison(y, make_plan(y)), y, weather, breakdown)


def make_lineage(commit: str = "1" * 40) -> Lineage:
    return Lineage(
        {"ET.xlsx": "a" * 64, "Weather.ods": "b" * 64},
        commit,
        {"metaflow": "TrainFlow/1", "mlflow": "c" * 32},
        {"sktime": "1.2.0", "pandas": "3.0.0"},
        "3.11.7",
    )


def make_manifest(table: ForecastTable, number: int = 1) -> Manifest:
    return Manifest(
        f"{table.cutoff}-20261123T17000{number}Z-3f9a1c2{number}",
        f"2026-11-23T17:00:0{number}Z",
        table.target,
        table.unit,
        table.cutoff,
        table.forecaster,
        make_lineage(str(number) * 40),
    )


def make_checks(failed: str = "") -> tuple[Check, ...]:
    """Three checks, one with nothing to judge; the one named has failed."""
    return (
        Check("beats_naive", failed != "beats_naive", 0.7, 1.02, "MASE 0.700 against 1.020."),
        Check("not_worse", failed != "not_worse", None, None, "Not checked: no release is live."),
        Check("answers", failed != "answers", 3e-16, 1e-6, "It answered in a fresh process."),
    )


def make_published(
    table: ForecastTable,
    before: ForecastTable | None = None,
    trouble: str = "",
    failed: str = "",
) -> PublishResult:
    """A release that is in service, or that was refused for the check that `failed`."""
    manifest = make_manifest(table, 2)
    earlier = (make_manifest(before, 1), before) if before else None
    pointer = Pointer(manifest.release_id, None, manifest.created_at, "it is best")
    if failed:
        old = earlier[0].release_id if earlier else ""
        pointer = Pointer(old, None, "2026-11-23T17:00:01Z", "it was best") if earlier else None
    files = {"model.zip": b"model"}
    return PublishResult(manifest, pointer, files, earlier, trouble, make_checks(failed))


def make_release(last: str = "2022-08", revised: Mapping[str, float] | None = None) -> bytes:
    """The embedded workbook of energy as it would be with another last month, and other figures.

    Args:
        last: Earlier, and it is cut there; later, and the year before is had again.
        revised: What to add to a month's natural gas, and so to its total.
    """
    return _release(last, tuple((revised or {}).items()))


@functools.cache
def _release(last: str, revised: tuple[tuple[str, float], ...]) -> bytes:
    end = pd.Period(last, "M")
    book = openpyxl.load_workbook(RAW / ENERGY)
    sheet, first = book["Month"], pd.Period("1995-01", "M")

    def row(month: pd.Period) -> int:
        return 7 + (month - first).n

    held = pd.Period("2022-07", "M")
    if end < held:
        sheet.delete_rows(row(end) + 1, (held - end).n)
    for month in pd.period_range(held + 1, end, freq="M"):
        year_before = [cell.value for cell in sheet[row(month - 12)]]
        sheet.append([month.strftime("%B %Y [provisional]"), *year_before[1:]])
    for month, change in revised:
        for column in (2, 5):  # the unadjusted total, and gas
            sheet.cell(row(pd.Period(month, "M")), column).value += change
    cover = book["Cover Sheet"]
    for (cell,) in cover.iter_rows(max_col=1):
        if cell.value.startswith("Published on"):
            cell.value = (end + 2).strftime("Published on Thursday 27th %B %Y")
        elif cell.value.startswith("Next publication"):
            cell.value = (end + 3).strftime("Next publication on Thursday 27th %B %Y")
        elif cell.value.startswith("Monthly figures"):
            cell.value = end.strftime("Monthly figures with new data for %B %Y")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def put_online(web: WebServer, energy: bytes, name: str, etag: str = "") -> dict[str, str]:
    """Both statistics pages with their workbooks; what leads there, for the environment."""
    other = attachment("Production of fuels (ET 1.1 - monthly)", web.url("/media/0/ET_1.1.xlsx"))
    total = attachment(
        "Inland energy consumption (ET 1.2 - monthly)",
        web.file(f"/media/1/{name}", energy, etag or f'"{name}"'),
    )
    temperatures = attachment(
        "Energy Trends section 7: weather",
        web.file("/media/2/" + WEATHER, (RAW / WEATHER).read_bytes(), '"weather"', ODS),
    )
    api = web.page(OF_ENERGY, content_item([other, total], base_path=OF_ENERGY))
    web.page(
        OF_WEATHER,
        content_item([temperatures], base_path=OF_WEATHER, title="Energy Trends: UK weather"),
    )
    return {
        "ENERGY_GOVUK_API": api,
        "ENERGY_GOVUK_ORIGINS": web.origin,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
