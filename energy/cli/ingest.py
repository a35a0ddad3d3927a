"""`energy ingest`: the newest release of the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from energy.cli.shown import AsJson, put
from energy.settings import Settings


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
    as_json: AsJson = False,
) -> None:
    """Find, fetch, check and keep the newest release of the data."""
    from energy import ingesting

    settings = Settings.from_environment()
    deliveries = [ingesting.by_hand(file)] if file else []
    deliveries += [ingesting.deliver(settings, "url", one) for one in url or []]
    if not deliveries:
        deliveries = [ingesting.ask(settings, name) for name in ingesting.SOURCE_NAMES]
    outcome = ingesting.take_in(settings, deliveries, accept or [])
    ingesting.require_accepted(outcome)
    if as_json:
        put(ingesting.summary(settings, outcome, deliveries))
        return
    for one in deliveries:
        typer.echo("\n".join(one.lines))
    typer.echo(ingesting.conclusion(outcome, deliveries))
