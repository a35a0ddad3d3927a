"""Draw the README's pictures and fill in its figures, from the live release.

make picture            the forecast, the leaderboard and the tables of figures
make app-pictures       the app's first page, in Chromium
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from energy import charts
from energy.contract import ForecastTable
from energy.forecasting.metrics import Score
from energy.formatting import format_percent
from energy.releases.bundle import HISTORY, SCORES, read_file, read_manifest, read_table
from energy.releases.reader import read_champion
from energy.releases.store import open_store
from energy.reports.release_card import next_twelve_months
from energy.settings import ROOT, Settings
from scripts.dev.processes import running, wait_until_listening
from scripts.markdown_blocks import markdown_table, replace_block

VERSIONS = ROOT / "benchmarks" / "versions.json"
APP_PICTURE = ROOT / "docs" / "images" / "app.png"
WINDOW = {"width": 1120, "height": 930}
BROWSERS = ("chromium", "google-chrome", "google-chrome-stable")
"""Names of Chromium's program; the first on the PATH is used, as in the Makefile. Ubuntu's
`chromium-browser` is a snap, which is not supported."""
OFFLINE_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
"""Flags that keep Chromium off the network."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("release", "app"))
    return draw_app() if parser.parse_args(arguments).what == "app" else draw_release()


def draw_release() -> int:
    store = open_store(Settings.from_environment().store)
    pointer = read_champion(store)
    if pointer is None:
        print("error: no release is published yet; 'make run' publishes one.", file=sys.stderr)
        return 1
    manifest = read_manifest(store, pointer.release_id)
    table = read_table(store, manifest)
    scores = json.loads(read_file(store, manifest, SCORES))
    history_file = json.loads(read_file(store, manifest, HISTORY))
    months = pd.period_range(
        history_file["first_month"], periods=len(history_file["values"]), freq="M"
    )
    ranked = [Score(**row) for row in scores["backtest"]]
    images = ROOT / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    history = pd.Series(history_file["values"], months, name=manifest.target)
    chart = charts.fan(history, table, manifest.title)
    (images / "forecast.svg").write_text(charts.svg(charts.spec(chart)), "utf-8")
    leaderboard = charts.spec(charts.leaderboard(ranked))
    (images / "leaderboard.svg").write_text(charts.svg(leaderboard), "utf-8")
    replace_block(ROOT / "README.md", "figures", _figures_block(table, ranked, scores))
    replace_block(ROOT / "docs" / "forecasting.md", "versions", _version_table(ranked[0], scores))
    print(
        "Wrote docs/images/forecast.svg, docs/images/leaderboard.svg and the figures of the docs."
    )
    return 0


def _version_table(champion: Score, scores: dict) -> str:
    """Holdout figures of each version of the candidate models; updates those of this version."""
    rows = json.loads(VERSIONS.read_text("utf-8"))
    holdout = scores["holdout"][champion.forecaster]
    for row in rows:
        if row["version"] == scores["bench_version"]:
            row |= {"champion": champion.forecaster, "folds": holdout["folds"]}
            row |= {name: round(holdout[name], 4) for name in ("mase", "mape", "coverage80")}
    VERSIONS.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return markdown_table(
        ["version", "what changed", "champion", "folds", "MASE", "MAPE", "80% coverage"],
        [
            [
                str(row["version"]),
                row["changed"],
                row["champion"].replace("_", " "),
                str(row["folds"]),
                f"{row['mase']:.3f}",
                format_percent(row["mape"]),
                f"{row['coverage80']:.0%}",
            ]
            for row in rows
        ],
    )


# More digits would depend on the processor: see docs/forecasting.md.
def _figures_block(table: ForecastTable, ranked: list[Score], scores: dict) -> str:
    holdout, nowcast = scores["holdout"], scores["nowcast"]
    rows = [
        [
            f"**{score.forecaster}**" if rank == 0 else score.forecaster,
            f"{score.mase:.2f}",
            format_percent(score.mape, 1),
            f"{100 * (score.coverage80 or 0):.0f}%",
            (
                format_percent(nowcast[score.forecaster]["mape"], 1)
                if score.forecaster in nowcast
                else ""
            ),
            f"{holdout[score.forecaster]['mase']:.2f}",
            format_percent(holdout[score.forecaster]["mape"], 1),
            f"{100 * holdout[score.forecaster]['coverage80']:.0f}%",
        ]
        for rank, score in enumerate(ranked)
        if score.failure is None
    ]
    header = ["forecaster", "MASE", "MAPE", "80% coverage", "nowcast MAPE"]
    header += ["holdout MASE", "holdout MAPE", "holdout 80% coverage"]
    return (
        f"Data to {table.cutoff}: **{next_twelve_months(table)}**, by `{table.forecaster}`, "
        f"measured on {ranked[0].folds} rolling origins, 1 to 12 months ahead (candidate models, "
        f"version {scores['bench_version']}).\n\n"
        f"{markdown_table(header, rows)}"
    )


def draw_app() -> int:
    if browser_path() is None:
        print("error: Chromium is not installed; 'make browser' installs it.", file=sys.stderr)
        return 1
    store = Settings.from_environment().store
    with (
        tempfile.TemporaryDirectory() as folder,
        app(store, Path(folder) / "log") as url,
        browser() as chromium,
    ):
        page = chromium.new_page(viewport=WINDOW)
        page.goto(url)
        page.locator("[data-testid=stVegaLiteChart] svg").wait_for()
        page.wait_for_timeout(1000)  # until the chart has faded in
        page.screenshot(path=APP_PICTURE)
    print(f"{APP_PICTURE.relative_to(ROOT)}: {APP_PICTURE.stat().st_size / 1024:.0f} KiB")
    return 0


@contextmanager
def app(store: str, log: Path) -> Iterator[str]:
    """Serve the app on a store, forecasting in its own process; yields its URL."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app/streamlit_app.py"]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    with running(command, {"ENERGY_STORE": store}, log) as process:
        wait_until_listening(process, port)
        yield f"http://127.0.0.1:{port}"


def browser_path() -> str | None:
    """Path of the browser, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def browser() -> Iterator[Any]:
    """A headless browser, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser_path(), args=list(OFFLINE_FLAGS)
        )
        yield chromium
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
