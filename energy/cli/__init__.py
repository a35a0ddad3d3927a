"""The `energy` command: what a person or a script does beside the flows."""

from energy.cli.command import app, main

__all__ = ["app", "main"]
