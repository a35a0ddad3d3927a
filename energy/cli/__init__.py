"""The `energy` command: releases, forecasts and data."""

from __future__ import annotations

import sys

import typer

from energy.cli import forecast, ingest, releases, track_record
from energy.errors import EnergyError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Forecasts, releases and data of Energy_forecast.",
)
app.command("ingest")(ingest.ingest)
app.command("forecast")(forecast.forecast)
app.command("track-record")(track_record.track_record)
app.add_typer(releases.app, name="releases")


def main() -> None:
    """Run the command; an `EnergyError` is one line on stderr and exit status 1."""
    try:
        app()
    except EnergyError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from None
