"""Options and output that the subcommands share."""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from energy.releases.store import Store, open_store
from energy.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
StoreUrl = Annotated[
    str, typer.Option("--store", help="Directory or s3:// URL; default ENERGY_STORE.")
]


def open_configured_store(url: str) -> Store:
    """The store that is meant: the one named, or the one of the settings.

    Raises:
        BadStoreUrl: It is none.
    """
    return open_store(url or Settings.from_environment().store)


def current_user() -> str:
    """Who is at the keyboard; `unknown` where the system has no name for them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no entry in the password file
        return "unknown"


def print_json(document: Any) -> None:
    """Print JSON, and nothing else."""
    typer.echo(json.dumps(document, indent=1))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns, each as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())
