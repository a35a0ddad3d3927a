"""`energy ingest`: the newest release of the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from energy.cli.output import AsJson, print_json
from energy.settings import Settings


def ingest(
    file: Annotated[
        list[Path] | None, typer.Option(help="A workbook to ingest; may be repeated.")
    ] = None,
    url: Annotated[
        list[str] | None, typer.Option(help="URL of a workbook to ingest; may be repeated.")
    ] = None,
    accept: Annotated[
        list[str] | None, typer.Option(help="A failed check to accept; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Download, check and archive the newest release of the data, or the workbooks named."""
    from energy.pipelines import ingest as pipeline

    settings = Settings.from_environment()
    fetched = [pipeline.from_files(file)] if file else []
    fetched += [pipeline.fetch_source(settings, "url", location) for location in url or []]
    if not fetched:
        fetched = [pipeline.fetch_pages(settings, name) for name in pipeline.SOURCE_NAMES]
    outcome = pipeline.ingest(settings, fetched, accept or [])
    pipeline.require_accepted(outcome)
    if as_json:
        print_json(pipeline.ingest_summary(settings, outcome, fetched))
        return
    for result in fetched:
        typer.echo("\n".join(result.lines))
    typer.echo(pipeline.conclusion(outcome, fetched))
