"""What the commands share: their options, and how they print."""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from energy.releases.store import Store, open_store
from energy.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
StoreUrl = Annotated[
    str, typer.Option("--store", help="Directory or s3:// URL of the store; default ENERGY_STORE.")
]


def open_configured_store(url: str) -> Store:
    """Open the store at `url`, or that of the settings if it is empty."""
    return open_store(url or Settings.from_environment().store)


def current_user() -> str:
    """The user's name; `unknown` where the system has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no entry in the password file
        return "unknown"


def print_json(document: Any) -> None:
    """Print a document as JSON."""
    typer.echo(json.dumps(document, indent=1))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns, each as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())
