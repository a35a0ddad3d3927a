"""MLflow's backend: a light look whether it can be used before any work is done, and its client."""

from __future__ import annotations

import logging
import os
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

from energy.errors import TrackingUnreachable
from energy.settings import Settings


def check(settings: Settings) -> None:
    """Find out before any work is done whether runs can be tracked.

    Light on purpose: MLflow itself takes seconds to import, and minutes to give up on a server.

    Raises:
        TrackingUnreachable: The database cannot be written, or the server does not answer.
    """
    uri = settings.tracking_uri
    try:
        if uri.startswith("sqlite:///"):
            _check_database(Path(uri.removeprefix("sqlite:///")).absolute())
        elif uri.startswith(("http://", "https://")):
            with urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=5):  # noqa: S310
                pass
    except urllib.error.HTTPError as error:
        if error.code >= 500:  # any other answer, a login page too, is an answer
            raise TrackingUnreachable(uri, str(error)) from error
    except (OSError, sqlite3.Error) as error:
        raise TrackingUnreachable(uri, str(error)) from error


def _check_database(path: Path) -> None:
    """Raise OSError or sqlite3.Error if it cannot be written; leave nothing where nothing was."""
    if path.exists():
        with closing(sqlite3.connect(path)) as database:
            database.execute("BEGIN IMMEDIATE")
        return
    nearest = next(parent for parent in path.parents if parent.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        raise NotADirectoryError(f"{nearest} is no folder that can be written")


def client(settings: Settings) -> Any:
    """MLflow's client for the backend of the settings, which is made if it is a new SQLite file."""
    for noisy in ("mlflow.store.db.utils", "mlflow.utils.environment", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    from mlflow.tracking import MlflowClient

    if settings.tracking_uri.startswith("sqlite:///"):
        Path(settings.tracking_uri.removeprefix("sqlite:///")).parent.mkdir(
            parents=True, exist_ok=True
        )
    return MlflowClient(settings.tracking_uri, registry_uri=settings.tracking_uri)
