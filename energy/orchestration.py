"""How a flow starts and ends on any machine: its environment, and its closing lines."""

from __future__ import annotations

import getpass
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path

from energy.settings import ROOT

_NOTES = "ENERGY_RUN_NOTES"
"""Folder through which a run's tasks tell it their last words; unset on remote workers."""
_UNPACKED, _CODE_HASH = "METAFLOW_EXTRACTED_ROOT", "METAFLOW_CODE_SHA"
"""Where an engine unpacked a task's code, and that code's hash; nothing a person sets."""


def prepare_environment(environ: MutableMapping[str, str] | None = None) -> None:
    """Set what Metaflow and the numeric libraries need, where the user has not set it.

    One datastore at the project's root, wherever the flow is started from; a name for a user that
    has none (root, a container); as many tasks at once as there are cores, or ENERGY_WORKERS says,
    each on one thread.

    A task on Batch or Kubernetes keeps its metadata where it was started: from there, and from
    nowhere else, Metaflow sends them back to the run. Few processes at once talk to S3: a task has
    some twenty small objects to move, and Metaflow would start as many processes. Kubernetes gives
    a step what it asks for with @resources: Metaflow would take its own default if that is more.
    """
    environ = os.environ if environ is None else environ
    if _UNPACKED not in environ:
        environ.setdefault("METAFLOW_DATASTORE_SYSROOT_LOCAL", str(ROOT))
    environ.setdefault("METAFLOW_S3_WORKER_COUNT", "4")
    environ.setdefault("METAFLOW_KUBERNETES_MEMORY", "1024")  # MB, and less than any step's
    if not any(_named(environ.get(key)) for key in ("METAFLOW_USER", "USERNAME", "USER")):
        environ["METAFLOW_USER"] = _login() or "local"
    workers = environ.get("ENERGY_WORKERS") or str(os.cpu_count() or 1)
    environ.setdefault("METAFLOW_RUN_MAX_WORKERS", workers)
    environ.setdefault("METAFLOW_RESUME_MAX_WORKERS", environ["METAFLOW_RUN_MAX_WORKERS"])
    environ.setdefault("METAFLOW_PYLINT", "0")
    environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")  # not seven, which take minutes
    for library in ("OMP", "OPENBLAS", "MKL"):
        environ.setdefault(f"{library}_NUM_THREADS", "1")


def code_package(environ: Mapping[str, str] | None = None) -> str:
    """SHA-1 of the code that Metaflow sent to this task, or nothing where it sent none."""
    return (os.environ if environ is None else environ).get(_CODE_HASH, "")


def is_task_local(place: str, environ: Mapping[str, str] | None = None) -> bool:
    """Whether a directory, or a SQLite URI, is where an engine unpacked this task's code.

    Nothing there outlives the task or is seen by another. Always False where no engine is.
    """
    folder = (os.environ if environ is None else environ).get(_UNPACKED)
    path = place.removeprefix("sqlite:///")
    if not folder or "://" in path:
        return False
    return Path(path).absolute().is_relative_to(Path(folder).absolute())


def run_flow(flow: Callable[[], object]) -> None:
    """Run a flow and give its tasks the last word: what came out, or in one line why it failed."""
    if _NOTES in os.environ:  # a task of a run, not the run itself
        flow()
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ[_NOTES] = folder
        try:
            flow()
        except SystemExit as stop:
            failure = Path(folder, "failure")
            if stop.code and failure.exists():
                print(f"error: {failure.read_text('utf-8')}", file=sys.stderr)
            if stop.code:
                raise
        finally:
            del os.environ[_NOTES]
        closing = Path(folder, "closing")
        if closing.exists():
            print(f"\n{closing.read_text('utf-8')}")


def record_failure(reason: str) -> None:
    """Tell the run, in one line, why this task fails."""
    if folder := os.environ.get(_NOTES):
        Path(folder, "failure").write_text(" ".join(reason.split()), "utf-8")


def set_run_summary(words: str) -> None:
    """Tell the run what to end with; a remote task, which has no run beside it, prints it."""
    if folder := os.environ.get(_NOTES):
        Path(folder, "closing").write_text(words, "utf-8")
    else:
        print(words)


def _named(user: str | None) -> bool:
    return bool(user) and user != "root"


def _login() -> str | None:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no entry in the password file
        return None
    return user if _named(user) else None
