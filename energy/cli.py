"""The `energy` command."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Energy_forecast at hand.")


@app.callback()
def _several_commands() -> None:
    """Keep `ingest` a subcommand while it is the only one."""


@app.command()
def ingest(
    file: Annotated[
        list[Path] | None, typer.Option(help="A workbook given by hand; may be repeated.")
    ] = None,
    url: Annotated[
        list[str] | None, typer.Option(help="A URL given by hand; may be repeated.")
    ] = None,
    accept: Annotated[
        list[str] | None, typer.Option(help="A check that you have looked at and accept.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Find, fetch, check and keep the newest release of the data."""
    from energy import ingesting
    from energy.settings import Settings

    settings = Settings.from_environment()
    deliveries = [ingesting.by_hand(file)] if file else []
    deliveries += [ingesting.deliver(settings, "url", one) for one in url or []]
    if not deliveries:
        deliveries = [ingesting.ask(settings, name) for name in ingesting.SOURCE_NAMES]
    outcome = ingesting.take_in(settings, deliveries, accept or [])
    ingesting.require_accepted(outcome)
    if as_json:
        typer.echo(json.dumps(ingesting.summary(settings, outcome, deliveries), indent=1))
        return
    for one in deliveries:
        typer.echo("\n".join(one.lines))
    typer.echo(ingesting.conclusion(outcome, deliveries))


def main() -> None:
    """Run the command; our own errors are one line on stderr and exit status 1."""
    from energy.errors import EnergyError

    try:
        app()
    except EnergyError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from None
