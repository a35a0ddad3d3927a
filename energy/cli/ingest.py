"""`energy ingest`: the newest release of the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from energy.cli.output import AsJson, print_json
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
    from energy.pipelines import ingest as pipeline

    settings = Settings.from_environment()
    deliveries = [pipeline.from_files(file)] if file else []
    deliveries += [pipeline.fetch_source(settings, "url", one) for one in url or []]
    if not deliveries:
        deliveries = [pipeline.fetch_pages(settings, name) for name in pipeline.SOURCE_NAMES]
    outcome = pipeline.ingest(settings, deliveries, accept or [])
    pipeline.require_accepted(outcome)
    if as_json:
        print_json(pipeline.ingest_summary(settings, outcome, deliveries))
        return
    for one in deliveries:
        typer.echo("\n".join(one.lines))
    typer.echo(pipeline.conclusion(outcome, deliveries))
